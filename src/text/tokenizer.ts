/** The interface of every tokenizer, whatever its units are. */

import type { SpecialIds, TokenizerJson } from "./layout.ts";

/** Turns text into ids and back. Its only state is a cache of words; any number of callers may share one tokenizer. */
export interface Tokenizer {
  /** "imported": from elsewhere, with parts of its own; see `importedTokenizer`. */
  readonly kind: "word" | "char" | "bpe" | "imported";
  /** Number of ids: they run from 0 to size - 1. */
  readonly size: number;
  readonly special: SpecialIds;
  /**
   * The text as `decode` will return it: NFKC, white space collapsed to single spaces and stripped, byte order marks
   * removed, unpaired surrogates replaced by U+FFFD, in lower case if the vocabulary is.
   */
  normalize(text: string): string;
  /**
   * The ids of one text, ending with `special.eos`. A special token spelled out in the text is plain text: "</s>" is
   * split like any other four characters, never into the special id.
   */
  encode(text: string): number[];
  /**
   * Like `encode`, but a share `rate` of merges is skipped at random; undefined where there are none to skip.
   *
   * @param uniform  Draws from [0, 1).
   */
  readonly sample?: (text: string, rate: number, uniform: () => number) => number[];
  /**
   * The text of `ids`. An unknown word is written "⁇", separated from other words; other special tokens are dropped.
   * `decode(encode(text)) === normalize(text)` if no word is unknown, which is always so for "char" and "bpe".
   *
   * @throws ERR_SHAPE when an id is not in [0, size).
   */
  decode(ids: ArrayLike<number>): string;
  /** The piece of an id as spelled in the vocabulary ("▁the", "<0xE2>", "</s>"), for display. */
  token(id: number): string;
  /** The id of a piece; `undefined` if it is not in the vocabulary. */
  id(token: string): number | undefined;
  /** The object to save as tokenizer.json. */
  toJSON(): TokenizerJson | Readonly<Record<string, unknown>>;
  /** The ids of a text alone, without special tokens around it. Default: those of `encode` but the last. */
  readonly bare?: (text: string) => number[];
  /** The ids of a text that a model is to write. Default: those of `encode`. */
  readonly written?: (text: string) => number[];
  /** What belongs beside tokenizer.json, of a tokenizer from elsewhere. */
  readonly ids?: Readonly<Record<string, unknown>>;
  /** Ids beside those of `special` that `decode` drops. Default: none. */
  readonly silent?: ReadonlySet<number>;
  /** Whether a piece begins a word. Default: if it begins with a metaspace. */
  readonly beginsWord?: (id: number) => boolean;
  /** Whether line breaks are text like any other, and `special.eos` ends the text rather than a line. Default false. */
  readonly keepsLines?: boolean;
  /** Whether `decode` removes spaces before punctuation. Default false. */
  readonly cleansUp?: boolean;
}

/** The ids of a text to go on from: without special tokens around it. */
export const bareIds = (tokenizer: Tokenizer, text: string): number[] =>
  tokenizer.bare?.(text) ?? tokenizer.encode(text).slice(0, -1);

/** The ids of a text that a model is to write, up to the end. */
export const writtenIds = (tokenizer: Tokenizer, text: string): number[] =>
  tokenizer.written?.(text) ?? tokenizer.encode(text);

/** The vocabularies of a translator. */
export interface Tokenizers {
  readonly source: Tokenizer;
  /** The same object as `source` when the vocabulary is shared. */
  readonly target: Tokenizer;
}
