import { heedError } from "../errors.ts";
import { learningRate, type ScheduleConfig } from "./schedule.ts";
import type { BatchFeeds, TrainingStep } from "./step.ts";

/** Where a run stands: with the weights and the optimiser's state, all that a resumed run needs. */
export interface Position {
  /** Updates done. */
  readonly step: number;
  /** Passes over the data finished. */
  readonly epoch: number;
  /** Batches of the current pass already used. */
  readonly batch: number;
  /** Best validation so far; higher scores are better. */
  readonly best: { readonly step: number; readonly score: number } | null;
  /** Validations since the best one. */
  readonly stale: number;
  /** Factor on the learning rate that "plateau" has reached. */
  readonly reduction: number;
}

export const START: Position = { step: 0, epoch: 0, batch: 0, best: null, stale: 0, reduction: 1 };

export interface TrainingBatch {
  readonly feeds: BatchFeeds;
  /** Which examples it holds, for messages. */
  readonly examples: readonly number[];
}

export interface Validation {
  /** Nats per target token. */
  readonly loss: number;
  readonly bleu?: number;
  /** What "best" means: higher is better. */
  readonly score: number;
}

/** What the trainer tells as it goes; each may be awaited. */
export interface TrainerEvents {
  readonly onStep?: (record: StepRecord) => void | Promise<void>;
  readonly onValidation?: (record: ValidationRecord) => void | Promise<void>;
  /** Called after every validation and before stopping on a signal: save what resuming needs. */
  readonly onCheckpoint?: (position: Position, isBest: boolean) => void | Promise<void>;
}

export interface StepRecord {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly negativeLogLikelihood: number;
  readonly tokens: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Wall time of the step; not part of any log that must be reproducible. */
  readonly seconds: number;
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
  readonly validate: () => Promise<Validation>;
  readonly schedule: ScheduleConfig;
  readonly accumulate: number;
  readonly epochs: number;
  /** Stops after this many updates, whatever the epochs say. */
  readonly steps?: number | undefined;
  /** Stops after this much time in this process. */
  readonly minutes?: number | undefined;
  /** Updates between validations; each epoch when left out. */
  readonly validateEvery?: number | undefined;
  /** Validations without a better score before stopping; never when left out. */
  readonly patience?: number | undefined;
  readonly from?: Position;
  readonly signal?: AbortSignal | undefined;
}

export type StopReason = "finished" | "patience" | "time" | "signal";

/**
 * Trains until the epochs, steps or minutes are over, validation no longer improves, or a signal comes; then the
 * current step is finished and a checkpoint asked for.
 *
 * @throws ERR_DIVERGED as soon as a loss is not a number, naming the examples of the batch.
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
  } = options;
  const began = performance.now();
  let position = options.from ?? START;
  let validated = position.step;

  const check = async (): Promise<void> => {
    if (validated === position.step) return;
    validated = position.step;
    const start = performance.now();
    const validation = await options.validate();
    const { step: at, epoch } = position;
    await options.onValidation?.({
      ...validation,
      step: at,
      epoch,
      seconds: (performance.now() - start) / 1000,
    });
    const isBest = position.best === null || validation.score > position.best.score;
    const stale = isBest ? 0 : position.stale + 1;
    const reduction =
      schedule.schedule === "plateau" && !isBest ? position.reduction / 2 : position.reduction;
    const best = isBest ? { step: at, score: validation.score } : position.best;
    position = { ...position, best, stale, reduction };
    await options.onCheckpoint?.(position, isBest);
  };
  const stop = (): StopReason | undefined => {
    if (options.signal?.aborted) return "signal";
    if (position.stale >= patience) return "patience";
    if (position.step >= steps) return "finished";
    return performance.now() - began > minutes * 60_000 ? "time" : undefined;
  };
  const end = async (reason: StopReason): Promise<{ position: Position; reason: StopReason }> => {
    if (reason === "signal") await options.onCheckpoint?.(position, false);
    else await check();
    return { position, reason };
  };

  while (position.epoch < epochs) {
    const { epoch } = position;
    let gathered: TrainingBatch[] = [];
    for await (const batch of options.batches(epoch, position.batch)) {
      gathered.push(batch);
      if (gathered.length < accumulate) continue;
      const start = performance.now();
      const number = position.step + 1;
      const rate = learningRate(schedule, number, position.reduction);
      const result = await step.run(
        number,
        rate,
        gathered.map(({ feeds }) => feeds),
      );
      if (!Number.isFinite(result.loss) || !Number.isFinite(result.gradientNorm))
        throw diverged(number, rate, gathered);
      position = { ...position, step: number, batch: position.batch + gathered.length };
      gathered = [];
      const seconds = (performance.now() - start) / 1000;
      await options.onStep?.({ ...result, step: number, epoch, learningRate: rate, seconds });
      const due = options.validateEvery !== undefined && number % options.validateEvery === 0;
      if (due && !options.signal?.aborted) await check();
      const reason = stop();
      if (reason) return end(reason);
    }
    position = { ...position, epoch: epoch + 1, batch: 0 };
    if (options.validateEvery === undefined) await check();
    const reason = stop();
    if (reason) return end(reason);
  }
  return end("finished");
}

function diverged(step: number, rate: number, batches: readonly TrainingBatch[]): Error {
  const examples = batches.flatMap((batch) => batch.examples);
  const shown = `${examples.slice(0, 8).join(", ")}${examples.length > 8 ? ", …" : ""}`;
  return heedError("ERR_DIVERGED", {
    where: `step ${step}`,
    cause: `the loss is not a number (learning rate ${rate.toPrecision(3)}, examples ${shown})`,
    remedy:
      "lower training.learningRate, raise training.warmup or set training.clip; the best model is untouched",
  });
}
