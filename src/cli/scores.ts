import { sentenceScores } from "../evaluation/metric.ts";
import { isMetric, metricLabels } from "../evaluation/metric-keys.ts";
import type { ScoreTables, TextScores } from "../evaluation/text-scores.ts";
import type { Io } from "./io.ts";

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
