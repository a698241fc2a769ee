/** Groups pieces into words, so that attention between pieces can be read as attention between words. */

import { metaspace } from "./normalize.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A white-space word's pieces: `ids[from] … ids[to - 1]`. */
export interface PieceSpan {
  readonly from: number;
  readonly to: number;
}

/** A white-space word and its pieces. */
export interface WordSpan extends PieceSpan {
  readonly text: string;
}

/**
 * The pieces of the white-space words of a sequence of ids. Special tokens belong to no word and end the one before them,
 * except that an unknown word is a word.
 */
export function wordSpans(tokenizer: Tokenizer, ids: ArrayLike<number>): PieceSpan[] {
  const { pad, unk, bos, eos } = tokenizer.special;
  const isSpecial = (id: number): boolean =>
    id === pad || id === bos || id === eos || (id !== unk && tokenizer.silent?.has(id) === true);
  const begins = tokenizer.beginsWord ?? ((id: number): boolean => tokenizer.token(id).startsWith(metaspace));
  const spans: PieceSpan[] = [];
  let from = -1;
  const close = (to: number): void => {
    if (from >= 0) spans.push({ from, to });
    from = -1;
  };
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] as number;
    if (isSpecial(id)) {
      close(at);
    } else if (from < 0 || id === unk || begins(id)) {
      close(at);
      from = at;
    }
  }
  close(ids.length);
  return spans;
}

/** The texts of words; an unknown one is written "⁇". */
export const wordTexts = (
  tokenizer: Tokenizer,
  ids: ArrayLike<number>,
  spans: readonly PieceSpan[],
): string[] => {
  const all = Array.from(ids);
  return spans.map(({ from, to }) => tokenizer.decode(all.slice(from, to)));
};

/** The words of a sequence of ids: `wordSpans` with their texts. */
export function words(tokenizer: Tokenizer, ids: ArrayLike<number>): WordSpan[] {
  const spans = wordSpans(tokenizer, ids);
  const texts = wordTexts(tokenizer, ids, spans);
  return spans.map((span, i) => ({ text: texts[i] as string, ...span }));
}
