/** The files in which a run records how it goes. */
import { heedError } from "../errors.ts";
import type { RunSummary } from "./summary.ts";

/** The log of numbers that are reproducible to the bit, and that of wall times. */
export const METRICS = "metrics.jsonl";
export const TIMINGS = "timings.jsonl";
export const RESULT = "result.json";
export const DIVERGED = "diverged.json";

/** A directory that holds one of these is a run. A configuration alone is a run that is still to be trained. */
export const marksRun: readonly string[] = ["checkpoints", METRICS, RESULT];

/** The outcome of a run. `result.json` exists only once the run has ended by itself. */
export interface RunResult extends Omit<RunSummary, "run" | "loss"> {
  /** Training loss of the last step, nats per token; null when resuming found nothing left to do. */
  readonly loss: number | null;
  readonly parameters: number;
}

/** The result of a run. @throws ERR_DATA when it cannot be read */
export function resultOf(text: string, where: string): RunResult {
  let result: Partial<RunResult> | null;
  try {
    result = JSON.parse(text);
  } catch (cause) {
    throw heedError("ERR_DATA", { where, cause: "cannot be read as JSON" }, cause);
  }
  const isWhole = typeof result?.steps === "number" && typeof result.valid?.loss !== "undefined";
  if (!isWhole) throw heedError("ERR_DATA", { where, cause: "is not the result of a run" });
  return result as RunResult;
}
