import { join } from "node:path";
import { alone } from "../distributed/communicator.ts";
import type { Learner } from "../tasks/task.ts";
import { taskOf } from "../tasks/tasks.ts";
import { Background } from "../training/background.ts";
import { isBetter, shareOf, train } from "../training/trainer.ts";
import { scoresOf, tryAverage } from "./average.node.ts";
import type { Beginning } from "./beginning.node.ts";
import { appendLine } from "./durable.node.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { forewarnings } from "./forewarnings.ts";
import { withLoss } from "./losses.ts";
import { requireModel } from "./model-file.node.ts";
import { agreement, rollBackTogether } from "./ranks.ts";
import { METRICS, TIMINGS } from "./records.ts";
import { writeReport } from "./report.node.ts";
import { writeDivergence } from "./result.node.ts";
import { healthyStep, type SavedState } from "./resumed-checkpoint.node.ts";
import { rollBack } from "./roll-back.node.ts";
import type { RunOptions } from "./run-options.ts";
import { saveProgress } from "./save-progress.node.ts";
import type { RunSummary } from "./summary.ts";
import { openBoard } from "./tensorboard.node.ts";

export interface Session extends RunOptions, Beginning {
  readonly learner: Learner;
  /** Tokens of the training data. */
  readonly tokens: number;
  /** Entries of the vocabulary, of the target's where there are two. */
  readonly entries: number;
  readonly fingerprint: Fingerprint;
  /** Identifies its vocabularies and labels. */
  readonly vocabulary: string;
  /** When this process started on it, by `performance.now()`. */
  readonly began: number;
}

/** Trains from where a session begins and records the progress in its directory. */
export async function trainSession(session: Session): Promise<RunSummary> {
  const { config, directory, learner, from, schedule, fingerprint, vocabulary, changes } = session;
  const { communicator = alone } = session;
  const { training } = config;
  const { totalSteps } = schedule;
  const parameters = learner.step.parameterCount;
  const metrics = join(directory, METRICS);
  const log = (kind: string, record: object): void =>
    appendLine(metrics, JSON.stringify({ kind, ...record }));
  const stepsPerEpoch = Math.ceil(learner.batchesPerEpoch / training.accumulate);
  const outlook = {
    config,
    totalSteps,
    stepsPerEpoch,
    parameters,
    tokens: session.tokens,
    vocabulary: session.entries,
  };
  for (const warning of from.step === 0 ? forewarnings(outlook) : [])
    session.onMessage?.(`warning: ${warning}`);
  session.onStart?.({
    parameters,
    totalSteps,
    minutes: training.minutes,
    from: from.step,
    share: shareOf({ totalSteps, minutes: training.minutes }, from.step, from.minutes),
    unit: taskOf(config).unit,
  });
  let losses = session.losses;
  let loss = losses.training ?? Number.NaN;
  let tokens = 0;
  let best = from.best;
  const saving = new Background();
  const board = session.tensorboard ? openBoard(directory, from.step) : undefined;

  const trained = train({
    ...training,
    step: learner.step,
    batches: learner.batches,
    validate: learner.validate,
    schedule,
    from,
    ...agreement(communicator, session.signal),
    onStep: (record) => {
      saving.check();
      const { seconds, reduction, share: _, ...reproducible } = record;
      loss = record.loss;
      losses = withLoss(losses, "training", loss);
      tokens += record.tokens;
      if (record.step % training.logEvery === 0 || record.step === 1) {
        log("step", reproducible);
        appendLine(join(directory, TIMINGS), JSON.stringify({ step: record.step, seconds, reduction }));
        board?.onStep(record);
      }
      session.onStep?.(record);
    },
    rollBack: () =>
      rollBackTogether(communicator, learner.step, async () => {
        await saving.settled();
        return rollBack(directory, learner.step.state, session.onMessage);
      }),
    onRollback: (record) => {
      log("rollback", record);
      session.onMessage?.(
        `step ${record.step}: the loss jumped to ${record.loss.toPrecision(4)}; back to the weights of step ${record.to}`,
      );
    },
    onStatistics: (record) => log("statistics", record),
    onValidation: (record) => {
      const { seconds, sections: _, scores, ...reproducible } = record;
      log("validation", { ...reproducible, ...scores });
      board?.onValidation(record);
      losses = withLoss(losses, "validation", record.loss);
      if (best === null || isBetter(record, best)) best = record;
      writeReport({ directory, config, parameters }, record, best);
      session.onValidation?.(record);
    },
    onDiverged: async (divergence) => {
      await saving.settled();
      writeDivergence(directory, divergence);
      session.onMessage?.(adviceAfterDivergence(directory));
    },
    onCheckpoint: (position, isBest) => {
      const recorded = changes.length > 0 ? { changes } : {};
      const saved: SavedState = {
        position,
        fingerprint,
        vocabulary,
        totalSteps,
        losses,
        optimizer: "moments",
        ...recorded,
      };
      return saveProgress({ config, directory, learner, saving }, saved, isBest);
    },
  });
  const { position, reason } = await trained.finally(async () => {
    board?.close();
    await saving.settled();
  });
  saving.check();
  const averaged = reason === "signal" ? undefined : await tryAverage(session, position);
  if (reason !== "signal") requireModel(directory, position, training);
  const valid = averaged ?? (position.best ? scoresOf(position.best) : { loss: Number.NaN });
  const seconds = (performance.now() - session.began) / 1000;
  const { step: steps, epoch: epochs } = position;
  return { run: directory, steps, epochs, seconds, tokensPerSecond: tokens / seconds, loss, valid, reason };
}

function adviceAfterDivergence(directory: string): string {
  const step = healthyStep(directory);
  return step === undefined
    ? "every checkpoint is from after the loss ran away: train again in another --run"
    : `--resume continues from step ${step}, the last checkpoint whose loss was not far above the best; --from-step chooses another`;
}
