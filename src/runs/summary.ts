import type { Scores } from "../tasks/validation-text.ts";
import type { StopReason } from "../training/trainer.ts";

/** The outcome of a run. */
export interface RunSummary {
  readonly run: string;
  readonly steps: number;
  readonly epochs: number;
  readonly seconds: number;
  /** Target tokens per second of the whole run, loading, validation and saving included. */
  readonly tokensPerSecond: number;
  /** Training loss of the last step, nats per token. */
  readonly loss: number;
  /** Scores of the model that is kept. */
  readonly valid: Scores;
  readonly reason: StopReason;
}
