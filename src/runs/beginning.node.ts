import { join } from "node:path";
import type { Config } from "../config/schema.ts";
import { isLora } from "../nn/lora.ts";
import type { Learner } from "../tasks/task.ts";
import type { ScheduleConfig } from "../training/schedule.ts";
import { type Position, START } from "../training/trainer.ts";
import { type Checkpoint, pruneCheckpoints, removeCheckpointsAfter } from "./checkpoints.node.ts";
import { type Differences, type Fingerprint, hasSameLength } from "./fingerprint.ts";
import type { Losses } from "./losses.ts";
import { truncateLog } from "./metrics-log.node.ts";
import { readModel, restoreModel } from "./model-file.node.ts";
import { METRICS, TIMINGS } from "./records.ts";
import type { SavedState } from "./resumed-checkpoint.node.ts";
import { kept } from "./save-progress.node.ts";
import { lengthOfRun, scheduleChanges } from "./schedule-change.ts";

/** Where training starts, and what has changed since the checkpoint. */
export interface Beginning {
  readonly from: Position;
  readonly schedule: ScheduleConfig;
  readonly changes: readonly string[];
  readonly losses: Losses;
}

export interface Resumed {
  readonly directory: string;
  readonly config: Config;
  readonly learner: Learner;
  readonly fingerprint: Fingerprint;
  readonly allowChange?: boolean | undefined;
  readonly say: (message: string) => void;
}

export const NO_DIFFERENCES: Differences = {
  changes: [],
  restarts: { best: [], patience: [], reduction: [] },
};

/**
 * Plans where training starts, from the configuration and a checkpoint, without writing anything. Counts that have lost
 * their meaning since they were saved restart, and a message says so.
 *
 * @throws ERR_CONFIG when the length of the schedule has changed and that is not allowed.
 */
export function beginning(
  { config, learner, directory, fingerprint, allowChange, say }: Resumed,
  saved: Checkpoint<SavedState> | undefined,
  { changes, restarts }: Differences,
): Beginning {
  const { training, model } = config;
  const before = saved?.state.position ?? START;
  const isSameLength = saved !== undefined && hasSameLength(saved.state.fingerprint, fingerprint);
  const totalSteps =
    (isSameLength ? saved.state.totalSteps : undefined) ??
    lengthOfRun(training, learner.batchesPerEpoch, before);
  const schedule = { ...training, totalSteps, dModel: model.dModel };
  const [newBest, newReduction] = [restarts.best.length > 0, restarts.reduction.length > 0];
  const from = {
    ...before,
    stale: newBest || restarts.patience.length > 0 ? 0 : before.stale,
    reduction: newBest || newReduction ? 1 : before.reduction,
  };
  const listed = (differences: readonly string[]): string => differences.join(", ");
  if (newBest)
    say(`${listed(restarts.best)}: the best model is validated again; patience and plateau restart`);
  else {
    if (restarts.patience.length > 0) say(`${listed(restarts.patience)}: patience restarts`);
    if (from.reduction !== before.reduction) say(`${listed(restarts.reduction)}: plateau restarts`);
  }
  const { state } = saved ?? {};
  const recorded = [...(state?.changes ?? []), ...changes];
  if (state?.totalSteps !== undefined && state.fingerprint.training !== undefined) {
    const saved: Pick<ScheduleConfig, "schedule" | "learningRate" | "warmup"> = JSON.parse(
      state.fingerprint.training,
    );
    const was = { ...saved, totalSteps: state.totalSteps, dModel: model.dModel };
    const changed = scheduleChanges(
      { schedule: was, reduction: before.reduction },
      { schedule, reduction: from.reduction },
      { step: before.step, where: directory, allowed: allowChange },
    );
    recorded.push(...changed.changes);
    for (const line of changed.messages) say(line);
  }
  return { from, schedule, changes: recorded, losses: state?.losses ?? {} };
}

/**
 * Restores a directory and a learner to a checkpoint. The best model is validated again if validations have changed, and
 * forgotten if it is gone.
 *
 * @returns where to train from; `isOther` when the best has changed.
 */
export async function restoreRun(
  { directory, config, learner, say }: Resumed,
  saved: Checkpoint<SavedState>,
  { from, isRemeasured, signal }: { from: Position; isRemeasured: boolean; signal: AbortSignal | undefined },
): Promise<{ from: Position; isOther: boolean }> {
  const { state } = learner.step;
  const hasBest = restoreModel(directory, saved, config.training);
  removeCheckpointsAfter(directory, saved.step);
  // What the save of this checkpoint would have removed, had the process not died.
  if (saved.state.position.validated === saved.step)
    pruneCheckpoints(directory, { step: saved.step, ...kept(directory, config, saved.state) });
  const isOther = isRemeasured || !hasBest;
  // What is validated again is logged again.
  const validated = isOther ? Math.min(from.validated, saved.step - 1) : from.validated;
  for (const name of [METRICS, TIMINGS]) truncateLog(join(directory, name), { step: saved.step, validated });
  let best = from.best;
  if (!hasBest) {
    say(`the best model, of step ${best?.step}, and its checkpoint are gone: searching for a new best`);
    best = null;
  } else if (isRemeasured && best) {
    for (const [name, { data }] of readModel(directory)) state.write(name, data);
    // The model of a run has its changes of low rank in its weights.
    for (const [name, { data }] of saved.model)
      if (isLora(name)) state.write(name, (data.slice() as Float32Array).fill(0));
    const validation = await learner.validate(signal);
    for (const [name, { data }] of saved.model) state.write(name, data);
    const { sections: _, ...scored } = validation ?? { loss: Number.NaN, score: Number.NaN, scores: {} };
    best = Number.isFinite(scored.loss) ? { ...scored, step: best.step } : null;
  }
  for (const [name, { data }] of saved.optimizer) state.write(name, data);
  return { from: isOther ? { ...from, best, stale: 0, validated } : from, isOther };
}
