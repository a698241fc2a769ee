import type { Tokenizer } from "../text/tokenizer.ts";
import { copyUnknown } from "./copy-unknown.ts";
import type { AttendedHypothesis } from "./coverage.ts";
import type { TranslatorOptions } from "./translator-options.ts";

export interface Translation {
  readonly source: string;
  /** The source's pieces as the model saw them, ending with </s>; empty for a blank source, which it never sees. */
  readonly sourceTokens: readonly string[];
  /** Present when the source was cut to the `maxLength` tokens that the model reads. */
  readonly isCut?: true;
  /** Terms of the glossary that the model could not be brought to use; absent where there are none. */
  readonly missingTerms?: readonly string[];
  /** Best first. */
  readonly hypotheses: readonly TranslatedText[];
}

export interface TranslatedText {
  readonly text: string;
  /** Log probability divided by the length penalty, plus the coverage penalty if there is one. */
  readonly score: number;
  /** The target's subword pieces. */
  readonly tokens: readonly string[];
  /**
   * [attentionTokens][sourceTokens]: attention of each token, averaged over the heads of the last decoder layer (a
   * recurrent decoder has one) and over the members of an ensemble. Only when requested.
   */
  readonly attention?: readonly (readonly number[])[];
  /** The pieces, including the final </s> if there is one. Only with `attention`. */
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

/** Ids of a sentence, cut to the model's number of positions and still ending with </s>. */
export const cutTo = (maxLength: number, ids: number[], { special }: Tokenizer): number[] =>
  ids.length <= maxLength ? ids : [...ids.slice(0, maxLength - 1), special.eos];

/** The result for a blank source, which is not translated. */
export const blankTranslation = (source: string, best: number): Translation => ({
  source,
  sourceTokens: [],
  hypotheses: Array.from({ length: best }, () => ({ text: "", score: 0, tokens: [] })),
});

export const translationOf = (
  { text, ids, isCut }: ReadSource,
  hypotheses: readonly AttendedHypothesis[],
  options: TranslatorOptions,
): Translation => ({
  source: text,
  sourceTokens: ids.map((id) => options.source.token(id)),
  ...(isCut ? { isCut } : {}),
  hypotheses: hypotheses.map((hypothesis) => textOf(hypothesis, text, ids.length, options)),
});

function textOf(
  { hypothesis: { ids, score }, attention }: AttendedHypothesis,
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
