/** One save of a small run, which is killed or fails at any of its system calls and then goes on. */
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type GivenConfig, readConfig } from "../../src/config/parse.ts";
import { HeedError } from "../../src/errors.ts";
import { newestCheckpoint } from "../../src/runs/checkpoints.node.ts";
import { trainRun } from "../../src/runs/train-run.node.ts";
import { sharedEngine } from "../training/tiny.ts";
import { differences } from "./same-run.ts";
import { writeSmallRun } from "./small-runs.ts";
import { type Ended, type Fault, type Point, pointsIn, traced } from "./traced.ts";

/** Update after which the run was stopped: the next one ends its last epoch, so a validation and a save follow. */
const STOPPED = 3;

export interface Save {
  readonly config: GivenConfig;
  readonly args: readonly string[];
  /** Where the run is that goes through the save. */
  readonly directory: string;
  /** The run as it was before the save, and as it ends without a fault. */
  readonly before: string;
  readonly whole: string;
  readonly log: string;
}

/** Trains a run to its end, and another to just before its last save. */
export async function prepareSave(folder: string): Promise<Save> {
  const file = writeSmallRun(folder, "a translator");
  const config = readConfig(readFileSync(file, "utf8"), file);
  const at = (name: string): string => join(folder, name);
  // Reports name the folder of a run: it is the same for all three.
  const [directory, before, whole] = [at("now/run"), at("before/run"), at("whole/run")];
  const engine = await sharedEngine();
  await trainRun({ ...config, directory: whole, engine });
  const stop = new AbortController();
  const { signal } = stop;
  const onStep = ({ step }: { readonly step: number }): void => {
    if (step === STOPPED) stop.abort();
  };
  await trainRun({ ...config, directory: before, engine, signal, onStep });
  const args = ["train", file, "--run", directory, "--resume"];
  return { config, args, directory, before, whole, log: at("strace.log") };
}

/** The system calls of the run from its start to its end, in one save without a fault. @throws when it fails */
export async function pointsOf(save: Save, preload?: string): Promise<Point[]> {
  const ended = await goThrough(save, undefined, preload);
  const other = differences(save.directory, save.whole);
  if (ended.status !== 0 || other.length > 0)
    throw new Error(`without a fault: status ${ended.status}, differs in ${other}: ${ended.stderr}`);
  return pointsIn(save.log, save.directory);
}

function goThrough(
  { directory, before, args, log }: Save,
  fault: { kind: Fault; at: Point } | undefined,
  preload: string | undefined,
): Promise<Ended> {
  rmSync(directory, { recursive: true, force: true });
  cpSync(before, directory, { recursive: true });
  return traced(args, { log, ...(fault ? { fault } : {}), ...(preload ? { preload } : {}) });
}

/** How a fault ended: how the command did, and what is wrong with that, if anything. */
export interface Outcome {
  readonly status: number | "killed";
  readonly wrong: string | undefined;
}

/**
 * Lets a fault happen and then the run go on. All is well when the command was killed, or said in one line that it failed, and the
 * resumed run equals the one without a fault; or when the command succeeded and its run does.
 */
export async function outcomeOf(
  save: Save,
  kind: Fault,
  at: Point,
  { preload }: { readonly preload?: string } = {},
): Promise<Outcome> {
  const ended = await goThrough(save, { kind, at }, preload);
  const status = ended.signal === null ? (ended.status ?? -1) : "killed";
  return { status, wrong: await wrongWith(save, ended, at) };
}

/** What is wrong with a point that the command did not come to. */
export const NOT_HIT = "the fault did not happen";

/** Exit statuses of a run that cannot begin or cannot go on, and of one whose own files cannot be read. */
const [FAILED, UNREAD] = [
  [73, 74],
  [65, 66],
];

async function wrongWith(
  save: Save,
  { status, signal, stderr, isHit }: Ended,
  { call }: Point,
): Promise<string | undefined> {
  const { directory, whole } = save;
  if (!isHit) return NOT_HIT;
  if (signal === null && status === 0) {
    // A lock that could not be removed is of a process that has ended: it hinders nobody.
    const missing = differences(directory, whole).filter((name) => name !== "lock");
    return missing.length > 0 ? `status 0, but the run differs in ${missing.join(", ")}` : undefined;
  }
  if (signal === null) {
    const expected = call === "openat" ? [...FAILED, ...UNREAD] : FAILED;
    if (!expected.includes(status ?? 0)) return `status ${status}: ${stderr}`;
    const errors = stderr.match(/^heed: error: /gm) ?? [];
    if (errors.length !== 1 || /^ {4}at /m.test(stderr)) return `not one line of error: ${stderr}`;
  }
  try {
    const warnings: string[] = [];
    const newest = newestCheckpoint(directory, (message) => warnings.push(message));
    if (!newest || warnings.length > 0) return `the newest checkpoint is damaged: ${warnings.join(", ")}`;
    await goOn(save);
  } catch (error) {
    return `cannot go on: ${(error as Error).message}`;
  }
  const other = differences(directory, whole);
  return other.length > 0 ? `goes on to a run that differs in ${other.join(", ")}` : undefined;
}

/** Resumes the run. A lock that was not written yet counts as taken for two seconds, and the message says to try again. */
async function goOn({ config, directory }: Save): Promise<void> {
  const options = { ...config, directory, engine: await sharedEngine(), resume: true };
  try {
    await trainRun(options);
  } catch (error) {
    if (!(error instanceof HeedError && error.message.includes("right now; try again"))) throw error;
    await setTimeout(2100);
    await trainRun(options);
  }
}
