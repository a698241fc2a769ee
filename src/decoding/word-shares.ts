/** How much each word of a translation comes from each word of its sentence, by the model's attention. */
import type { Span } from "../text/sentences.ts";
import type { TranslatedText } from "./translated-text.ts";

/** [target words][source words]: how much each word of the translation comes from each of the sentence; rows sum to 1. */
export type WordShares = readonly (readonly number[])[];

/** The places of the words of a text: what stands between white space. */
export const wordsOf = (text: string): Span[] =>
  Array.from(text.matchAll(/\S+/g), ({ 0: word, index }) => ({ from: index, to: index + word.length }));

/**
 * Attention between pieces as shares between words. Attention to </s> says nothing of words and is left out.
 *
 * @returns undefined when there is no attention, or when pieces and words do not correspond.
 */
export function wordShares(
  source: string,
  sourceTokens: readonly string[],
  { text, attention, attentionTokens = [] }: Pick<TranslatedText, "text" | "attention" | "attentionTokens">,
): WordShares | undefined {
  if (!attention) return undefined;
  const columns = wordOfEach(sourceTokens);
  const rows = wordOfEach(attentionTokens);
  const size = { source: wordsOf(source).length, target: wordsOf(text).length };
  if (Math.max(-1, ...columns) + 1 !== size.source || Math.max(-1, ...rows) + 1 !== size.target)
    return undefined;
  const shares = Array.from({ length: size.target }, () => new Array<number>(size.source).fill(0));
  for (const [row, weights] of attention.entries()) {
    const word = shares[rows[row] ?? -1];
    if (!word) continue;
    for (const [column, weight] of weights.entries()) {
      const at = columns[column] ?? -1;
      if (at >= 0) word[at] = (word[at] as number) + weight;
    }
  }
  return shares.map((row) => {
    const all = row.reduce((sum, share) => sum + share, 0);
    return all > 0 ? row.map((share) => share / all) : row;
  });
}

/** The index of the word that each piece is in, from 0; -1 for special tokens. */
function wordOfEach(pieces: readonly string[]): number[] {
  let word = -1;
  return pieces.map((piece) => {
    if (/^<(?:\/?s|pad)>$/.test(piece)) return -1;
    if (piece.startsWith("▁") || word < 0) word++;
    return word;
  });
}
