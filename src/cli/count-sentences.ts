import type { Judged } from "../evaluation/calibration.ts";
import { countOf } from "../evaluation/counts.ts";
import type { Metric } from "../evaluation/metric.ts";
import type { MetricKey } from "../evaluation/metric-keys.ts";
import { tablesOf } from "../evaluation/text-scores.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import { judge } from "./calibrate-run.ts";
import { shardedFlow } from "./flow.ts";
import type { Io } from "./io.ts";
import { partAbout } from "./part-about.ts";
import { ownLines } from "./part-file.ts";
import { lossShare, type Shard } from "./shard.ts";
import { referenceSets, type TestSentence } from "./test-set.ts";
import { beginTranslating, type Translating } from "./translating.ts";
import { needsTranslations, type TranslatorTest, wantedLoss } from "./translator-test.ts";

/** What a part keeps of a sentence, as a line of JSON. */
export interface CountedSentence {
  /** What it adds to the metrics' sums. */
  readonly counts: Readonly<Partial<Record<MetricKey, readonly number[]>>>;
  /** With --output, and the lines of the test set that it stands on. */
  readonly text?: string;
  readonly lines?: number[];
  /** With --calibrate. */
  readonly judged?: Judged;
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

/** Writes what the scores of a test set are computed from, of each sentence of a shard. */
export async function countSentences(
  { run, engine, test, metrics, options, shard, folder }: CountedShard,
  io: Io,
): Promise<number> {
  const without = ["source", "reference", "pairs"];
  const about = await partAbout({ command: "evaluate", runs: [run], options, without });
  const calibrated = options.calibrate ? { calibrated: options.run ?? "" } : {};
  const flow = await shardedFlow(
    {
      ...{ shard, folder, about },
      items: test,
      textOf: ({ source, references, lines }) => [lines.join(), source, ...references].join("\t"),
      facts: { task: "translate", references: countOf(referenceSets(test)), ...calibrated },
    },
    io,
  );
  if (!flow) return 0;
  let translating: Translating | undefined;
  try {
    const own = ownLines(test.length, shard);
    for await (const window of flow.windows) {
      if (!needsTranslations(options)) continue;
      translating ??= await beginTranslating(run, engine, own, options, io);
      const translated = await translating.lines(window);
      const texts = translated.map(({ text }) => text);
      const tables = [...tablesOf(texts, referenceSets(window), metrics)];
      for (const [i, each] of translated.entries()) {
        const counts = tables.map(([key, { values, width }]) => [
          key,
          [...values.subarray(i * width, (i + 1) * width)],
        ]);
        const sentence: CountedSentence = {
          counts: Object.fromEntries(counts),
          ...(options.output === undefined ? {} : { text: each.text, lines: window[i]?.lines ?? [] }),
          ...(options.calibrate ? { judged: judge(each, window[i]?.references ?? []) } : {}),
        };
        await flow.writeLine(JSON.stringify(sentence));
      }
    }
    const seconds = translating?.end() ?? 0;
    const loss = await wantedLoss(run, engine, test, options, io, lossShare(shard));
    flow.end({ seconds: [seconds], ...(loss ? { loss: [loss.negativeLogLikelihood, loss.tokens] } : {}) });
  } finally {
    translating?.close();
    flow.close();
  }
  return 0;
}
