import type { LayerStatistics } from "../inspect/training/layer-statistics.ts";
import type { BatchFeeds } from "../runtime/compile.ts";
import type { State } from "../runtime/state.ts";

export interface StepResult {
  /** Nats per target token, with label smoothing and, if attention is guided, the weighted alignment loss. */
  readonly loss: number;
  /** Nats per target token, of the references alone. */
  readonly negativeLogLikelihood: number;
  /** If attention is guided: nats per linked target token, without the weight. */
  readonly alignmentLoss?: number;
  /** Target tokens in the step. */
  readonly tokens: number;
  /** Global norm of the gradients before clipping; with `localSteps`, the mean over ranks of their own. */
  readonly gradientNorm: number;
  /** With several ranks: seconds of the update in which numbers travelled, waiting for the slowest rank included. */
  readonly reduction?: number;
  /** If requested: statistics of each layer in this update. */
  readonly statistics?: LayerStatistics;
}

export interface TrainingStep {
  /** Weights and optimiser state; every program of the run shares it. */
  readonly state: State;
  /** Paths of the weights, in the model's order. */
  readonly weights: readonly string[];
  /** Names of the optimiser's state: with the weights, all that a checkpoint needs between two steps. */
  readonly moments: readonly string[];
  readonly parameterCount: number;
  /**
   * Updates all weights from `batches` (at least one, at most `accumulate`). `step` counts from 1. With `statistics`, the
   * batches pass through the model once more, in a session opened on first use. Concurrent calls run one after another;
   * a failed update changes nothing. With several ranks, each passes its part of the batches, undefined where it has none.
   */
  readonly run: (
    step: number,
    learningRate: number,
    batches: readonly (BatchFeeds | undefined)[],
    options?: { readonly statistics?: boolean },
  ) => Promise<StepResult>;
  /** With `localSteps`: gives all ranks the same state, before a validation or a checkpoint. */
  readonly settle?: (() => Promise<void>) | undefined;
  /** Frees everything once pending updates have ended. */
  readonly close: () => void;
}
