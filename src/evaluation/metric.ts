import { checkCounts, countOf, type References, referencesAt } from "./counts.ts";
import { type DrawnSamples, formatSignature, type SignatureField } from "./signature.ts";

/**
 * A score of a test set that depends only on sums over its sentences, so that resampled test sets are scored without
 * counting anything again.
 */
export interface Metric {
  /** sacreBLEU's name: "BLEU", "chrF2++", "TER". */
  readonly name: string;
  /** Whether lower is better. */
  readonly isErrorRate: boolean;
  /** What one sentence adds to each of the sums; the same number of values for every sentence. */
  readonly statistics: (hypothesis: string, references: readonly string[]) => readonly number[];
  /** The score computed from sums, in percent. */
  readonly score: (sums: ArrayLike<number>) => number;
  /** The score of one sentence, in percent. For BLEU this is not `score` of its statistics: it ignores some orders. */
  readonly sentenceScore: (statistics: ArrayLike<number>) => number;
  /** The metric's part of sacreBLEU's signature; empty if sacreBLEU has no such metric. */
  readonly fields: readonly SignatureField[];
}

/** The statistics of every sentence of a test set, from which scores, intervals and tests are computed. */
export interface SentenceTable {
  readonly metric: Metric;
  readonly sentences: number;
  /** How many statistics a sentence has. */
  readonly width: number;
  /** [sentences, width] */
  readonly values: Float64Array;
  /** How many references each sentence has; "var" if sentences differ. */
  readonly references: string;
}

/**
 * The statistics of a test set.
 *
 * @param references  One list per reference set, each as long as `hypotheses`; undefined where a sentence has fewer.
 * @throws ERR_DATA when a set differs in length from the hypotheses, or there is nothing to score.
 */
export function tabulate(
  metric: Metric,
  hypotheses: readonly string[],
  references: readonly References[],
): SentenceTable {
  checkCounts(metric.name, hypotheses, references);
  const rows = hypotheses.map((hypothesis, at) =>
    metric.statistics(hypothesis, referencesAt(references, at)),
  );
  const width = (rows[0] as readonly number[]).length;
  const values = new Float64Array(rows.length * width);
  for (const [at, row] of rows.entries()) values.set(row, at * width);
  return { metric, sentences: rows.length, width, values, references: countOf(references) };
}

/** The sums over all sentences. */
export function sumsOf({ sentences, width, values }: SentenceTable): Float64Array {
  const sums = new Float64Array(width);
  for (let at = 0; at < sentences; at++) addRow(sums, values, at);
  return sums;
}

/** Adds a sentence's row to `sums`. */
export function addRow(sums: Float64Array, values: Float64Array, sentence: number): void {
  const width = sums.length;
  const start = sentence * width;
  for (let k = 0; k < width; k++) sums[k] = (sums[k] as number) + (values[start + k] as number);
}

/** The score of the test set, in percent. */
export const corpusScore = (table: SentenceTable): number => table.metric.score(sumsOf(table));

/** The score of each sentence by itself, in percent. */
export const sentenceScores = ({ metric, sentences, width, values }: SentenceTable): number[] =>
  Array.from({ length: sentences }, (_, at) =>
    metric.sentenceScore(values.subarray(at * width, (at + 1) * width)),
  );

/**
 * The signature to be quoted with a score, in sacreBLEU's form.
 *
 * @param samples  The samples drawn, if the score comes with an interval or a test.
 * @param short    Whether to abbreviate the names of fields. Default false.
 */
export function signatureOf(
  { metric, references }: SentenceTable,
  samples?: DrawnSamples,
  short?: boolean,
): string {
  return formatSignature(references, metric.fields, samples, short);
}
