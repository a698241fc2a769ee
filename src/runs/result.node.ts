import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import type { Divergence } from "../training/trainer.ts";
import { writeAtomically } from "./durable.node.ts";
import type { RunSummary } from "./summary.ts";

/** The outcome of a run. `result.json` exists only once the run has ended by itself. */
export interface RunResult extends Omit<RunSummary, "run" | "loss"> {
  /** Training loss of the last step, nats per token; null when resuming found nothing left to do. */
  readonly loss: number | null;
  readonly parameters: number;
}

const fileOf = (directory: string): string => join(directory, "result.json");

export function writeResult(directory: string, { run: _, ...summary }: RunSummary, parameters: number): void {
  writeAtomically(fileOf(directory), `${JSON.stringify({ ...summary, parameters }, null, 2)}\n`);
}

/** Forgets the outcome of a run that is about to continue. */
export function clearOutcome(directory: string): void {
  for (const file of [fileOf(directory), divergenceOf(directory)]) rmSync(file, { force: true });
}

const divergenceOf = (directory: string): string => join(directory, "diverged.json");

/** Whether the last training in a directory ended because its numbers were no longer finite. */
export const hasDiverged = (directory: string): boolean => existsSync(divergenceOf(directory));

export function writeDivergence(directory: string, divergence: Divergence): void {
  writeAtomically(divergenceOf(directory), `${JSON.stringify(divergence, null, 2)}\n`);
}

/** The result of a run; undefined when it has not ended. @throws ERR_DATA when it cannot be read */
export function readResult(directory: string): RunResult | undefined {
  const path = fileOf(directory);
  if (!existsSync(path)) return undefined;
  let result: Partial<RunResult> | null;
  try {
    result = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw heedError("ERR_DATA", { where: path, cause: "cannot be read as JSON" }, cause);
  }
  const isWhole = typeof result?.steps === "number" && typeof result.valid?.loss !== "undefined";
  if (!isWhole) throw heedError("ERR_DATA", { where: path, cause: "is not the result of a run" });
  return result as RunResult;
}
