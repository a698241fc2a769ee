import type { Config } from "../config/schema.ts";
import { heedError } from "../errors.ts";
import { learningRate, type ScheduleConfig } from "../training/schedule.ts";
import type { Position } from "../training/trainer.ts";

/**
 * The updates of a whole run: those done plus those left. Once batches have changed, that is not epochs · updates per
 * epoch, and a cosine of that length would end before the run does.
 */
export function lengthOfRun(
  { epochs, steps = Infinity, accumulate }: Pick<Config["training"], "epochs" | "steps" | "accumulate">,
  batchesPerEpoch: number,
  from: Pick<Position, "step" | "epoch" | "batch">,
): number {
  const perEpoch = Math.ceil(batchesPerEpoch / accumulate);
  const current = from.epoch < epochs ? Math.ceil(Math.max(0, batchesPerEpoch - from.batch) / accumulate) : 0;
  const later = Math.max(0, epochs - from.epoch - 1) * perEpoch;
  return Math.min(steps, from.step + current + later);
}

export interface ScheduleState {
  readonly schedule: ScheduleConfig;
  readonly reduction: number;
}

/**
 * Reports how a resumed run's learning rate differs from the rate that was planned. The length of a cosine must not
 * change unless allowed, since the rate would jump.
 *
 * @throws ERR_CONFIG when the length has changed and that is not allowed.
 */
export function scheduleChanges(
  was: ScheduleState,
  is: ScheduleState,
  { step, where, allowed = false }: { step: number; where: string; allowed?: boolean | undefined },
): { changes: string[]; messages: string[] } {
  const [before, now] = [was, is].map(({ schedule, reduction }) =>
    learningRate(schedule, step + 1, reduction),
  ) as [number, number];
  const [from, to] = [before, now].map((rate) => rate.toPrecision(3));
  const changes: string[] = [];
  const bothCosine = [was, is].every(({ schedule }) => schedule.schedule === "cosine");
  if (bothCosine && was.schedule.totalSteps !== is.schedule.totalSteps) {
    const length = `the cosine's length was ${was.schedule.totalSteps} updates and is ${is.schedule.totalSteps}`;
    if (!allowed) {
      const remedy = "keep training.epochs, training.steps and the data, or add --allow-change";
      const cause = `${length}; the learning rate of update ${step + 1} would be ${to} instead of ${from}`;
      throw heedError("ERR_CONFIG", { where, cause, remedy });
    }
    changes.push(length);
  }
  const isSame = Math.abs(before - now) <= 1e-9 * Math.max(before, now);
  const hasNext = step < is.schedule.totalSteps;
  const messages =
    isSame || !hasNext ? [] : [`the learning rate of update ${step + 1} is ${to} instead of ${from}`];
  return { changes, messages };
}
