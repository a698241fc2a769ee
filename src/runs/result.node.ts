import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Divergence } from "../training/trainer.ts";
import { writeAtomically } from "./durable.node.ts";
import { DIVERGED, RESULT, type RunResult, resultOf } from "./records.ts";
import type { RunSummary } from "./summary.ts";

const fileOf = (directory: string): string => join(directory, RESULT);

export function writeResult(directory: string, { run: _, ...summary }: RunSummary, parameters: number): void {
  writeAtomically(fileOf(directory), `${JSON.stringify({ ...summary, parameters }, null, 2)}\n`);
}

/** Forgets the outcome of a run that is about to continue. */
export function clearOutcome(directory: string): void {
  for (const file of [fileOf(directory), divergenceOf(directory)]) rmSync(file, { force: true });
}

const divergenceOf = (directory: string): string => join(directory, DIVERGED);

/** Whether the last training in a directory ended because its numbers were no longer finite. */
export const hasDiverged = (directory: string): boolean => existsSync(divergenceOf(directory));

export function writeDivergence(directory: string, divergence: Divergence): void {
  writeAtomically(divergenceOf(directory), `${JSON.stringify(divergence, null, 2)}\n`);
}

/** The result of a run; undefined when it has not ended. @throws ERR_DATA when it cannot be read */
export function readResult(directory: string): RunResult | undefined {
  const path = fileOf(directory);
  return existsSync(path) ? resultOf(readFileSync(path, "utf8"), path) : undefined;
}
