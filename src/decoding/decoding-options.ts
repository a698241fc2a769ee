import { heedError } from "../errors.ts";
import type { SpecialIds } from "../text/layout.ts";
import {
  beginWith,
  type Constraint,
  minLength,
  noRepeatNgram,
  repetitionPenalty,
  tokenBias,
} from "./constraints.ts";
import { type LengthPenalty, lengthPenalties } from "./hypothesis.ts";
import type { SampleOptions } from "./sample-search.ts";

/** How translations are searched for; names as in CTranslate2 and Hugging Face's `generate` where those agree. */
export interface DecodingOptions {
  /** Hypotheses kept at each step; 1 is greedy. 1 to 100. Default 4. */
  readonly beam?: number;
  /** Strength of the length penalty, 0 to 5. Default 0.6. */
  readonly alpha?: number;
  /** "gnmt" ((5 + length) / 6)^alpha, or "average" length^alpha. Default "gnmt". */
  readonly lengthPenalty?: LengthPenalty;
  /**
   * Strength β of the coverage penalty of Wu et al. 2016, Eq. 14, by which finished hypotheses are ranked: added to a
   * score is β Σ_i log(min(Σ_j a_ij, 1)), a_ij what output j looked at source word i. 0 to 10; 0 for none. Default 0.
   */
  readonly coveragePenalty?: number;
  /** Hypotheses returned for each sentence, 1 to 100. Default 1. */
  readonly best?: number;
  /** How every translation begins. Default: with nothing. */
  readonly prefix?: string;
  /** Draw translations instead of searching for the best one. */
  readonly sample?: Pick<SampleOptions, "temperature" | "topK" | "topP" | "seed">;
  /** No sequence of so many tokens occurs twice; 0 for no such rule. Default 0. */
  readonly noRepeatNgram?: number;
  /** What the log probability of a token that was written already is multiplied by, 1 to 100. Default 1. */
  readonly repetitionPenalty?: number;
  /** Added to the log probabilities of target tokens, by id; -Infinity bans one. */
  readonly bias?: ReadonlyMap<number, number>;
  /** Fewest tokens of a translation without its </s>, and most tokens with it. Default 0, and 2 · source + 10. */
  readonly minDecodingLength?: number;
  readonly maxDecodingLength?: number;
  /** Puts in place of <unk> the source word that its step looked at most. Default false. */
  readonly replaceUnknowns?: boolean;
  /** Returns with each hypothesis what it looked at. Default false: it costs a pass over the results. */
  readonly attention?: boolean;
}

/** Smallest and largest number, and whether it must be whole. */
export const decodingRanges = {
  beam: [1, 100, "whole"],
  alpha: [0, 5],
  coveragePenalty: [0, 10],
  best: [1, 100, "whole"],
  noRepeatNgram: [0, 100, "whole"],
  repetitionPenalty: [1, 100],
  minDecodingLength: [0, 1e6, "whole"],
  maxDecodingLength: [1, 1e6, "whole"],
} as const satisfies Partial<Record<keyof DecodingOptions, readonly [number, number, "whole"?]>>;

/**
 * @param called  What messages call an option; by its own name when left out.
 * @throws ERR_USAGE naming the option and its range.
 */
export function checkDecodingOptions(
  options: DecodingOptions,
  called: (option: keyof DecodingOptions) => string = (option) => option,
): void {
  const refuse = (option: keyof DecodingOptions, cause: string): never => {
    throw heedError("ERR_USAGE", { where: called(option), cause });
  };
  for (const [name, [low, high, whole]] of Object.entries(decodingRanges)) {
    const value = options[name as keyof typeof decodingRanges];
    if (value === undefined) continue;
    const isRight = value >= low && value <= high && (!whole || Number.isInteger(value));
    if (!isRight)
      refuse(
        name as keyof typeof decodingRanges,
        `${value} is not a ${whole ? "whole " : ""}number from ${low} to ${high}`,
      );
  }
  const { lengthPenalty: kind = "gnmt", minDecodingLength = 0, maxDecodingLength = Infinity } = options;
  if (!lengthPenalties.includes(kind))
    refuse("lengthPenalty", `"${kind}" is not ${lengthPenalties.join(" or ")}`);
  if (minDecodingLength > maxDecodingLength)
    refuse(
      "minDecodingLength",
      `${minDecodingLength} is more than ${called("maxDecodingLength")} ${maxDecodingLength}`,
    );
  for (const [id, value] of options.bias ?? [])
    if (!(value < Infinity)) refuse("bias", `${value} for token ${id} is not a number below infinity`);
}

/** The constraints that options ask for. What must be written is, whatever the others say of it. */
export function constraintsOf(
  options: DecodingOptions,
  special: SpecialIds,
  prefix: readonly number[],
): Constraint[] {
  const {
    noRepeatNgram: n = 0,
    repetitionPenalty: penalty = 1,
    bias,
    minDecodingLength: least = 0,
  } = options;
  const free = [
    ...(penalty === 1 ? [] : [repetitionPenalty(penalty)]),
    ...(bias && bias.size > 0 ? [tokenBias(bias)] : []),
    ...(n === 0 ? [] : [noRepeatNgram(n)]),
    ...(least === 0 ? [] : [minLength(least, special.eos)]),
  ];
  if (prefix.length === 0) return free;
  const afterPrefix = free.map(
    (constraint): Constraint =>
      (scores, written) => {
        if (written.ids.length >= prefix.length) constraint(scores, written);
      },
  );
  return [beginWith(prefix), ...afterPrefix];
}
