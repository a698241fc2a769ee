import { heedError } from "../errors.ts";
import { likeliest } from "./constraints.ts";

export interface SamplingOptions {
  /** Below 1 sharpens the distribution, above 1 flattens it; 0 takes the most likely token. Default 1. */
  readonly temperature?: number;
  /** Draw only from the k most likely tokens. Default: all. */
  readonly topK?: number;
  /** Draw only from the fewest tokens with this total probability, 0 to 1; always at least one. Default 1. */
  readonly topP?: number;
}

/**
 * The distribution to draw from: softmax of logits / temperature, restricted to the top k, then to the nucleus of
 * probability p, and renormalised. Of equally likely tokens the one with the smaller id comes first.
 *
 * @returns token ids, the most likely first, and their probabilities
 * @throws ERR_USAGE for an option outside its range; ERR_RUNTIME when a logit is NaN or +Infinity: the model has
 *   diverged.
 * @see Holtzman et al. 2020 (nucleus sampling) - https://arxiv.org/abs/1904.09751
 * @see Fan et al. 2018 (top k) - https://arxiv.org/abs/1805.04833
 */
export function nextTokens(
  logits: ArrayLike<number>,
  { temperature = 1, topK = Infinity, topP = 1 }: SamplingOptions = {},
): { ids: number[]; probabilities: number[] } {
  const refuse = (name: string, value: number, range: string): never => {
    throw heedError("ERR_USAGE", { where: name, cause: `must be ${range}, not ${value}` });
  };
  if (!(temperature >= 0)) refuse("temperature", temperature, "at least 0");
  if (!(topK >= 1)) refuse("topK", topK, "at least 1");
  if (!(topP >= 0 && topP <= 1)) refuse("topP", topP, "from 0 to 1");
  if (Array.from(logits).some((logit) => !(logit < Infinity))) {
    throw heedError("ERR_RUNTIME", { operation: "nextTokens", problem: "a logit is not a number" });
  }
  const kept = best(logits, temperature === 0 ? 1 : topK);
  if (kept.length === 1) return { ids: kept, probabilities: [1] };
  const top = logits[kept[0] as number] as number;
  const powers = kept.map((id) => Math.exp(((logits[id] as number) - top) / temperature));
  const total = powers.reduce((a, b) => a + b, 0);
  let size = 0;
  let mass = 0;
  while (size < kept.length && (size === 0 || mass < topP)) mass += (powers[size++] as number) / total;
  return {
    ids: kept.slice(0, size),
    probabilities: powers.slice(0, size).map((power) => power / total / mass),
  };
}

/** Up to this k, selecting the k largest is cheaper than sorting all. */
const FEW = 128;

/** Ids of the k largest logits that are not -Infinity, largest first; id 0 if there is none. */
function best(logits: ArrayLike<number>, k: number): number[] {
  // Sorting a whole vocabulary would take longer than a step of the model.
  if (logits instanceof Float32Array && k <= FEW) {
    const { tokens, logProbabilities } = likeliest(logits, 1, Math.min(Math.floor(k), logits.length));
    const ids = Array.from(tokens).filter((_, place) => logProbabilities[place] !== -Infinity);
    return ids.length > 0 ? ids : [0];
  }
  const order = Array.from(logits, (_, id) => id).filter((id) => logits[id] !== -Infinity);
  order.sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b);
  return order.length > 0 ? order.slice(0, Math.max(1, k)) : [0];
}

/** Draws one of the ids. @param uniform  A random number in [0, 1). */
export function draw(
  { ids, probabilities }: { readonly ids: readonly number[]; readonly probabilities: readonly number[] },
  uniform: number,
): number {
  let left = uniform;
  for (const [i, p] of probabilities.entries()) {
    left -= p;
    if (left < 0) return ids[i] as number;
  }
  return ids.at(-1) as number;
}
