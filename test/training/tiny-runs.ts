/** Runs of the tiny language in a temporary folder, whole and interrupted. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Config } from "../../src/config/schema.ts";
import { HeedError } from "../../src/errors.ts";
import { listCheckpoints, loadCheckpoint } from "../../src/runs/checkpoints.node.ts";
import type { RunSummary } from "../../src/runs/summary.ts";
import { type RunOptions, trainRun } from "../../src/runs/train-run.node.ts";
import type { Position } from "../../src/training/trainer.ts";
import { sharedEngine, tinyConfig, tsv } from "./tiny.ts";

export const folder = mkdtempSync(join(tmpdir(), "heed-"));

export const write = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
export const corpus = write("pairs.tsv", tsv);
export const directory = (name: string): string => join(folder, name);
export const bytesOf = (run: string, name: string): string =>
  readFileSync(join(directory(run), name), "latin1");
export const linesOf = (run: string, name = "metrics.jsonl"): Record<string, unknown>[] =>
  bytesOf(run, name)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

export interface Setting extends Omit<Partial<RunOptions>, "config"> {
  readonly config?: Config;
  readonly set?: readonly string[];
}

export async function run(name: string, { set = [], config, ...options }: Setting = {}): Promise<RunSummary> {
  return trainRun({
    config: config ?? tinyConfig(corpus, "training.validBleu=0", ...set),
    directory: directory(name),
    engine: await sharedEngine(),
    ...options,
  });
}

export async function failure(name: string, setting: Setting = {}): Promise<HeedError> {
  const error = await run(name, setting).then(
    () => new Error("the run succeeded"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof HeedError) return error;
  throw error;
}

/** A run that gets a signal right after a step. */
export async function stoppedAfter(name: string, step: number, setting: Setting = {}): Promise<RunSummary> {
  const controller = new AbortController();
  const onStep: RunOptions["onStep"] = (record) => {
    if (record.step === step) controller.abort();
  };
  return run(name, { ...setting, onStep, signal: controller.signal });
}

export const positionIn = (name: string): Position =>
  loadCheckpoint<{ position: Position }>(listCheckpoints(directory(name)).at(-1)?.path ?? "").state.position;

/** What must not depend on whether a run was interrupted. */
export function expectSameRun(name: string, whole: string): void {
  for (const file of ["model.safetensors", "metrics.jsonl", "tokenizer.json", "config.yaml"])
    expect(bytesOf(name, file), file).toBe(bytesOf(whole, file));
  expect(positionIn(name)).toEqual(positionIn(whole));
  const last = (run: string): string =>
    `checkpoints/${readdirSync(join(directory(run), "checkpoints")).at(-1)}`;
  for (const file of ["model.safetensors", "optimizer.safetensors"])
    expect(bytesOf(name, join(last(name), file)), file).toBe(bytesOf(whole, join(last(whole), file)));
  expect(existsSync(join(directory(name), "lock"))).toBe(false);
}

/** Validations in the middle of epochs, one batch of each epoch left for a smaller update. */
export const set = ["training.validateEvery=3", "training.accumulate=2", "training.epochs=3"];
