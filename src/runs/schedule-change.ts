import type { Config } from "../config/schema.ts";
import { heedError } from "../errors.ts";
import { learningRate, type ScheduleConfig } from "../training/schedule.ts";
import type { Position } from "../training/trainer.ts";

/**
 * The updates of a whole run: those done and those that are left. After a change of what makes a batch that is not
 * epochs · updates per epoch, and a cosine of that length would end before the run does.
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
 * What a resumed run must say of its learning rate: what differs from what was due, and the length of its cosine, which
 * must not change unasked: the rate would leap.
 *
 * @throws ERR_CONFIG when the length has changed and that was not allowed.
 */
export function scheduleChanges(
  was: ScheduleState,
  is: ScheduleState,
  { step, where, allowed = false }: { step: number; where: string; allowed?: boolean | undefined },
): { changes: string[]; said: string[] } {
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
      const cause = `${length}; the learning rate of update ${step + 1} would be ${to} where ${from} is due`;
      throw heedError("ERR_CONFIG", { where, cause, remedy });
    }
    changes.push(length);
  }
  const isSame = Math.abs(before - now) <= 1e-9 * Math.max(before, now);
  const hasNext = step < is.schedule.totalSteps;
  const said =
    isSame || !hasNext ? [] : [`the learning rate of update ${step + 1} is ${to}, where ${from} was due`];
  return { changes, said };
}
