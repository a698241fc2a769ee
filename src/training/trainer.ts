import { knownToAll } from "../distributed/together.ts";
import { heedError } from "../errors.ts";
import type { LayerStatistics } from "../inspect/training/layer-statistics.ts";
import type { Section } from "../pictures/page.ts";
import type { BatchFeeds } from "../runtime/compile.ts";
import { learningRate, type ScheduleConfig } from "./schedule.ts";
import { MOST_RETURNS, NO_SPIKES, type OnSpike, type SpikeWatch, spikeLimit, withRecent } from "./spikes.ts";
import type { TrainingStep } from "./step.ts";

/** How far a run has come: with the weights and the optimiser's state, all that a resumed run needs. */
export interface Position {
  /** Updates done. */
  readonly step: number;
  /** Passes over the data completed. */
  readonly epoch: number;
  /** Batches of the current pass already used. */
  readonly batch: number;
  /** Best validation so far; higher scores are better. */
  readonly best: (Validation & { readonly step: number }) | null;
  /** The step of the last validation, so that a run stopped before one was due catches up on it. */
  readonly validated: number;
  /** Validations since the best one. */
  readonly stale: number;
  /** Factor that "plateau" applies to the learning rate. */
  readonly reduction: number;
  /** Minutes trained so far; recorded only where training has an end by the clock. */
  readonly minutes?: number;
  /** Only where jumps of the loss are watched for. */
  readonly spikes?: SpikeWatch;
}

export const START: Position = {
  step: 0,
  epoch: 0,
  batch: 0,
  best: null,
  validated: 0,
  stale: 0,
  reduction: 1,
};

export interface TrainingBatch {
  /** With several ranks: of this rank's part, undefined where it has none. */
  readonly feeds: BatchFeeds | undefined;
  /** Numbers of its examples for messages: line numbers of the corpus. */
  readonly examples: readonly number[];
}

export interface Validation {
  /** Nats per target token; per text when classifying. */
  readonly loss: number;
  /** Other scores, by the keys of the task: `bleu`, `accuracy`. */
  readonly scores: Readonly<Record<string, number>>;
  /** Decides which model is best: higher is better. */
  readonly score: number;
  /** Shows the model's output in a report. */
  readonly sections?: () => readonly Section[];
}

/** Callbacks of the trainer; returned promises are awaited. */
export interface TrainerEvents {
  readonly onStep?: (record: StepRecord, examples: readonly number[]) => void | Promise<void>;
  /** Called after each step that collects statistics. */
  readonly onStatistics?: (record: StatisticsRecord) => void | Promise<void>;
  readonly onValidation?: (record: ValidationRecord) => void | Promise<void>;
  /** Called after every validation and before stopping on a signal: save what resuming needs. */
  readonly onCheckpoint?: (position: Position, isBest: boolean) => void | Promise<void>;
  /** Called after the weights of an earlier checkpoint have been restored because the loss jumped. */
  readonly onRollback?: (record: RollbackRecord) => void | Promise<void>;
  /** Called before ERR_DIVERGED is thrown. */
  readonly onDiverged?: (divergence: Divergence) => void | Promise<void>;
}

/** A jump of the loss, after which training goes on with the next batches from earlier weights. */
export interface RollbackRecord {
  readonly step: number;
  /** The step of the checkpoint whose weights were restored. */
  readonly to: number;
  readonly loss: number;
  /** The highest loss that would not have been a jump. */
  readonly limit: number;
  /** The examples of the update. */
  readonly examples: readonly number[];
}

/** Where the loss or the gradient stopped being finite, or the loss jumped. */
export interface Divergence {
  readonly step: number;
  readonly epoch: number;
  /** This or `gradientNorm` is NaN or infinite, unless it is above `limit`. */
  readonly loss: number;
  readonly gradientNorm: number;
  /** The highest loss that would not have been a jump. */
  readonly limit?: number;
  readonly learningRate: number;
  /** The examples of each batch of the step; empty when found while validating. */
  readonly batches: readonly (readonly number[])[];
}

export interface StepRecord {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly negativeLogLikelihood: number;
  /** If attention is guided: see `StepResult`. */
  readonly alignmentLoss?: number;
  readonly tokens: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Wall time of the step; not part of any log that must be reproducible. */
  readonly seconds: number;
  /** See `StepResult`; no part of such a log either. */
  readonly reduction?: number;
  /** How much of training is over, 0 to 1: of its updates, or of its minutes if these end it sooner; no part of such a log. */
  readonly share: number;
}

/** How much of training is over after a step: see `StepRecord`. */
export function shareOf(
  { totalSteps, minutes = Infinity }: { readonly totalSteps: number; readonly minutes?: number | undefined },
  step: number,
  minutesTrained = 0,
): number {
  return Math.min(1, Math.max(totalSteps > 0 ? step / totalSteps : 1, minutesTrained / minutes));
}

