import { heedError } from "../errors.ts";
import type { Position } from "../training/trainer.ts";
import {
  type Checkpoint,
  listCheckpoints,
  loadCheckpoint,
  newestCheckpoint,
  readState,
} from "./checkpoints.node.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { areHealthy, type Losses } from "./losses.ts";
import { bestStep } from "./model-file.node.ts";
import { hasDiverged } from "./result.node.ts";

/** What a checkpoint records beside its weights. */
export interface SavedState {
  readonly position: Position;
  readonly fingerprint: Fingerprint;
  readonly changes?: readonly string[];
  /** Identifies the vocabularies and labels. Missing in older checkpoints. */
  readonly vocabulary?: string;
  /** The updates planned for the whole run. Missing in older checkpoints, as are the losses. */
  readonly totalSteps?: number;
  readonly losses?: Losses;
  /** How the optimiser's state is stored. Missing in older checkpoints, which stored growing sums. */
  readonly optimizer?: "moments";
}

/**
 * The checkpoint to resume from: that of a step, or the newest one; after divergence, the newest whose loss was not
 * running away yet.
 *
 * @throws ERR_INPUT when that step has none, ERR_DIVERGED when all are from after the loss ran away.
 */
export function resumedCheckpoint(
  directory: string,
  fromStep: number | "best" | undefined,
  say: (message: string) => void,
): Checkpoint<SavedState> | undefined {
  if (fromStep !== undefined) return checkpointOf(directory, fromStep);
  if (!hasDiverged(directory)) {
    const newest = newestCheckpoint<SavedState>(directory, say);
    if (newest && !isHealthy(newest.state)) say(runningAway(directory, newest.step));
    return newest;
  }
  const healthy = newestCheckpoint<SavedState>(directory, say, isHealthy);
  const all = listCheckpoints(directory);
  if (!healthy && all.length > 0) {
    const cause = "the run diverged, and the loss of every checkpoint is far above the best";
    const remedy =
      "train again in another --run with a lower training.learningRate, or choose a checkpoint with --from-step";
    throw heedError("ERR_DIVERGED", { where: directory, cause, remedy });
  }
  if (healthy && healthy.step !== all.at(-1)?.step)
    say(
      `the run diverged: continuing from step ${healthy.step}, the last whose loss was not far above the best`,
    );
  return healthy;
}

/** The newest step whose loss was not running away; undefined when there is none. */
export function healthyStep(directory: string): number | undefined {
  return listCheckpoints(directory).findLast(({ path }) => isHealthy(readState<SavedState>(path) ?? {}))
    ?.step;
}

/** Whether a checkpoint was saved after a validation, not on a signal, while the loss was not running away. */
export const isValidated = (state: Partial<SavedState>): boolean =>
  state.position?.validated === state.position?.step && isHealthy(state);

const isHealthy = ({ losses }: Partial<SavedState>): boolean => areHealthy(losses ?? {});

/** A run that was stopped or reached its end continues as if it had not stopped, so it only hears of its loss. */
function runningAway(directory: string, step: number): string {
  const healthy = healthyStep(directory);
  const remedy =
    healthy === undefined
      ? "train again in another --run with a lower training.learningRate"
      : `--from-step ${healthy} goes back to the last checkpoint whose loss was not`;
  return `warning: the loss at step ${step} is far above the best: ${remedy}`;
}

function checkpointOf(directory: string, wanted: number | "best"): Checkpoint<SavedState> {
  const step = wanted === "best" ? bestStep(directory) : wanted;
  const all = listCheckpoints(directory);
  const match = all.find((checkpoint) => checkpoint.step === step);
  if (match) return loadCheckpoint<SavedState>(match.path);
  const cause = `there is no checkpoint of ${wanted === "best" ? "the best step" : `step ${wanted}`}`;
  const steps = all.map((checkpoint) => checkpoint.step).join(", ");
  const remedy = steps === "" ? "leave out --from-step" : `choose one of ${steps}`;
  throw heedError("ERR_INPUT", { where: directory, cause, remedy });
}
