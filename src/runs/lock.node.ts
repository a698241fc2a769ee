import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { heedError } from "../errors.ts";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where the system tells: a number used again is another process. */
  readonly began?: string | undefined;
}

/** A lock that cannot be read may be one that is being written just now, for this long. */
const SETTLING_MS = 2000;

/**
 * Makes this process the only trainer of a run until the returned function is called. A lock left by a process that
 * is gone is taken over.
 *
 * @throws ERR_LOCKED naming the process that holds it; ERR_CREATE when no lock can be written.
 */
export function lockRun(directory: string): () => void {
  const path = join(directory, "lock");
  const mine: Holder = { pid: process.pid, host: hostname(), began: beginningOf(process.pid) };
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(mine), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code !== "EEXIST") {
        throw heedError("ERR_CREATE", { where: path, cause: `cannot lock the run (${code})` }, cause);
      }
    }
    const seen = identity(path);
    const holder = readHolder(path);
    if (holder && isAlive(holder)) {
      const cause = `process ${holder.pid} on ${holder.host} is training here`;
      const elsewhere = holder.host !== hostname();
      const remedy = elsewhere
        ? `wait for it, choose another --run, or delete ${path} if that machine is gone`
        : "wait for it or choose another --run";
      throw heedError("ERR_LOCKED", { where: directory, cause, remedy });
    }
    if (!holder && isSettling(path)) break;
    if (seen) takeAway(path, seen);
  }
  throw heedError("ERR_LOCKED", {
    where: directory,
    cause: "another trainer is taking the lock just now",
    remedy: "try again or choose another --run",
  });
}

/**
 * Removes a stale lock. Of all that have seen this very file only the one that writes a file named after it may, and
 * only while it is still there: nobody can remove the lock that another has put in its place.
 */
function takeAway(path: string, seen: string): void {
  const right = `${path}.${seen}`;
  try {
    writeFileSync(right, "", { flag: "wx" });
  } catch {
    // Somebody else is doing it, or died doing it.
    if (!isSettling(right)) rmSync(right, { force: true });
    return;
  }
  try {
    if (identity(path) === seen) rmSync(path, { force: true });
  } finally {
    rmSync(right, { force: true });
  }
}

/** The process that is training a run just now. */
export function trainerOf(directory: string): { readonly pid: number; readonly host: string } | undefined {
  const holder = readHolder(join(directory, "lock"));
  return holder && isAlive(holder) ? holder : undefined;
}

/** Tells a file from one of the same name, earlier or later. */
function identity(path: string): string | undefined {
  try {
    const { ino, mtimeNs, size } = statSync(path, { bigint: true });
    return `${ino}-${mtimeNs}-${size}`;
  } catch {
    return undefined;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8"));
    // 0 and -1 are no processes, though signals can be sent to them.
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

/** A process of another machine counts as alive: nothing here can tell. */
function isAlive({ pid, host, began }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return began === undefined || began === beginningOf(pid);
}

/** On Linux, which boot of the machine and how long after it; elsewhere nothing. */
function beginningOf(pid: number): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // The name before the last ")" may hold spaces; the 20th field after it is the start time (proc(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(")").at(-1)?.trim().split(" ");
    return `${boot} ${fields?.[19]}`;
  } catch {
    return undefined;
  }
}
