/** Scores of a test set from the counts of its shards: a mean of their scores would be another number. */
import { chunks } from "../data/chunks.ts";
import { alignmentScore } from "../evaluation/alignment.ts";
import { classificationScores } from "../evaluation/classification.ts";
import type { MetricKey } from "../evaluation/metric-keys.ts";
import { type ScoreTables, textScores } from "../evaluation/text-scores.ts";
import { writeAlignmentScore } from "./alignment-score.ts";
import { chosenMetrics, type MetricValues } from "./chosen-metrics.ts";
import { writeClassification } from "./evaluate-classifier.ts";
import type { Io } from "./io.ts";
import { writeScores } from "./scores.ts";
import { contents, type WholeJob } from "./whole-job.ts";

/** Writes the scores of a test set that was evaluated in shards. */
export async function writeMergedScores(parts: WholeJob, io: Io): Promise<void> {
  const [{ about, end }] = parts;
  const options = about.options as unknown as MetricValues & { readonly json?: boolean };
  const json = options.json ?? false;
  if (end.task === "classify") {
    const labels = JSON.parse(String(end.labels)) as string[];
    const counts = chunks(added(parts, "confusion", labels.length ** 2), labels.length);
    await writeClassification(classificationScores(counts), labels, json, io);
    return;
  }
  const tables = mergedTables(parts, options);
  const [seconds = 0] = added(parts, "seconds", 1);
  await writeScores({ ...textScores(tables), sentences: end.lines, seconds }, json, io);
}

/** Writes how the links of all pairs compare with the known ones. */
export async function writeMergedAlignment(parts: WholeJob, io: Io): Promise<void> {
  const [links = 0, sureLinks = 0, sureMatches = 0, possibleMatches = 0] = added(parts, "gold", 4);
  const score = alignmentScore([links, sureLinks, sureMatches, possibleMatches]);
  await writeAlignmentScore(score, Boolean(parts[0].about.options.json), io);
}

/** A number of `sums`, added up over the parts. */
function added(parts: WholeJob, name: string, width: number): number[] {
  const totals = new Array<number>(width).fill(0);
  for (const { sums } of parts)
    for (const [i, value] of (sums[name] ?? []).entries()) totals[i] = (totals[i] ?? 0) + value;
  return totals;
}

/** The counts of every sentence, in the order of the test set. */
function mergedTables(parts: WholeJob, options: MetricValues): ScoreTables {
  const [{ end }] = parts;
  const metrics = chosenMetrics(options);
  const rows = new Map<MetricKey, number[][]>([...metrics.keys()].map((key) => [key, []]));
  for (const content of contents(parts)) {
    for (const line of content.toString().split("\n").slice(0, -1)) {
      const counts = JSON.parse(line) as Record<MetricKey, number[]>;
      for (const [key, list] of rows) list.push(counts[key]);
    }
  }
  return new Map(
    [...metrics].map(([key, metric]) => {
      const counts = rows.get(key) ?? [];
      const width = counts[0]?.length ?? 0;
      const references = String(end.references);
      return [
        key,
        { metric, sentences: counts.length, width, values: Float64Array.from(counts.flat()), references },
      ];
    }),
  );
}
