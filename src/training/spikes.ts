import { median } from "../evaluation/median.ts";

/** What is done when the loss jumps. */
export type OnSpike = "stop" | "rollback" | "ignore";

/** What a run remembers to recognise a jump of its loss. */
export interface SpikeWatch {
  /** Losses of the last updates, without jumps. */
  readonly recent: readonly number[];
  /** Times it has gone back since the last validation. */
  readonly returns: number;
}

export const NO_SPIKES: SpikeWatch = { recent: [], returns: 0 };

/** Updates that a loss is compared with, and the fewest. */
export const WINDOW = 100;
const FEWEST = 20;
/** Default of `training.spikeDeviations`. */
export const DEVIATIONS = 10;
/** A run that has gone back this often since its last validation does not recover by it. */
export const MOST_RETURNS = 3;

/** The median absolute deviation of normally distributed numbers times this is their standard deviation. */
const NORMAL = 1.4826;
/** A deviation counts as at least this share of the median: losses that hardly differ would make every other one a jump. */
const LEAST = 0.01;

/**
 * The highest loss that is no jump after the losses of the last 100 updates; Infinity after fewer than 20.
 *
 *   limit = m + k · max(1.4826 · median |x_i - m|, 0.01 · m),   m = median x_i
 */
export function spikeLimit(recent: readonly number[], deviations = DEVIATIONS): number {
  if (recent.length < FEWEST) return Infinity;
  const middle = median(recent) as number;
  const spread = NORMAL * (median(recent.map((loss) => Math.abs(loss - middle))) as number);
  return middle + deviations * Math.max(spread, LEAST * Math.abs(middle));
}

/** Remembers one more loss. */
export const withRecent = (watch: SpikeWatch, loss: number): SpikeWatch => ({
  ...watch,
  recent: [...watch.recent, loss].slice(-WINDOW),
});
