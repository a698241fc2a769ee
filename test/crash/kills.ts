/** Trainings that are killed at random moments, while ONNX Runtime computes, and then go on. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { randomStream } from "../../src/random.ts";
import { bin, dist } from "../built.ts";
import { differences } from "./same-run.ts";
import { type SmallRun, writeSmallRun } from "./small-runs.ts";

/** When a training is killed. */
export const moments = [
  "in the middle of an epoch",
  "between the batches of an update",
  "at the edge of an epoch",
  "in a validation",
  "in the averaging at the end",
] as const;
export type Moment = (typeof moments)[number];

const preload = pathToFileURL(join(import.meta.dirname, "die.mjs")).href;

export interface Killed {
  /** The command without a run's directory. */
  readonly args: readonly string[];
  /** What the command is given to go on. */
  readonly again: readonly string[];
  /** Without, as many as there are. */
  readonly threads: 1 | 2;
  readonly folder: string;
}

/** A small training, or a sweep of two. */
export function killedTraining(folder: string, name: SmallRun | "a sweep", threads: 1 | 2): Killed {
  const isSweep = name === "a sweep";
  const file = writeSmallRun(folder, isSweep ? "a translator" : name);
  const sweep = join(folder, "sweep.yaml");
  if (isSweep) writeFileSync(sweep, "seeds: [1]\ngrid: { model.heads: [1, 2] }\n");
  const args = ["train", file, ...(isSweep ? ["--sweep", sweep] : [])];
  return { args, again: isSweep ? [] : ["--resume"], threads, folder };
}

/** Runs the command to its end or to its death. */
async function train(
  { args, threads }: Killed,
  more: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ signal: NodeJS.Signals | null; status: number | null; stderr: string }> {
  const node = ["--import", preload, bin, ...args, ...more];
  const [command = "", ...rest] =
    threads === 1 ? ["taskset", "-c", "0", process.execPath, ...node] : [process.execPath, ...node];
  const child = spawn(command, rest, {
    env: { ...process.env, HEED_BUILT: dist, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ signal, status, stderr }));
  });
}

/**
 * Trains without being killed.
 *
 * @returns when it would have been in which moment: numbers of computations, from 1
 */
export async function trainWhole(killed: Killed): Promise<ReadonlyMap<Moment, readonly number[]>> {
  const log = join(killed.folder, "runs.log");
  rmSync(log, { force: true });
  const ended = await train(killed, ["--run", join(killed.folder, "whole/run")], { HEED_RUNS_LOG: log });
  if (ended.status !== 0) throw new Error(ended.stderr);
  return momentsIn(readFileSync(log, "utf8").trimEnd().split("\n"));
}

/** Sorts the computations of a training, or of several, one after the other. */
export function momentsIn(lines: readonly string[]): ReadonlyMap<Moment, readonly number[]> {
  const found = new Map<Moment, number[]>(moments.map((moment) => [moment, []]));
  /** Index in the lines -> number of the computation. */
  let number = 0;
  for (const [i, line] of lines.entries()) {
    if (line === "validated") continue;
    number += 1;
    const moment = momentOf(lines, i);
    if (moment) found.get(moment)?.push(number);
  }
  return found;
}

function momentOf(lines: readonly string[], at: number): Moment | undefined {
  const [before, line, after] = [lines[at - 1], lines[at], lines[at + 1]];
  if (line === "batch" && before === "batch") return "between the batches of an update";
  if (line === "forward") {
    // What has been validated is validated again only as part of an average.
    const since = lines.slice(0, at).findLast((each) => each !== "forward");
    return since === "validated" ? "in the averaging at the end" : "in a validation";
  }
  const isEdge = before === "validated" || after === "forward" || after === "validated";
  return isEdge && at > 0 ? "at the edge of an epoch" : "in the middle of an epoch";
}

/** Kills a training in its nth computation and lets it go on. @returns what is wrong, if anything */
export async function afterKill(killed: Killed, nth: number): Promise<string | undefined> {
  const directory = join(killed.folder, "killed/run");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(killed.folder, "killed"), { recursive: true });
  const { signal } = await train(killed, ["--run", directory], { HEED_DIE_AT: String(nth) });
  if (signal !== "SIGKILL") return "it was not killed";
  const ended = await train(killed, ["--run", directory, ...killed.again]);
  if (ended.status !== 0) return `cannot go on: ${ended.stderr}`;
  const other = differences(directory, join(killed.folder, "whole/run"));
  if (other.length === 0) return undefined;
  cpSync(directory, join(killed.folder, `killed-${nth}`), { recursive: true });
  return `goes on to a run that differs in ${other.join(", ")}`;
}

/** Random computations to be killed in, `count` of them, from all moments in turn. */
export function chosen(
  whole: ReadonlyMap<Moment, readonly number[]>,
  count: number,
  seed: number,
): { readonly moment: Moment; readonly nth: number }[] {
  const random = randomStream(seed, "kills");
  const filled = moments.filter((moment) => (whole.get(moment) ?? []).length > 0);
  return Array.from({ length: count }, (_, i) => {
    const moment = filled[i % filled.length] as Moment;
    const numbers = whole.get(moment) ?? [];
    return { moment, nth: numbers[Math.floor(random() * numbers.length)] as number };
  });
}
