import { extraColumns, readPairs } from "../data/pairs.node.ts";
import { streamsFor, windowFor } from "../decoding/streams.node.ts";
import { heedError } from "../errors.ts";
import { tablesOf, textScores } from "../evaluation/text-scores.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import { refuseInputAsOutput, writeOutput } from "../runs/output-file.node.ts";
import { translatorOver } from "../runs/ready.ts";
import type { Engine } from "../runtime/engine.ts";
import { translatorPerplexity } from "../tasks/translate/perplexity.ts";
import { oneLine } from "../text/escape.ts";
import { chosenMetrics, type MetricValues, metricNames } from "./chosen-metrics.ts";
import { cutLines } from "./cut-lines.ts";
import type { Io } from "./io.ts";
import { progress } from "./progress.ts";
import { writeScores } from "./scores.ts";
import { countUnknown, unknownTokens } from "./unknown-tokens.ts";

export interface TranslatorTest extends MetricValues {
  readonly source?: string | undefined;
  readonly reference?: string | undefined;
  readonly pairs?: string | undefined;
  readonly output?: string | undefined;
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
  const { sentences: test, lines } = await readTest(options, io);
  const needsTranslations = metrics.size > 0 || options.output !== undefined;
  const { hypotheses, seconds } = needsTranslations
    ? await translations(run, engine, test, options, io)
    : { hypotheses: [], seconds: 0 };
  if (options.output) writeOutput(options.output, lines.map((at) => `${hypotheses[at]}\n`).join(""));
  const most = test.reduce((count, { references }) => Math.max(count, references.length), 0);
  const sets = Array.from({ length: most }, (_, set) => test.map(({ references }) => references[set]));
  const scores = { ...textScores(tablesOf(hypotheses, sets, metrics)), sentences: test.length };
  const perplexity = metricNames(options.metrics).includes("perplexity")
    ? await perplexityOf(run, engine, test, io)
    : {};
  await writeScores({ ...scores, ...perplexity, seconds }, options.json ?? false, io);
  return 0;
}

async function translations(
  run: TranslatorRun,
  engine: Engine,
  test: readonly TestSentence[],
  options: TranslatorTest,
  io: Io,
): Promise<{ hypotheses: string[]; seconds: number }> {
  const { decoding } = run.config;
  const translator = await translatorOver(run, engine, {
    beam: options.beam ?? decoding.beam,
    alpha: options.alpha ?? decoding.alpha,
    batch: options.batch,
    ...streamsFor(test.length, options.batch, run.weights),
  });
  const began = performance.now();
  const hypotheses: string[] = [];
  let cut = 0;
  let unknown = 0;
  const bar = progress(io, "translate", test.length);
  const window = windowFor(options.batch);
  for (let at = 0; at < test.length; at += window) {
    const sentences = test.slice(at, at + window).map((pair) => pair.source);
    for (const { hypotheses: results, isCut } of await translator.translate(sentences)) {
      hypotheses.push(oneLine(results[0]?.text ?? ""));
      if (isCut) cut += 1;
      unknown += countUnknown(results[0]?.tokens ?? []);
    }
    bar.update(hypotheses.length, `${hypotheses.length} sentences`);
  }
  bar.end();
  translator.close();
  if (cut > 0) io.say(cutLines(cut, run.config.model.maxLength));
  if (unknown > 0) io.say(unknownTokens(unknown));
  return { hypotheses, seconds: (performance.now() - began) / 1000 };
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
