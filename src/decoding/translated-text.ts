import type { Tokenizer } from "../text/tokenizer.ts";
import { copyUnknown } from "./copy-unknown.ts";
import type { Looked } from "./coverage.ts";
import type { TranslatorOptions } from "./translator-options.ts";

export interface Translation {
  readonly source: string;
  /** The source's pieces as the model saw them, the last </s>; a blank source, which it does not see, has none. */
  readonly sourceTokens: readonly string[];
  /** There when the source was longer than the model reads: what is beyond `maxLength` tokens was cut off. */
  readonly isCut?: true;
  /** Best first. */
  readonly hypotheses: readonly TranslatedText[];
}

export interface TranslatedText {
  readonly text: string;
  /** Log probability over length penalty, with the coverage penalty if there is one. */
  readonly score: number;
  /** The target's subword pieces. */
  readonly tokens: readonly string[];
  /**
   * [attentionTokens][the translation's sourceTokens]: where each token looked, in the last decoder layer, the mean of its
   * heads (in a recurrent decoder its one attention; of an ensemble the mean). Only when asked for.
   */
  readonly attention?: readonly (readonly number[])[];
  /** The pieces with the </s> that ended them, if one did. Only with `attention`. */
  readonly attentionTokens?: readonly string[];
}

/** A source as the model sees it. */
export interface ReadSource {
  readonly text: string;
  readonly ids: readonly number[];
  readonly isCut: boolean;
}

export function readSource(text: string, { source, maxLength }: TranslatorOptions): ReadSource {
  const ids = source.encode(text);
  return { text, ids: cutTo(maxLength, ids, source), isCut: ids.length > maxLength };
}

/** Ids of a sentence, cut to what the model has positions for, still ending with </s>. */
export const cutTo = (maxLength: number, ids: number[], { special }: Tokenizer): number[] =>
  ids.length <= maxLength ? ids : [...ids.slice(0, maxLength - 1), special.eos];

/** A source that shows nothing is not translated. */
export const blankTranslation = (source: string, best: number): Translation => ({
  source,
  sourceTokens: [],
  hypotheses: Array.from({ length: best }, () => ({ text: "", score: 0, tokens: [] })),
});

export const translationOf = (
  { text, ids, isCut }: ReadSource,
  found: readonly Looked[],
  options: TranslatorOptions,
): Translation => ({
  source: text,
  sourceTokens: ids.map((id) => options.source.token(id)),
  ...(isCut ? { isCut } : {}),
  hypotheses: found.map((one) => textOf(one, text, ids.length, options)),
});

function textOf(
  { hypothesis: { ids, score }, attention }: Looked,
  source: string,
  seen: number,
  options: TranslatorOptions,
): TranslatedText {
  const { target, replaceUnknowns = false } = options;
  const isCopied = replaceUnknowns && attention && ids.includes(target.special.unk);
  const pieces = ids.map((id) => target.token(id));
  return {
    text: isCopied ? copyUnknown(ids, attention, source, seen, options) : target.decode(ids),
    score,
    tokens: pieces.filter((_, i) => ids[i] !== target.special.eos),
    ...(options.attention && attention
      ? { attention: attention.map((row) => Array.from(row)), attentionTokens: pieces }
      : {}),
  };
}
