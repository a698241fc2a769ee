/** Heed under `strace`, which kills it or lets one of its system calls fail. */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { bin } from "../built.ts";

/** The system calls by which a save can change what is on the disk, or hear that it cannot. */
const CALLS = ["openat", "write", "pwrite64", "fsync", "rename", "mkdir", "unlink", "rmdir"] as const;

/** Stands in a path for the number of the process, which is part of the names of temporary files. */
const PID = "<pid>";

/** One system call of a command: the nth of its kind that names this path first. */
export interface Point {
  readonly call: string;
  readonly path: string;
  /** From 1. */
  readonly nth: number;
}

/** What becomes of a call: the process is killed before it, or it returns an error. */
export type Fault = "SIGKILL" | "ENOSPC" | "EIO";

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** Whether the fault happened. */
  readonly isHit: boolean;
}

export interface Traced {
  /** Where `strace` writes what it saw. */
  readonly log: string;
  readonly fault?: { readonly kind: Fault; readonly at: Point };
  /** A module that the process loads first. */
  readonly preload?: string;
}

/** Why nothing can be traced here; false where it can. */
export const absentStrace = missing();

function missing(): string | false {
  if (process.platform !== "linux") return "strace needs Linux";
  try {
    execFileSync("strace", ["-o", "/dev/null", "true"], { stdio: "ignore" });
    return false;
  } catch {
    return "strace is not installed, or may not trace here (Debian: apt-get install strace)";
  }
}

/**
 * Runs a command line of Heed with one file operation at a time, and its random numbers, which name temporary files, the same
 * every time: so a point of one run is found again in the next.
 */
export function traced(args: readonly string[], { log, fault, preload }: Traced): Promise<Ended> {
  const strace = ["strace", "-D", "-f", "-y", "-o", log];
  // A filter in the kernel stops the process only at the calls that are asked for; a signal would not be sent at them.
  if (fault?.kind !== "SIGKILL") strace.push("--seccomp-bpf");
  if (fault) {
    const { kind, at } = fault;
    const what = kind === "SIGKILL" ? "signal=SIGKILL" : `error=${kind}`;
    strace.push("-P", at.path, "-e", `trace=${at.call}`, "-e", `inject=${at.call}:${what}:when=${at.nth}`);
  } else strace.push("-e", `trace=${CALLS.join(",")}`);
  const node = [process.execPath, "--random-seed=1", ...(preload ? ["--import", preload] : []), bin];
  const script = `exec ${[...strace, ...node, ...args].map(word).join(" ")}`;
  const child = spawn("sh", ["-c", script], {
    env: { ...process.env, UV_THREADPOOL_SIZE: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    // Only then has strace, which holds the pipe too, written its log.
    child.on("close", (status, signal) => {
      const isHit = signal === "SIGKILL" || readFileSync(log, "utf8").includes("(INJECTED)");
      resolve({ status, signal, stderr, isHit });
    });
  });
}

/** A word of a shell's command line. With `exec`, the shell's number becomes the command's. */
const word = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`.replaceAll(PID, () => `'"$$"'`);

/** The calls in a log on what is inside a directory, in their order. */
export function pointsIn(log: string, directory: string): Point[] {
  const counts = new Map<string, number>();
  const points: Point[] = [];
  for (const line of readFileSync(log, "utf8").split("\n")) {
    const found = /^\d+ +(\w+)\((?:AT_FDCWD<[^>]*>, )?(?:"([^"]*)"|\d+<([^>]*)>)/.exec(line);
    const [, call = "", named, opened] = found ?? [];
    const path = (named ?? opened ?? "").replace(/(\.writing-)\d+/, `$1${PID}`);
    if (path !== directory && !path.startsWith(`${directory}/`)) continue;
    const nth = (counts.get(`${call} ${path}`) ?? 0) + 1;
    counts.set(`${call} ${path}`, nth);
    points.push({ call, path, nth });
  }
  return points;
}

/** A point for a reader: "fsync 1 of checkpoints/.writing-…/model.safetensors". */
export const pointText = ({ call, path, nth }: Point, directory: string): string =>
  `${call} ${nth} of ${path.slice(directory.length + 1).replace(/(\.writing-)[^/]*/, "$1…") || "the run"}`;
