import type { References } from "./counts.ts";
import { corpusScore, type Metric, tabulate } from "./metric.ts";

/**
 * Percentage of hypotheses that equal a reference, ignoring white space at the ends. For grapheme-to-phoneme conversion,
 * 100 minus this is the word error rate.
 *
 * @param references  One list per reference set, each as long as `hypotheses`; undefined where a sentence has fewer.
 * @throws ERR_DATA when a set differs in length from the hypotheses, or there is nothing to score.
 */
export function exactMatch(hypotheses: readonly string[], references: readonly References[]): number {
  return corpusScore(tabulate(exact(), hypotheses, references));
}

/** Exact match as a metric, which sacreBLEU lacks. Statistics of a sentence: 1 if it matches, else 0; and 1. */
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
