import { windowFor } from "../decoding/streams.node.ts";
import { tablesOf, textScores } from "../evaluation/text-scores.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import { refuseInputAsOutput, writeOutput } from "../runs/output-file.node.ts";
import type { Engine } from "../runtime/engine.ts";
import { calibrateRun, judge, type ScoredTranslation } from "./calibrate-run.ts";
import { chosenMetrics } from "./chosen-metrics.ts";
import { countSentences } from "./count-sentences.ts";
import type { Io } from "./io.ts";
import { writeScores } from "./scores.ts";
import { shardOf } from "./shard.ts";
import { byLine, readTest, referenceSets, type TestSentence } from "./test-set.ts";
import { beginTranslating } from "./translating.ts";
import { needsTranslations, type TranslatorTest, wantedLoss } from "./translator-test.ts";

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
  const test = await readTest(options, io);
  if (part) return countSentences({ run, engine, test, metrics, options, ...part }, io);
  const { translated, seconds } = needsTranslations(options)
    ? await translations(run, engine, test, options, io)
    : { translated: [], seconds: 0 };
  const hypotheses = translated.map(({ text }) => text);
  if (options.output) writeOutput(options.output, byLine(test, hypotheses));
  const scores = {
    ...textScores(tablesOf(hypotheses, referenceSets(test), metrics)),
    sentences: test.length,
  };
  const loss = await wantedLoss(run, engine, test, options, io);
  const perplexity = loss ? { perplexity: Math.exp(loss.negativeLogLikelihood / loss.tokens) } : {};
  await writeScores({ ...scores, ...perplexity, seconds }, options.json ?? false, io);
  // A signal may have cut translations short.
  if (options.calibrate && !io.signal.aborted) {
    const judged = translated.map((each, i) => judge(each, test[i]?.references ?? []));
    calibrateRun(options.run ?? "", judged, io);
  }
  return 0;
}

async function translations(
  run: TranslatorRun,
  engine: Engine,
  test: readonly TestSentence[],
  options: TranslatorTest,
  io: Io,
): Promise<{ translated: ScoredTranslation[]; seconds: number }> {
  const translating = await beginTranslating(run, engine, test.length, options, io);
  try {
    const translated: ScoredTranslation[] = [];
    const window = windowFor(options.batch);
    for (let at = 0; at < test.length; at += window)
      translated.push(...(await translating.lines(test.slice(at, at + window))));
    return { translated, seconds: translating.end() };
  } finally {
    translating.close();
  }
}
