/** Groups pieces into words, so that attention between pieces can be read as attention between words. */

import { metaspace } from "./normalize.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A white-space word and its pieces: `ids[from] … ids[to - 1]`. */
export interface WordSpan {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The white-space words of a sequence of ids. Special tokens belong to no word and end the one before them, except that
 * an unknown word is a word, written "⁇".
 */
export function words(tokenizer: Tokenizer, ids: ArrayLike<number>): WordSpan[] {
  const { pad, unk, bos, eos } = tokenizer.special;
  const all = Array.from(ids);
  const spans: WordSpan[] = [];
  let from = -1;
  const close = (to: number): void => {
    if (from >= 0) spans.push({ text: tokenizer.decode(all.slice(from, to)), from, to });
    from = -1;
  };
  for (const [at, id] of all.entries()) {
    if (id === pad || id === bos || id === eos) {
      close(at);
    } else if (from < 0 || id === unk || tokenizer.token(id).startsWith(metaspace)) {
      close(at);
      from = at;
    }
  }
  close(all.length);
  return spans;
}
