import type { Scores } from "../tasks/validation-text.ts";
import type { StopReason } from "../training/trainer.ts";

/** What a run came to. */
export interface RunSummary {
  readonly run: string;
  readonly steps: number;
  readonly epochs: number;
  readonly seconds: number;
  /** Target tokens a second, the session and everything around it included. */
  readonly tokensPerSecond: number;
  /** Training loss of the last step, nats per token. */
  readonly loss: number;
  /** Of the model that is kept. */
  readonly valid: Scores;
  readonly reason: StopReason;
}
