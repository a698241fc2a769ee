import type { TranslatorRun } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import type { LossShare, LossSums } from "../tasks/mean-loss.ts";
import { translatorLoss } from "../tasks/translate/perplexity.ts";
import { chosenMetrics, type MetricValues, metricNames } from "./chosen-metrics.ts";
import type { Io } from "./io.ts";
import type { ShardValues } from "./shard.ts";
import type { TestSentence, TestSetFiles } from "./test-set.ts";

/** The options of `heed evaluate` for a translator. */
export interface TranslatorTest extends MetricValues, ShardValues, TestSetFiles {
  readonly run?: string | undefined;
  readonly output?: string | undefined;
  readonly calibrate?: boolean | undefined;
  readonly beam?: number | undefined;
  readonly alpha?: number | undefined;
  readonly batch: number;
  readonly json?: boolean | undefined;
}

/** The loss of the references, or of a share of them, when their perplexity is asked for. */
export async function wantedLoss(
  run: TranslatorRun,
  engine: Engine,
  test: readonly TestSentence[],
  { metrics }: MetricValues,
  io: Io,
  share?: LossShare,
): Promise<LossSums | undefined> {
  if (!metricNames(metrics).includes("perplexity")) return undefined;
  const pairs = test.flatMap(({ source, references }) => references.map((target) => ({ source, target })));
  const { sums, leftOut } = await translatorLoss(run, engine, pairs, share);
  if (leftOut > 0) io.say(`heed: perplexity leaves out ${leftOut} pairs longer than model.maxLength`);
  return sums;
}

/** Whether anything but perplexity is asked for. */
export const needsTranslations = (options: TranslatorTest): boolean =>
  options.output !== undefined ||
  options.calibrate === true ||
  chosenMetrics(options, ["perplexity"]).size > 0;