export interface StatisticsRecord extends LayerStatistics {
  readonly step: number;
}

export interface ValidationRecord extends Validation {
  readonly step: number;
  readonly epoch: number;
  readonly seconds: number;
}

export interface TrainerOptions extends TrainerEvents {
  readonly step: TrainingStep;
  /** The batches of an epoch from `skip` on; their order must depend on the epoch alone. */
  readonly batches: (epoch: number, skip: number) => AsyncIterable<TrainingBatch>;
  /** Returns undefined when `signal` came before it was done. */
  readonly validate: (signal: AbortSignal | undefined) => Promise<Validation | undefined>;
  readonly schedule: ScheduleConfig;
  readonly accumulate: number;
  readonly epochs: number;
  /** Stops after this many updates, even if epochs are left. */
  readonly steps?: number | undefined;
  /** Stops after this much time, in all processes together; a cosine then ends with it. */
  readonly minutes?: number | undefined;
  /** Updates between validations. Default: one epoch. */
  readonly validateEvery?: number | undefined;
  /** Updates between statistics of layers, which are also collected at the first update; 0, the default, for none. */
  readonly statistics?: number | undefined;
  /** Stops after this many validations without a better score. Default: never. */
  readonly patience?: number | undefined;
  /** What is done when the loss jumps: see `spikeLimit`. Default "ignore". */
  readonly onSpike?: OnSpike | undefined;
  /** Robust deviations above the median from which on a loss is a jump. Default 10. */
  readonly spikeDeviations?: number | undefined;
  /** Restores weights and moments of the last checkpoint of a validation; returns its step, undefined when there is none. */
  readonly rollBack?: (() => Promise<number | undefined>) | undefined;
  readonly from?: Position;
  readonly signal?: AbortSignal | undefined;
  /**
   * With several ranks: called before every update with the minutes trained, returns those that all ranks go by, and
   * aborts the signal on all of them at once. Default: each process for itself.
   */
  readonly agree?: ((minutes: number) => Promise<number>) | undefined;
}

export type StopReason = "finished" | "patience" | "time" | "signal";

/**
 * Trains until the epochs, steps or minutes are over, validation no longer improves, or a signal comes; then finishes
 * the current step and calls `onCheckpoint`. The last update of an epoch takes the batches that are left.
 *
 * @throws ERR_DIVERGED as soon as a loss or a gradient is not finite, naming the examples of the update; and when the loss
 *   jumps, if that is to stop it or if going back does not help.
 */
