import { heedError } from "../errors.ts";
import type { Tokenizer } from "../text/tokenizer.ts";

/** What is to become likelier or less likely: tokens by id, words or pieces by what is written. -Infinity bans. */
export type Bias = ReadonlyMap<number | string, number>;

/** A token, or several that a word consists of, and what is added to the log probability of the last of them. */
export interface BiasedTokens {
  readonly ids: readonly number[];
  readonly bias: number;
}

/**
 * The tokens that are meant. A text is a word, if the vocabulary has it as one piece; else a piece as the vocabulary has
 * it; else a word, or several, of several pieces.
 *
 * @param called  What messages call the option.
 * @throws ERR_USAGE for what the vocabulary does not have.
 */
export function biasedTokens(bias: Bias, target: Tokenizer, called = "bias"): BiasedTokens[] {
  const refuse = (cause: string): never => {
    throw heedError("ERR_USAGE", { where: called, cause });
  };
  return Array.from(bias, ([meant, value]) => {
    if (!(value < Infinity))
      refuse(
        `${value} for ${typeof meant === "number" ? "token " : ""}${meant} is not a number below infinity`,
      );
    if (typeof meant === "string")
      return {
        ids: idsOf(meant, target) ?? refuse(`"${meant}" is not in the target's vocabulary`),
        bias: value,
      };
    if (!Number.isInteger(meant) || meant < 0 || meant >= target.size)
      refuse(`there is no token ${meant}, the vocabulary has 0 to ${target.size - 1}`);
    return { ids: [meant], bias: value };
  });
}

function idsOf(text: string, target: Tokenizer): readonly number[] | undefined {
  const piece = target.id(`▁${text}`) ?? target.id(text);
  if (piece !== undefined) return [piece];
  const ids = target.encode(text).slice(0, -1);
  return ids.length === 0 || ids.includes(target.special.unk) ? undefined : ids;
}
