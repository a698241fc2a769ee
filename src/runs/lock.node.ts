import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import { tryToRemove } from "./durable.node.ts";
import { readIfThere } from "./read-file.node.ts";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where known: a reused pid is another process. */
  readonly began?: string | undefined;
}

/** An unreadable lock may be in the middle of being written until it is this old. */
const SETTLING_MS = 2000;
/** How long to wait, some times, for a process that is ending. */
const ENDING_MS = 200;

/**
 * Makes this process the only trainer of a run until the returned function is called. A lock left by a dead
 * process is replaced.
 *
 * @throws ERR_LOCKED naming the process that holds it; ERR_CREATE when no lock can be written; ERR_IO
 *   when there is one that cannot be read.
 */
export function lockRun(directory: string): () => void {
  const path = join(directory, "lock");
  const mine: Holder = { pid: process.pid, host: hostname(), began: startOf(process.pid) };
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(mine), { flag: "wx" });
      return () => tryToRemove(path);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code !== "EEXIST") {
        throw heedError("ERR_CREATE", { where: path, cause: `cannot lock the run (${code})` }, cause);
      }
    }
    const seen = identity(path);
    const holder = readHolder(path);
    const state = holder ? stateOf(holder) : "ended";
    if (state === "ending") {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ENDING_MS);
      continue;
    }
    if (holder && state === "alive") {
      const cause = `process ${holder.pid} on ${holder.host} is training here`;
      const elsewhere = holder.host !== hostname();
      const remedy = elsewhere
        ? `wait for it, choose another --run, or delete ${path} if that machine is gone`
        : "wait for it or choose another --run";
      throw heedError("ERR_LOCKED", { where: directory, cause, remedy });
    }
    if (!holder && isSettling(path)) break;
    if (seen) removeStale(path, seen);
  }
  throw heedError("ERR_LOCKED", {
    where: directory,
    cause: "another trainer is taking the lock right now",
    remedy: "try again or choose another --run",
  });
}

/**
 * Removes a stale lock. Only the process that creates a file named after this very lock may do so, and only while the
 * lock is still there: nobody can remove the lock that another process has put in its place.
 */
function removeStale(path: string, seen: string): void {
  const claim = `${path}.${seen}`;
  try {
    writeFileSync(claim, "", { flag: "wx" });
  } catch {
    // Another process is doing it, or died doing it.
    if (!isSettling(claim)) rmSync(claim, { force: true });
    return;
  }
  try {
    if (identity(path) === seen) rmSync(path, { force: true });
  } finally {
    rmSync(claim, { force: true });
  }
}

/** The process that is training a run, if any is known. */
export function trainerOf(directory: string): { readonly pid: number; readonly host: string } | undefined {
  try {
    const holder = readHolder(join(directory, "lock"));
    return holder && stateOf(holder) === "alive" ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** Distinguishes a file from others that have had the same name. */
function identity(path: string): string | undefined {
  try {
    const { ino, mtimeNs, size } = statSync(path, { bigint: true });
    return `${ino}-${mtimeNs}-${size}`;
  } catch {
    return undefined;
  }
}

/** Who holds a lock; undefined when there is none or it names no process. @throws ERR_IO when it cannot be read */
function readHolder(path: string): Holder | undefined {
  const text = readIfThere(path) ?? "";
  try {
    const holder = JSON.parse(text);
    // 0 and -1 are not processes, though signals can be sent to them.
    const isProcess = Number.isSafeInteger(holder?.pid) && holder.pid > 0;
    return isProcess && typeof holder.host === "string" ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isSettling(path: string): boolean {
  try {
    return Math.abs(Date.now() - statSync(path).mtimeMs) < SETTLING_MS;
  } catch {
    return false;
  }
}

/**
 * Whether a process lives. One on another machine counts as alive: it cannot be checked from here. One that has ended is not,
 * though its parent has not asked for its status yet; after a kill, it is ending while a thread is within a write.
 */
function stateOf({ pid, host, began }: Holder): "alive" | "ending" | "ended" {
  if (host !== hostname()) return "alive";
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "ended";
  }
  const known = onLinux(pid);
  if (began !== undefined && began !== known?.start) return "ended";
  if (!known?.isStopped) return "alive";
  return known.threads > 1 ? "ending" : "ended";
}

const startOf = (pid: number): string | undefined => onLinux(pid)?.start;

/** What Linux tells of a process; undefined elsewhere. */
function onLinux(
  pid: number,
): { readonly start: string; readonly threads: number; readonly isStopped: boolean } | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // The name before the last ")" may hold spaces; the 18th and the 20th field after it are the number of threads and the
    // start time since the boot (proc(5)). A process that has lost its memory has no arguments any more.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(")").at(-1)?.trim().split(" ") ?? [];
    const isStopped = readFileSync(`/proc/${pid}/cmdline`).length === 0;
    return { start: `${boot} ${fields[19]}`, threads: Number(fields[17]), isStopped };
  } catch {
    return undefined;
  }
}