export async function train(options: TrainerOptions): Promise<{ position: Position; reason: StopReason }> {
  const {
    step,
    schedule,
    accumulate,
    epochs,
    steps = Infinity,
    minutes = Infinity,
    patience = Infinity,
    validateEvery,
    statistics: statisticsEvery = 0,
    onSpike = "ignore",
    spikeDeviations,
    signal,
  } = options;
  const began = performance.now();
  let position = options.from ?? START;
  let saved = position;
  const before = position.minutes ?? 0;
  const minutesHere = (): number => before + (performance.now() - began) / 60_000;
  let agreed: number | undefined;
  const minutesTrained = (): number => agreed ?? minutesHere();

  const save = async (isBest: boolean): Promise<void> => {
    if (minutes < Infinity) position = { ...position, minutes: minutesTrained() };
    await options.onCheckpoint?.(position, isBest);
    saved = position;
  };
  const check = async (): Promise<void> => {
    if (position.validated === position.step || signal?.aborted) return;
    const start = performance.now();
    await step.settle?.();
    const validation = await options.validate(signal);
    if (!validation) return;
    const { sections: _, ...scored } = validation;
    const { step: at, epoch } = position;
    if (!Number.isFinite(validation.loss)) {
      const rate = learningRate(schedule, at, position.reduction);
      await diverged({
        step: at,
        epoch,
        loss: validation.loss,
        gradientNorm: 0,
        learningRate: rate,
        batches: [],
      });
    }
    await options.onValidation?.({ ...validation, step: at, epoch, seconds: secondsSince(start) });
    const isBest = isBetter(validation, position.best);
    position = {
      ...position,
      validated: at,
      best: isBest ? { step: at, ...scored } : position.best,
      ...(position.spikes ? { spikes: { ...position.spikes, returns: 0 } } : {}),
      stale: isBest ? 0 : position.stale + 1,
      reduction: schedule.schedule === "plateau" && !isBest ? position.reduction / 2 : position.reduction,
    };
    await save(isBest);
  };
  const update = async (batches: readonly TrainingBatch[]): Promise<void> => {
    agreed = await options.agree?.(minutesHere());
    const start = performance.now();
    const { epoch } = position;
    const number = position.step + 1;
    const rate = learningRate(schedule, number, position.reduction, minutesTrained() / minutes);
    const isWatched = statisticsEvery > 0 && (number === 1 || number % statisticsEvery === 0);
    const { statistics, ...result } = await step.run(
      number,
      rate,
      batches.map(({ feeds }) => feeds),
      { statistics: isWatched },
    );
    const { loss, gradientNorm } = result;
    const examples = batches.map((batch) => batch.examples);
    const watch = position.spikes ?? NO_SPIKES;
    const limit = onSpike === "ignore" ? Infinity : spikeLimit(watch.recent, spikeDeviations);
    const jumps = loss > limit;
    const divergence = {
      ...{ step: number, epoch, loss, gradientNorm, learningRate: rate, batches: examples },
      ...(jumps ? { limit } : {}),
    };
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm) || (jumps && onSpike === "stop"))
      await diverged(divergence);
    const spikes = jumps ? { ...watch, returns: watch.returns + 1 } : withRecent(watch, loss);
    position = {
      ...position,
      ...(onSpike === "ignore" ? {} : { spikes }),
      ...{ step: number, batch: position.batch + batches.length },
    };
    const share = shareOf({ totalSteps: schedule.totalSteps, minutes }, number, minutesTrained());
    const record = {
      ...result,
      step: number,
      epoch,
      learningRate: rate,
      seconds: secondsSince(start),
      share,
    };
    await options.onStep?.(record, examples.flat());
    if (statistics) await options.onStatistics?.({ step: number, ...statistics });
    if (!jumps) return;
    const to = spikes.returns > MOST_RETURNS ? undefined : await options.rollBack?.();
    if (to === undefined) return diverged(divergence);
    await options.onRollback?.({ step: number, to, loss, limit, examples: examples.flat() });
  };
  const diverged = async (divergence: Divergence): Promise<never> => {
    await options.onDiverged?.(divergence);
    throw knownToAll(divergenceError(divergence));
  };
  const isDue = (): boolean =>
    validateEvery === undefined ? position.batch === 0 : position.step % validateEvery === 0;
  const stop = (): StopReason | undefined => {
    if (signal?.aborted) return "signal";
    if (position.stale >= patience) return "patience";
    if (position.step >= steps) return "finished";
    return minutesTrained() > minutes ? "time" : undefined;
  };
  const end = async (reason: StopReason): Promise<{ position: Position; reason: StopReason }> => {
    if (reason !== "signal") await check();
    // A signal may also have cut that validation short.
    if (!signal?.aborted) return { position, reason };
    if (saved !== position) {
      await step.settle?.();
      await save(false);
    }
    return { position, reason: "signal" };
  };

  if (isDue()) await check();
  let reason = stop();
  while (!reason && position.epoch < epochs) {
    for await (const batches of groups(options.batches(position.epoch, position.batch), accumulate)) {
      await update(batches);
      if (validateEvery !== undefined && isDue()) await check();
      reason = stop();
      if (reason) return end(reason);
    }
    position = { ...position, epoch: position.epoch + 1, batch: 0 };
    if (validateEvery === undefined) await check();
    reason = stop();
  }
  return end(reason ?? "finished");
}

/** Whether a validation is better than the best so far; among equal scores, the lower loss wins. */
export function isBetter(candidate: ScoredLoss, best: ScoredLoss | null): boolean {
  if (best === null) return true;
  return candidate.score > best.score || (candidate.score === best.score && candidate.loss < best.loss);
}

type ScoredLoss = Pick<Validation, "score" | "loss">;

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** Items in groups of `size`; the last may be smaller. */
async function* groups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function divergenceError({ step, learningRate: rate, loss, limit, batches }: Divergence): Error {
  const examples = batches.flat();
  const shown = `${examples.slice(0, 8).join(", ")}${examples.length > 8 ? ", …" : ""}`;
  const quantity =
    batches.length === 0
      ? "the validation loss"
      : Number.isFinite(loss) && limit === undefined
        ? "the gradient"
        : "the loss";
  const where = batches.length === 0 ? "" : `, examples ${shown}`;
  const problem =
    limit === undefined
      ? "is not a finite number"
      : `jumped to ${loss.toPrecision(4)}, above the ${limit.toPrecision(4)} that the last updates lead to expect`;
  return heedError("ERR_DIVERGED", {
    where: `step ${step}`,
    cause: `${quantity} ${problem} (learning rate ${rate.toPrecision(3)}${where})`,
    remedy:
      "lower training.learningRate, raise training.warmup or set training.clip; the best model is untouched",
  });
}
