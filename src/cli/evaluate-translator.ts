import { extraColumns, readPairs } from "../data/pairs.node.ts";
import { lengthPenalty } from "../decoding/hypothesis.ts";
import { streamsFor, windowFor } from "../decoding/streams.node.ts";
import { heedError } from "../errors.ts";
import { countOf, type References } from "../evaluation/counts.ts";
import type { Metric } from "../evaluation/metric.ts";
import type { MetricKey } from "../evaluation/metric-keys.ts";
import { tablesOf, textScores } from "../evaluation/text-scores.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import { refuseInputAsOutput, writeOutput } from "../runs/output-file.node.ts";
import { translatorOver } from "../runs/ready.ts";
import type { Engine } from "../runtime/engine.ts";
import { translatorPerplexity } from "../tasks/translate/perplexity.ts";
import { oneLine } from "../text/escape.ts";
import { calibrateRun, type ScoredTranslation } from "./calibrate-run.ts";
import { chosenMetrics, type MetricValues, metricNames } from "./chosen-metrics.ts";
import { cutLines } from "./cut-lines.ts";
import { shardedFlow } from "./flow.ts";
import type { Io } from "./io.ts";
import { partAbout } from "./part-about.ts";
import { ownLines } from "./part-file.ts";
import { progress } from "./progress.ts";
import { writeScores } from "./scores.ts";
import { type Shard, type ShardValues, shardOf } from "./shard.ts";
import { countUnknown, unknownTokens } from "./unknown-tokens.ts";

export interface TranslatorTest extends MetricValues, ShardValues {
  readonly source?: string | undefined;
  readonly reference?: string | undefined;
  readonly pairs?: string | undefined;
  readonly run?: string | undefined;
  readonly output?: string | undefined;
  readonly calibrate?: boolean | undefined;
  readonly beam?: number | undefined;
  readonly alpha?: number | undefined;
  readonly batch: number;
  readonly json?: boolean | undefined;
}

/** Translates a test set and scores the translations. */
export async function evaluateTranslator(
  run: TranslatorRun,
  engine: Engine,
  options: TranslatorTest,
  io: Io,
): Promise<number> {
  const { output, source, reference, pairs } = options;
  if (output !== undefined) refuseInputAsOutput(output, [source, reference, pairs]);
  const metrics = chosenMetrics(options, ["perplexity"]);
  const part = shardOf(options);
  if (part) refuseWhole(options);
  const { sentences: test, lines } = await readTest(options, io);
  if (part) return countShard({ run, engine, test, metrics, options, ...part }, io);
  const needsTranslations = metrics.size > 0 || options.output !== undefined || options.calibrate;
  const { translated, seconds } = needsTranslations
    ? await translations(run, engine, test, options, io)
    : { translated: [], seconds: 0 };
  const hypotheses = translated.map(({ text }) => text);
  if (options.output) writeOutput(options.output, lines.map((at) => `${hypotheses[at]}\n`).join(""));
  const scores = {
    ...textScores(tablesOf(hypotheses, referenceSets(test), metrics)),
    sentences: test.length,
  };
  const perplexity = metricNames(options.metrics).includes("perplexity")
    ? await perplexityOf(run, engine, test, io)
    : {};
  await writeScores({ ...scores, ...perplexity, seconds }, options.json ?? false, io);
  // A signal may have cut translations short.
  if (options.calibrate && !io.signal.aborted) {
    const references = test.map((sentence) => sentence.references);
    const judged = translated.map((each, i) => ({ ...each, references: references[i] ?? [] }));
    calibrateRun(options.run ?? "", judged, io);
  }
  return 0;
}

/** The references of a test set as one list per reference. */
const referenceSets = (test: readonly TestSentence[]): References[] => {
  const most = test.reduce((count, { references }) => Math.max(count, references.length), 0);
  return Array.from({ length: most }, (_, set) => test.map(({ references }) => references[set]));
};

/** @throws ERR_USAGE for an option that needs the whole test set */
function refuseWhole({ output, metrics, calibrate }: TranslatorTest): void {
  const refuse = (where: string, cause: string, remedy: string): never => {
    throw heedError("ERR_USAGE", { where, cause, remedy });
  };
  if (output !== undefined)
    refuse("--output", "is written for a whole test set, not for a shard", "use heed translate --shard");
  if (calibrate) refuse("--calibrate", "needs all translations", "leave it out, or leave out --shard");
  if (metricNames(metrics).includes("perplexity"))
    refuse("--metrics", "perplexity is computed by one process", "leave it out, or leave out --shard");
}

interface CountedShard {
  readonly run: TranslatorRun;
  readonly engine: Engine;
  readonly test: readonly TestSentence[];
  readonly metrics: ReadonlyMap<MetricKey, Metric>;
  readonly options: TranslatorTest;
  readonly shard: Shard;
  readonly folder: string;
}

