/** Which words of a translation belong to which words of its sentence. */
import { type WordShares, wordsOf } from "../../decoding/word-shares.ts";
import type { Span } from "../../text/sentences.ts";

/** A word, or words, of a translation, and what they translate; places are characters. */
export interface WordLink {
  readonly source: Span;
  readonly target: Span;
}

/** What a word's best source word must have of its attention to be linked. */
const LEAST = 0.3;

/** Links every word of a translation to the words that it mostly comes from. Words with one source are linked together. */
export function linksOf(source: string, target: string, shares: WordShares): WordLink[] {
  const [sources, targets] = [wordsOf(source), wordsOf(target)];
  return shares.flatMap((row, word) => {
    const best = Math.max(...row);
    const at = row.indexOf(best);
    const [from, to] = [sources[at], targets[word]];
    return from && to && best >= LEAST ? [{ source: from, target: to }] : [];
  });
}
