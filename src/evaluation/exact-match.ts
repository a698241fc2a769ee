import type { References } from "./counts.ts";
import { corpusScore, type Metric, tabulate } from "./metric.ts";

/**
 * Percentage of hypotheses that are a reference to the letter, white space at the ends aside. 100 minus it is
 * the word error rate of grapheme-to-phoneme conversion.
 *
 * @param references  One list per reference set, each as long as `hypotheses`; undefined where a sentence has fewer.
 * @throws ERR_DATA when a set differs in length from the hypotheses, or there is nothing to score.
 */
export function exactMatch(hypotheses: readonly string[], references: readonly References[]): number {
  return corpusScore(tabulate(exact(), hypotheses, references));
}

/** Exact match as a metric for `tabulate`. A sentence's numbers: 1 if it matches, and 1. sacreBLEU does not have it. */
export function exact(): Metric {
  const score = (sums: ArrayLike<number>): number => (100 * (sums[0] as number)) / (sums[1] as number);
  return {
    name: "exact match",
    isErrorRate: false,
    statistics: (hypothesis, references) => {
      const isExact = references.some((reference) => reference.trim() === hypothesis.trim());
      return [isExact ? 1 : 0, 1];
    },
    score,
    sentenceScore: score,
    fields: [],
  };
}
