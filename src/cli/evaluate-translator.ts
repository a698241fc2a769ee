import { readPairs } from "../data/pairs.node.ts";
import { openTranslator } from "../decoding/translator.ts";
import { heedError } from "../errors.ts";
import type { Engine } from "../runtime/engine.ts";
import type { TranslatorRun } from "../training/open-run.node.ts";
import { writeAtomically } from "../training/run-directory.node.ts";
import type { Io } from "./io.ts";
import { progress } from "./progress.ts";
import { scoreText, writeScores } from "./scores.ts";
import { streamsFor } from "./streams.ts";

export interface TranslatorTest {
  readonly source?: string | undefined;
  readonly reference?: string | undefined;
  readonly pairs?: string | undefined;
  readonly output?: string | undefined;
  readonly metrics: string;
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
  const test = await readTest(options);
  const translator = await openTranslator({
    engine,
    ...run,
    ...run.tokenizers,
    beam: options.beam ?? run.config.decoding.beam,
    alpha: options.alpha ?? run.config.decoding.alpha,
    batch: options.batch,
    ...streamsFor(test.length, options.batch),
    maxLength: run.config.model.maxLength,
  });
  const began = performance.now();
  const hypotheses: string[] = [];
  const bar = progress(io, "translate", test.length);
  const window = 8 * options.batch;
  for (let at = 0; at < test.length; at += window) {
    const sentences = test.slice(at, at + window).map((pair) => pair.source);
    for (const { hypotheses: found } of await translator.translate(sentences))
      hypotheses.push(found[0]?.text ?? "");
    bar.update(hypotheses.length, `${hypotheses.length} sentences`);
  }
  bar.end();
  translator.close();
  const seconds = (performance.now() - began) / 1000;
  if (options.output) writeAtomically(options.output, hypotheses.map((line) => `${line}\n`).join(""));
  const most = test.reduce((count, { references }) => Math.max(count, references.length), 0);
  const sets = Array.from({ length: most }, (_, set) => test.map(({ references }) => references[set]));
  const scores = scoreText(hypotheses, sets, options.metrics);
  await writeScores({ ...scores, seconds }, options.json ?? false, io);
  return 0;
}

/** Sources with their references: of a TSV, a source that occurs again has several. */
async function readTest({
  source,
  reference,
  pairs,
}: TranslatorTest): Promise<{ source: string; references: string[] }[]> {
  if (!pairs && !(source && reference)) {
    const remedy = "give --source and --reference, or --pairs";
    throw heedError("ERR_USAGE", { where: "heed evaluate", cause: "no test set", remedy });
  }
  const test: { source: string; references: string[] }[] = [];
  const known = new Map<string, string[]>();
  const spec = pairs ? { pairs } : { source: source ?? "", target: reference ?? "" };
  for await (const pair of readPairs(spec)) {
    const others = pairs ? known.get(pair.source) : undefined;
    if (others) others.push(pair.target);
    else {
      const references = [pair.target];
      known.set(pair.source, references);
      test.push({ source: pair.source, references });
    }
  }
  return test;
}
