import { heedError } from "../errors.ts";
import { bareIds, type Tokenizer } from "../text/tokenizer.ts";

/** Added to log probabilities: of tokens by id, of words or pieces by their text. -Infinity bans. */
export type Bias = ReadonlyMap<number | string, number>;

/** A token, or the tokens of a word, and the bias added to the log probability of the last one. */
export interface BiasedTokens {
  readonly ids: readonly number[];
  readonly bias: number;
}

/**
 * Resolves a bias to tokens. A text is matched as a word that is one piece; else as a piece exactly as the vocabulary
 * spells it; else as one or more words of several pieces.
 *
 * @param optionName  The option's name in messages.
 * @throws ERR_USAGE for a token or text outside the vocabulary.
 */
export function biasedTokens(bias: Bias, target: Tokenizer, optionName = "bias"): BiasedTokens[] {
  const refuse = (cause: string): never => {
    throw heedError("ERR_USAGE", { where: optionName, cause });
  };
  return Array.from(bias, ([key, value]) => {
    if (!(value < Infinity))
      refuse(`${value} for ${typeof key === "number" ? "token " : ""}${key} is not a number below infinity`);
    if (typeof key === "string")
      return {
        ids: idsOf(key, target) ?? refuse(`"${key}" is not in the target's vocabulary`),
        bias: value,
      };
    if (!Number.isInteger(key) || key < 0 || key >= target.size)
      refuse(`there is no token ${key}: the vocabulary has ids 0 to ${target.size - 1}`);
    return { ids: [key], bias: value };
  });
}

function idsOf(text: string, target: Tokenizer): readonly number[] | undefined {
  const piece = target.id(`▁${text}`) ?? target.id(text);
  if (piece !== undefined) return [piece];
  const ids = bareIds(target, text);
  return ids.length === 0 || ids.includes(target.special.unk) ? undefined : ids;
}
