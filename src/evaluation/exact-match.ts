import { checkCounts, type References, referencesAt } from "./counts.ts";

/**
 * Percentage of hypotheses that are a reference to the letter, white space at the ends aside. 100 minus it is
 * the word error rate of grapheme-to-phoneme conversion.
 *
 * @param references  One list per reference set, each as long as `hypotheses`; undefined where a sentence has fewer.
 * @throws ERR_DATA when a set differs in length from the hypotheses, or there is nothing to score.
 */
export function exactMatch(hypotheses: readonly string[], references: readonly References[]): number {
  checkCounts("exact match", hypotheses, references);
  const isExact = (hypothesis: string, at: number): boolean =>
    referencesAt(references, at).some((reference) => reference.trim() === hypothesis.trim());
  return (100 * hypotheses.filter(isExact).length) / hypotheses.length;
}
