/** Scores of a test set from the counts of its shards: a mean of their scores would be another number. */
import { chunks } from "../data/chunks.ts";
import { heedError } from "../errors.ts";
import { alignmentScore } from "../evaluation/alignment.ts";
import { classificationScores } from "../evaluation/classification.ts";
import { type ScoreTables, textScores } from "../evaluation/text-scores.ts";
import { openRunOf } from "../runs/open-run.node.ts";
import { refuseInputAsOutput, writeOutput } from "../runs/output-file.node.ts";
import { perplexityOf } from "../tasks/generate/perplexity.ts";
import { writeAlignmentScore } from "./alignment-score.ts";
import { calibrateRun } from "./calibrate-run.ts";
import { chosenMetrics, type MetricValues } from "./chosen-metrics.ts";
import type { CountedSentence } from "./count-sentences.ts";
import { writeClassification } from "./evaluate-classifier.ts";
import { writeTextPerplexity } from "./evaluate-language-model.ts";
import type { Io } from "./io.ts";
import { modelHash } from "./model-hash.ts";
import { writeScores } from "./scores.ts";
import { byLine } from "./test-set.ts";
import { contents, type WholeJob } from "./whole-job.ts";

interface MergedOptions extends MetricValues {
  readonly json?: boolean;
  readonly output?: string;
}

/** Writes the scores of a test set that was evaluated in shards, and the files that go with them. */
export async function writeMergedScores(parts: WholeJob, io: Io): Promise<void> {
  const [{ about, end }] = parts;
  const options = about.options as unknown as MergedOptions;
  const json = options.json ?? false;
  const [negativeLogLikelihood = 0, tokens = 0] = added(parts, "loss", 2);
  if (end.task === "classify") {
    const labels = JSON.parse(String(end.labels)) as string[];
    const counts = chunks(added(parts, "confusion", labels.length ** 2), labels.length);
    await writeClassification(classificationScores(counts), labels, json, io);
    return;
  }
  if (end.task === "generate") {
    const [characters = 0] = added(parts, "characters", 1);
    await writeTextPerplexity(
      perplexityOf({ sums: { negativeLogLikelihood, tokens }, characters }),
      json,
      io,
    );
    return;
  }
  const sentences = countedSentences(parts);
  if (options.output !== undefined) writeMergedOutput(options.output, sentences, parts);
  const tables = mergedTables(sentences, options, String(end.references));
  const [seconds = 0] = added(parts, "seconds", 1);
  const perplexity = tokens > 0 ? { perplexity: Math.exp(negativeLogLikelihood / tokens) } : {};
  await writeScores({ ...textScores(tables), sentences: end.lines, ...perplexity, seconds }, json, io);
  if (end.calibrated !== undefined) calibrateFrom(String(end.calibrated), sentences, parts, io);
}

function writeMergedOutput(path: string, sentences: readonly CountedSentence[], parts: WholeJob): void {
  refuseInputAsOutput(
    path,
    parts.map((part) => part.path),
  );
  const placed = sentences.map(({ lines = [] }) => ({ lines }));
  writeOutput(
    path,
    byLine(
      placed,
      sentences.map(({ text = "" }) => text),
    ),
  );
}

/** @throws ERR_INPUT when the run has other weights than the one that translated */
function calibrateFrom(
  directory: string,
  sentences: readonly CountedSentence[],
  parts: WholeJob,
  io: Io,
): void {
  if (modelHash(openRunOf(directory, "translate")) !== parts[0].about.models[0]) {
    const cause = "is not the run whose translations are in the parts, which --calibrate is about";
    throw heedError("ERR_INPUT", { where: directory, cause, remedy: "merge where that run is" });
  }
  calibrateRun(
    directory,
    sentences.flatMap(({ judged }) => judged ?? []),
    io,
  );
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

/** All sentences, in the order of the test set. */
const countedSentences = (parts: WholeJob): CountedSentence[] =>
  [...contents(parts)].flatMap((content) =>
    content
      .toString()
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as CountedSentence),
  );

function mergedTables(
  sentences: readonly CountedSentence[],
  options: MetricValues,
  references: string,
): ScoreTables {
  return new Map(
    [...chosenMetrics(options, ["perplexity"])].map(([key, metric]) => {
      const counts = sentences.map((sentence) => sentence.counts[key] ?? []);
      const width = counts[0]?.length ?? 0;
      const values = Float64Array.from(counts.flat());
      return [key, { metric, sentences: counts.length, width, values, references }];
    }),
  );
}
