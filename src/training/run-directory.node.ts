import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { HeedError, heedError } from "../errors.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../formats/safetensors.ts";

/** Everything a resumed run needs to go on to the same weights. */
export interface Checkpoint<S> {
  readonly step: number;
  readonly model: ReadonlyMap<string, NamedTensor>;
  readonly optimizer: ReadonlyMap<string, NamedTensor>;
  readonly state: S;
}

const TEMPORARY = ".writing-";

/** Makes the directory of a run. @throws ERR_CREATE when that is not possible. */
export function createRunDirectory(directory: string): void {
  try {
    mkdirSync(join(directory, "checkpoints"), { recursive: true });
    const probe = join(directory, `${TEMPORARY}probe`);
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (cause) {
    const remedy = "choose another --run directory or change its permissions";
    throw heedError(
      "ERR_CREATE",
      { where: directory, cause: `cannot write here (${reason(cause)})`, remedy },
      cause,
    );
  }
}

/** Temporary file, fsync, rename, fsync of the directory: a reader sees the old file or the new one. */
export function writeAtomically(path: string, content: Uint8Array | string): void {
  const temporary = join(dirname(path), `${TEMPORARY}${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    writeDurably(temporary, content);
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  } catch (cause) {
    rmSync(temporary, { force: true });
    const remedy = "earlier files are untouched; free some space and use --resume";
    throw heedError("ERR_IO", { where: path, cause: `cannot save (${reason(cause)})`, remedy }, cause);
  }
}

/** Adds one line to a log. @throws ERR_IO */
export function appendLine(path: string, line: string): void {
  try {
    writeFileSync(path, `${line}\n`, { flag: "a" });
  } catch (cause) {
    throw heedError("ERR_IO", { where: path, cause: `cannot write (${reason(cause)})` }, cause);
  }
}

const checkpointName = (step: number): string => `step-${String(step).padStart(8, "0")}`;

/** Saves a checkpoint as one directory that appears whole or not at all; then removes all but the newest `keep`. */
export function saveCheckpoint<S>(directory: string, checkpoint: Checkpoint<S>, keep: number): string {
  const folder = join(directory, "checkpoints");
  const target = join(folder, checkpointName(checkpoint.step));
  const temporary = join(folder, `${TEMPORARY}${process.pid}-${checkpoint.step}`);
  try {
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    const files = {
      "model.safetensors": encodeSafetensors(checkpoint.model),
      "optimizer.safetensors": encodeSafetensors(checkpoint.optimizer),
    };
    const sha256: Record<string, string> = {};
    for (const [name, bytes] of Object.entries(files)) {
      sha256[name] = digest(bytes);
      writeDurably(join(temporary, name), bytes);
    }
    const state = { step: checkpoint.step, sha256, ...checkpoint.state };
    writeDurably(join(temporary, "state.json"), `${JSON.stringify(state, null, 2)}\n`);
    syncDirectory(temporary);
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
    syncDirectory(folder);
  } catch (cause) {
    rmSync(temporary, { recursive: true, force: true });
    const remedy = "earlier checkpoints are untouched; free some space and use --resume";
    throw heedError("ERR_IO", { where: target, cause: `cannot save (${reason(cause)})`, remedy }, cause);
  }
  for (const old of listCheckpoints(directory).slice(0, -Math.max(1, keep))) {
    rmSync(old.path, { recursive: true, force: true });
  }
  return target;
}

/** The checkpoints of a run, oldest first by step, whatever the clock said. */
export function listCheckpoints(directory: string): { step: number; path: string }[] {
  const folder = join(directory, "checkpoints");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const step = /^step-(\d+)$/.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), path: join(folder, name) }];
    })
    .sort((a, b) => a.step - b.step);
}

/** Reads a checkpoint. @throws ERR_MODEL naming the file that is missing, cut off or changed. */
export function loadCheckpoint<S>(path: string): Checkpoint<S> {
  const stateFile = join(path, "state.json");
  let state: S & { step: number; sha256: Record<string, string> };
  try {
    state = JSON.parse(readFileSync(stateFile, "utf8"));
  } catch (cause) {
    throw damaged(stateFile, reason(cause), cause);
  }
  const read = (name: string): Map<string, NamedTensor> => {
    const file = join(path, name);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(file);
    } catch (cause) {
      throw damaged(file, reason(cause), cause);
    }
    if (digest(bytes) !== state.sha256?.[name])
      throw damaged(file, "its sha256 is not the one it was saved with");
    return decodeSafetensors(bytes, file);
  };
  const { step, sha256, ...rest } = state;
  return {
    step,
    model: read("model.safetensors"),
    optimizer: read("optimizer.safetensors"),
    state: rest as S,
  };
}

/** The newest checkpoint that is whole; `warn` hears of each newer one that is not. */
export function newestCheckpoint<S>(
  directory: string,
  warn: (message: string) => void,
): Checkpoint<S> | undefined {
  for (const { path } of listCheckpoints(directory).reverse()) {
    try {
      return loadCheckpoint<S>(path);
    } catch (error) {
      if (!(error instanceof HeedError)) throw error;
      warn(`${error.message}; taking the one before`);
    }
  }
  return undefined;
}

/**
 * Makes this process the only trainer of a run until `release`. A lock left by a process that is gone is taken over.
 *
 * @throws ERR_LOCKED naming the process that holds it.
 */
export function lockRun(directory: string): () => void {
  const path = join(directory, "lock");
  const mine = JSON.stringify({ pid: process.pid, host: hostname() });
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(path, mine, { flag: "wx" });
      removeTemporaries(directory);
      return () => rmSync(path, { force: true });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") {
        throw heedError(
          "ERR_CREATE",
          { where: path, cause: `cannot lock the run (${reason(cause)})` },
          cause,
        );
      }
    }
    const holder = readHolder(path);
    if (holder && (holder.host !== hostname() || isAlive(holder.pid))) {
      const cause = `process ${holder.pid} on ${holder.host} is training here`;
      throw heedError("ERR_LOCKED", {
        where: directory,
        cause,
        remedy: "wait for it or choose another --run",
      });
    }
    rmSync(path, { force: true });
  }
  throw heedError("ERR_LOCKED", { where: directory, cause: "another trainer took the lock just now" });
}

function readHolder(path: string): { pid: number; host: string } | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8"));
    return typeof holder?.pid === "number" ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** What an earlier process was writing when it died. */
function removeTemporaries(directory: string): void {
  for (const folder of [directory, join(directory, "checkpoints")]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (name.startsWith(TEMPORARY)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function writeDurably(path: string, content: Uint8Array | string): void {
  const file = openSync(path, "w");
  try {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncDirectory(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const reason = (cause: unknown): string =>
  (cause as NodeJS.ErrnoException)?.code ?? String((cause as Error).message);

function damaged(file: string, cause: string, error?: unknown): HeedError {
  const remedy = "use --resume auto to go on from the checkpoint before";
  return heedError(
    "ERR_MODEL",
    { where: file, cause: `the checkpoint is damaged (${cause})`, remedy },
    error,
  );
}