/** Writes what each sentence of a shard adds to the metrics' sums: a line of JSON for each, by metric. */
async function countShard(
  { run, engine, test, metrics, options, shard, folder }: CountedShard,
  io: Io,
): Promise<number> {
  const without = ["source", "reference", "pairs"];
  const about = await partAbout({ command: "evaluate", runs: [run], options, without });
  const flow = await shardedFlow(
    {
      ...{ shard, folder, about },
      items: test,
      textOf: ({ source, references }) => [source, ...references].join("\t"),
      facts: { task: "translate", references: countOf(referenceSets(test)) },
    },
    io,
  );
  if (!flow) return 0;
  let translating: Translating | undefined;
  try {
    const own = ownLines(test.length, shard);
    for await (const window of flow.windows) {
      translating ??= await beginTranslating(run, engine, own, options, io);
      const texts = (await translating.lines(window)).map(({ text }) => text);
      const tables = [...tablesOf(texts, referenceSets(window), metrics)];
      for (const at of window.keys()) {
        const rows = tables.map(([key, { values, width }]) => [
          key,
          [...values.subarray(at * width, (at + 1) * width)],
        ]);
        await flow.writeLine(JSON.stringify(Object.fromEntries(rows)));
      }
    }
    flow.end({ seconds: [translating?.end() ?? 0] });
  } finally {
    translating?.close();
    flow.close();
  }
  return 0;
}

async function translations(
  run: TranslatorRun,
  engine: Engine,
  test: readonly TestSentence[],
  options: TranslatorTest,
  io: Io,
): Promise<{ translated: TranslatedLine[]; seconds: number }> {
  const translating = await beginTranslating(run, engine, test.length, options, io);
  try {
    const translated: TranslatedLine[] = [];
    const window = windowFor(options.batch);
    for (let at = 0; at < test.length; at += window)
      translated.push(...(await translating.lines(test.slice(at, at + window))));
    return { translated, seconds: translating.end() };
  } finally {
    translating.close();
  }
}

type TranslatedLine = Pick<ScoredTranslation, "text" | "meanLogProbability">;

interface Translating {
  readonly lines: (sentences: readonly TestSentence[]) => Promise<TranslatedLine[]>;
  /** Says what a user should know of the translations. @returns how long they took, in seconds */
  readonly end: () => number;
  readonly close: () => void;
}

async function beginTranslating(
  run: TranslatorRun,
  engine: Engine,
  total: number,
  options: TranslatorTest,
  io: Io,
): Promise<Translating> {
  const { decoding } = run.config;
  const alpha = options.alpha ?? decoding.alpha;
  const translator = await translatorOver(run, engine, {
    beam: options.beam ?? decoding.beam,
    alpha,
    batch: options.batch,
    signal: io.signal,
    ...streamsFor(total, options.batch, run.weights),
  });
  const began = performance.now();
  let [done, cut, unknown] = [0, 0, 0];
  const bar = progress(io, "translate", total);
  return {
    lines: async (sentences) => {
      const lines: TranslatedLine[] = [];
      for (const { hypotheses, isCut } of await translator.translate(sentences.map(({ source }) => source))) {
        const { text = "", score = 0, tokens = [] } = hypotheses[0] ?? {};
        const length = tokens.length + 1;
        lines.push({
          text: oneLine(text),
          meanLogProbability: (score * lengthPenalty(length, alpha)) / length,
        });
        if (isCut) cut += 1;
        unknown += countUnknown(tokens);
      }
      done += lines.length;
      bar.update(done, `${done} sentences`);
      return lines;
    },
    end: () => {
      const seconds = (performance.now() - began) / 1000;
      bar.end();
      if (cut > 0) io.say(cutLines(cut, run.config.model.maxLength));
      if (unknown > 0) io.say(unknownTokens(unknown));
      return seconds;
    },
    close: () => translator.close(),
  };
}

async function perplexityOf(
  run: TranslatorRun,
  engine: Engine,
  test: readonly TestSentence[],
  io: Io,
): Promise<{ perplexity: number }> {
  const pairs = test.flatMap(({ source, references }) => references.map((target) => ({ source, target })));
  const { perplexity, leftOut } = await translatorPerplexity(run, engine, pairs);
  if (leftOut > 0) io.say(`heed: perplexity leaves out ${leftOut} pairs longer than model.maxLength`);
  return { perplexity };
}

interface TestSentence {
  readonly source: string;
  readonly references: string[];
}

interface TestSet {
  readonly sentences: readonly TestSentence[];
  /** The index of each line's sentence: `compare` needs a translation for every line. */
  readonly lines: readonly number[];
}

/** Reads sources with their references; a source repeated in a TSV has several. */
async function readTest({ source, reference, pairs }: TranslatorTest, io: Io): Promise<TestSet> {
  if (pairs && (source || reference)) {
    const cause = "--pairs already has sources and references";
    throw heedError("ERR_USAGE", {
      where: "heed evaluate",
      cause,
      remedy: "leave out --source and --reference",
    });
  }
  if (!pairs && !(source && reference)) {
    const remedy = "give --source and --reference, or --pairs";
    throw heedError("ERR_USAGE", { where: "heed evaluate", cause: "no test set", remedy });
  }
  const sentences: TestSentence[] = [];
  const lines: number[] = [];
  const known = new Map<string, number>();
  const spec = pairs ? { pairs } : { source: source ?? "", target: reference ?? "" };
  const onExtraColumns = (path: string, count: number): void => io.say(`heed: ${extraColumns(path, count)}`);
  for await (const pair of readPairs(spec, { onExtraColumns })) {
    const earlier = pairs ? known.get(pair.source) : undefined;
    const at = earlier ?? sentences.length;
    lines.push(at);
    known.set(pair.source, at);
    if (earlier === undefined) sentences.push({ source: pair.source, references: [pair.target] });
    else sentences[earlier]?.references.push(pair.target);
  }
  if (sentences.length === 0) {
    throw heedError("ERR_DATA", { where: pairs ?? source ?? "", cause: "no sentences to translate" });
  }
  return { sentences, lines };
}
