import type { References } from "./counts.ts";
import { corpusScore, type Metric, type SentenceTable, signatureOf, tabulate } from "./metric.ts";
import type { MetricKey } from "./metric-keys.ts";
import { type BootstrapInterval, bootstrapInterval } from "./significance.ts";

/** The counts of a test set for each metric, in the order the metrics were named. */
export type ScoreTables = ReadonlyMap<MetricKey, SentenceTable>;

/** Tabulates a test set for each metric. */
export function tablesOf(
  hypotheses: readonly string[],
  references: readonly References[],
  metrics: ReadonlyMap<MetricKey, Metric>,
): ScoreTables {
  return new Map([...metrics].map(([key, metric]) => [key, tabulate(metric, hypotheses, references)]));
}

export interface ScoreChoices {
  /** Whether to draw confidence intervals. Default false. */
  readonly confidence?: boolean;
  readonly resamples?: number;
  readonly seed?: number;
  /** Whether to shorten signatures. Default false. */
  readonly short?: boolean;
}

type Signed = { readonly score: number; readonly signature: string };

/** The scores of a test set, each by its metric's key. */
export interface TextScores {
  readonly sentences: number;
  readonly bleu?: Signed;
  readonly chrf?: Signed;
  readonly "chrf++"?: Signed;
  readonly ter?: Signed;
  /** Percentage of sentences that equal a reference. */
  readonly exact?: number;
  readonly intervals?: Partial<Record<MetricKey, BootstrapInterval>>;
}

/** The score of each metric, signed; with intervals on request. */
export function textScores(tables: ScoreTables, choices: ScoreChoices = {}): TextScores {
  const { confidence = false, resamples, seed, short } = choices;
  const drawn = confidence ? { bs: resamples, seed } : {};
  const sentences = [...tables.values()][0]?.sentences ?? 0;
  const scores = [...tables].map(([key, table]) => {
    const score = corpusScore(table);
    return [key, key === "exact" ? score : { score, signature: signatureOf(table, drawn, short) }];
  });
  const intervals = (): [MetricKey, BootstrapInterval][] =>
    [...tables].map(([key, table]) => [key, bootstrapInterval(table, { resamples, seed })]);
  return {
    sentences,
    ...Object.fromEntries(scores),
    ...(confidence ? { intervals: Object.fromEntries(intervals()) } : {}),
  };
}
