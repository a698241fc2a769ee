import { heedError } from "../errors.ts";
import { input } from "../ir/leaf.ts";
import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { matchTaps } from "../nn/match-taps.ts";
import { sum } from "../ops/broadcast.ts";
import { add, div, log, maximum, mul, neg } from "../ops/elementwise.ts";
import { mean } from "../ops/reduce.ts";
import { reshape, slice } from "../ops/reshape.ts";

/** Which cross-attention learns from given word links, and how much that counts. */
export interface Guidance {
  /** Factor on the mean alignment loss. */
  readonly weight: number;
  /** A decoder layer, from 0. */
  readonly layer: number;
  /** A head of that layer, from 0, or the mean over all of them. The other heads stay free. */
  readonly head: number | "mean";
}

/** How far attention is from given links, as sums over a batch: divide by `linked` for the mean. */
export interface AlignmentLoss {
  /** In nats. */
  readonly loss: Value;
  /** Target tokens that have links. */
  readonly linked: Value;
}

/** Where links of a batch enter the graph: [batch, target, source]; the row of a linked token sums to 1, others are 0. */
export const linksInput = (): Value => input("links", "float32", ["batch", "target", "source"]);

/** Keeps the logarithm of a weight that underflows finite, and changes no other weight. */
const TINY = 1e-30;

/**
 * The cross-entropy of attention against links, over the target tokens that have any.
 *
 *   weights α [batch, target, source], links g of the same shape  ->  Σ_i -Σ_j g_ij log α_ij,   Σ_ij g_ij
 *
 * @see Garg et al. 2019, Eq. 5 - https://aclanthology.org/D19-1453
 */
export function alignmentLoss(weights: Value, links: Value): AlignmentLoss {
  return { loss: neg(sum(mul(links, log(add(weights, TINY))))), linked: sum(links) };
}

/**
 * What a batch's alignment loss adds to a loss that is a sum over `tokens` and will be divided by them: weight times its
 * mean over linked tokens, once for each token. A batch without links adds 0.
 */
export function weighted({ loss, linked }: AlignmentLoss, weight: number, tokens: Value): Value {
  return mul(mul(tokens, weight), div(loss, maximum(linked, TINY)));
}

/**
 * The weights that are guided, at the step that writes each token: [batch, target, source].
 *
 * @param taps  Those of a model whose decoder has been called.
 * @throws ERR_MODEL when it has no such layer or head.
 */
export function guidedWeights(taps: ReadonlyMap<string, Value>, { layer, head }: Guidance): Value {
  const layers = matchTaps(taps, "**.cross.weights", { atLeast: 0 }).map(([, weights]) => weights);
  const weights = layers[layer];
  if (!weights) throw lacking(`decoder layer ${layer + 1} over the source`, `${layers.length} such layers`);
  const [batch, heads, target, source] = weights.shape as [Size, number, Size, Size];
  if (head === "mean") return mean(weights, [1]);
  if (head >= heads) throw lacking(`head ${head + 1}`, `${heads} heads in decoder layer ${layer + 1}`);
  return reshape(slice(weights, 1, head, 1), [batch, target, source]);
}

const lacking = (what: string, has: string): Error =>
  heedError("ERR_MODEL", {
    where: "guided alignment",
    cause: `there is no attention of ${what}; the model has ${has}`,
    remedy: "choose another layer or head",
  });
