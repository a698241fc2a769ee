import type { References } from "../evaluation/counts.ts";
import {
  corpusScore,
  type Metric,
  type SentenceTable,
  sentenceScores,
  signatureOf,
  tabulate,
} from "../evaluation/metric.ts";
import type { MetricKey } from "../evaluation/metric-keys.ts";
import { isMetric, metricLabels } from "../evaluation/metric-keys.ts";
import { type BootstrapInterval, bootstrapInterval } from "../evaluation/significance.ts";
import type { Io } from "./io.ts";

/** The counts of a test set for each metric, in the order the metrics were named. */
export type ScoreTables = ReadonlyMap<MetricKey, SentenceTable>;

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

/** The object that `--json` prints. */
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

export function scoresOf(tables: ScoreTables, choices: ScoreChoices = {}): TextScores {
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

/** Writes the scores of every sentence, one line each, as TSV or as JSON objects. */
export async function writeSentences(tables: ScoreTables, json: boolean, io: Io): Promise<void> {
  const columns = [...tables].map(([key, table]) => ({ key, scores: sentenceScores(table) }));
  const count = columns[0]?.scores.length ?? 0;
  if (!json) await io.writeLine(["line", ...columns.map(({ key }) => metricLabels[key])].join("\t"));
  for (let at = 0; at < count; at++) {
    const row = columns.map(({ key, scores }) => [key, scores[at] as number] as const);
    if (json) await io.writeLine(JSON.stringify({ line: at + 1, ...Object.fromEntries(row) }));
    else await io.writeLine([at + 1, ...row.map(([, score]) => score.toFixed(2))].join("\t"));
  }
}

/** Writes each score on its own line, or all as one JSON object. */
export async function writeScores(
  scores: TextScores & { readonly perplexity?: number; readonly seconds: number },
  json: boolean,
  io: Io,
): Promise<void> {
  if (json) {
    await io.writeLine(JSON.stringify(scores));
    return;
  }
  const { intervals, perplexity } = scores;
  for (const key of Object.keys(scores).filter(isMetric)) {
    const value = scores[key] ?? 0;
    const { score, signature } = typeof value === "number" ? { score: value, signature: "" } : value;
    const interval = intervals?.[key];
    const range = interval ? ` (μ = ${interval.mean.toFixed(2)} ± ${interval.half.toFixed(2)})` : "";
    const unit = key === "exact" ? " %" : "";
    await io.writeLine(
      `${metricLabels[key]} ${score.toFixed(2)}${unit}${range}${signature ? `  ${signature}` : ""}`,
    );
  }
  if (perplexity !== undefined) await io.writeLine(`perplexity ${perplexity.toPrecision(4)}`);
}
