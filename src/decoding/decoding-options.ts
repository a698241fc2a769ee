import { heedError } from "../errors.ts";
import type { Bias } from "./bias.ts";
import { type LengthPenalty, lengthPenalties } from "./hypothesis.ts";
import type { SampleOptions } from "./sample-search.ts";

/** Options of the search; named as in CTranslate2 and Hugging Face's `generate` where those agree. */
export interface DecodingOptions {
  /** Hypotheses kept at each step; 1 is greedy. 1 to 100. Default 4. */
  readonly beam?: number;
  /**
   * Tokens within which a hypothesis must still be able to beat those that have ended, were they certain; else the search of its
   * sentence ends. More than a text may have misses nothing. 0 to 1e6. Default 4.
   */
  readonly lookahead?: number;
  /** Strength of the length penalty, 0 to 5. Default 0.6. */
  readonly alpha?: number;
  /** "gnmt" ((5 + length) / 6)^alpha, or "average" length^alpha. Default "gnmt". */
  readonly lengthPenalty?: LengthPenalty;
  /**
   * Strength β of the coverage penalty of Wu et al. 2016, Eq. 14. Finished hypotheses are ranked by their score plus
   * β Σ_i log(min(Σ_j a_ij, 1)), where a_ij is the attention of output j to source word i. 0 to 10. Default 0: none.
   */
  readonly coveragePenalty?: number;
  /**
   * Hypotheses returned per sentence, 1 to 100, with different texts: of two tokenisations of one text the likelier
   * counts. A text is repeated only where no other was found. Default 1.
   */
  readonly best?: number;
  /** Text that every translation begins with, or its ids, which may end with </s>. Default: none. */
  readonly prefix?: string | readonly number[];
  /** Draw translations instead of searching for the best one. */
  readonly sample?: Pick<SampleOptions, "temperature" | "topK" | "topP" | "seed">;
  /** No sequence of this many tokens occurs twice; 0 for no such rule. Default 0. */
  readonly noRepeatNgram?: number;
  /** Factor on the log probability of tokens already written, 1 to 100. Default 1. */
  readonly repetitionPenalty?: number;
  /**
   * Added to the log probabilities of target tokens, by id, or of words and pieces, by text; -Infinity bans. For a word
   * of several pieces it is added to the last one when the others come before it.
   */
  readonly bias?: Bias;
  /**
   * Fewest tokens of a translation without its </s>, and most tokens with it. Defaults: 0 (though never a blank text);
   * 10 more than twice the source's tokens, the prefix or the fewest tokens, whichever is most.
   */
  readonly minDecodingLength?: number;
  readonly maxDecodingLength?: number;
  /** Replaces each <unk> with the source word that has the most attention at its step. Default false. */
  readonly replaceUnknowns?: boolean;
  /** Returns each hypothesis with its attention, at the cost of a pass over the results. Default false. */
  readonly attention?: boolean;
}

/** Smallest and largest value of each option, and whether it must be whole. */
export const decodingRanges = {
  beam: [1, 100, "whole"],
  lookahead: [0, 1e6, "whole"],
  alpha: [0, 5],
  coveragePenalty: [0, 10],
  best: [1, 100, "whole"],
  noRepeatNgram: [0, 100, "whole"],
  repetitionPenalty: [1, 100],
  minDecodingLength: [0, 1e6, "whole"],
  maxDecodingLength: [1, 1e6, "whole"],
} as const satisfies Partial<Record<keyof DecodingOptions, readonly [number, number, "whole"?]>>;

/**
 * @param nameOf  The name of an option in messages. Default: its own name.
 * @throws ERR_USAGE naming the option and its range.
 */
export function checkDecodingOptions(
  options: DecodingOptions,
  nameOf: (option: keyof DecodingOptions) => string = (option) => option,
): void {
  const refuse = (option: keyof DecodingOptions, cause: string): never => {
    throw heedError("ERR_USAGE", { where: nameOf(option), cause });
  };
  for (const [name, [low, high, whole]] of Object.entries(decodingRanges)) {
    const value = options[name as keyof typeof decodingRanges];
    if (value === undefined) continue;
    const isValid = value >= low && value <= high && (!whole || Number.isInteger(value));
    if (!isValid)
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
      `${minDecodingLength} is more than ${nameOf("maxDecodingLength")} ${maxDecodingLength}`,
    );
}
