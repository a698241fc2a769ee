/** What every vocabulary of Heed can do, whatever its units are. */

import type { SpecialIds, TokenizerJson } from "./layout.ts";

/**
 * Text to numbers and back. Holds a cache of words, nothing else; one tokenizer serves any number of callers.
 */
export interface Tokenizer {
  readonly kind: "word" | "char" | "bpe";
  /** Number of ids: they run from 0 to size - 1. */
  readonly size: number;
  readonly special: SpecialIds;
  /**
   * The text as `decode` will give it back: NFKC, white space collapsed to single spaces and stripped, byte
   * order marks removed, unpaired surrogates replaced by U+FFFD, in lower case when the vocabulary is.
   */
  normalize(text: string): string;
  /**
   * The ids of one text, ending with `special.eos`. The text is only ever text: "</s>" written in it becomes
   * the pieces of those four characters, never the special id.
   */
  encode(text: string): number[];
  /**
   * The text of `ids`: an unknown word is shown as "⁇", apart from other words; the other special tokens are
   * dropped. `decode(encode(text)) === normalize(text)` whenever no word was unknown, which in "char" and "bpe"
   * vocabularies is always.
   *
   * @throws ERR_SHAPE when an id is not in [0, size).
   */
  decode(ids: ArrayLike<number>): string;
  /** The piece of an id as it stands in the vocabulary ("▁the", "<0xE2>", "</s>"), for display. */
  token(id: number): string;
  /** The id of a piece, `undefined` when it is not in the vocabulary. */
  id(token: string): number | undefined;
  /** The object to save as tokenizer.json. */
  toJSON(): TokenizerJson;
}

/** The vocabularies of a translator. */
export interface Tokenizers {
  readonly source: Tokenizer;
  /** The same object as `source` when the vocabulary is shared. */
  readonly target: Tokenizer;
}
