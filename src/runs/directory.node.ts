import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  promises,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { HeedError, heedError } from "../errors.ts";
import { decodeSafetensors, type NamedTensor } from "../formats/safetensors.ts";

/** Everything a resumed run needs to go on to the same weights. */
export interface Checkpoint<S> {
  readonly step: number;
  readonly model: ReadonlyMap<string, NamedTensor>;
  readonly optimizer: ReadonlyMap<string, NamedTensor>;
  readonly state: S;
}

/** A checkpoint whose tensors are written out as safetensors files already. */
export interface EncodedCheckpoint<S> {
  readonly step: number;
  readonly model: Uint8Array;
  readonly optimizer: Uint8Array;
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
  const temporary = temporaryBeside(path);
  try {
    writeDurably(temporary, content);
    takePlace(temporary, path);
  } catch (cause) {
    throw cannotSave(path, temporary, cause);
  }
}

/** As `writeAtomically`, for large content that waits on the disk while something else goes on. */
export async function writeAtomicallyMeanwhile(path: string, content: Uint8Array): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await promises.writeFile(temporary, content, { flush: true });
    takePlace(temporary, path);
  } catch (cause) {
    throw cannotSave(path, temporary, cause);
  }
}

const temporaryBeside = (path: string): string =>
  join(dirname(path), `${TEMPORARY}${process.pid}-${Math.random().toString(36).slice(2)}`);

function takePlace(temporary: string, path: string): void {
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

function cannotSave(path: string, temporary: string, cause: unknown): HeedError {
  tryToRemove(temporary);
  const isFull = ["ENOSPC", "EDQUOT"].includes((cause as NodeJS.ErrnoException).code ?? "");
  const mend = isFull ? "free some space and use --resume" : "name a file in a folder that can be written to";
  const remedy = `earlier files are untouched; ${mend}`;
  return heedError("ERR_IO", { where: path, cause: `cannot save (${reason(cause)})`, remedy }, cause);
}

/** Brings what was appended to a file to the disk. @throws ERR_IO */
export function syncFile(path: string): void {
  if (!existsSync(path)) return;
  try {
    const file = openSync(path, "r+");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw heedError("ERR_IO", { where: path, cause: `cannot write (${reason(cause)})` }, cause);
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

export interface SaveOptions {
  /** Checkpoints kept, this one included. */
  readonly keep: number;
  /** Saved between two validations, because a signal came: goes when the next checkpoint is saved. Default false. */
  readonly interim?: boolean;
}

/**
 * Saves a checkpoint as one directory that appears whole or not at all; then removes old ones. Waits on the disk while
 * something else goes on, but not for another save to the same directory: one at a time.
 */
export async function saveCheckpoint<S>(
  directory: string,
  checkpoint: EncodedCheckpoint<S>,
  { keep, interim = false }: SaveOptions,
): Promise<string> {
  const folder = join(directory, "checkpoints");
  const target = join(folder, checkpointName(checkpoint.step));
  const temporary = join(folder, `${TEMPORARY}${process.pid}-${checkpoint.step}`);
  try {
    const files = { "model.safetensors": checkpoint.model, "optimizer.safetensors": checkpoint.optimizer };
    const sha256: Record<string, string> = {};
    for (const [name, bytes] of Object.entries(files)) {
      sha256[name] = await digestMeanwhile(bytes);
    }
    const state = { step: checkpoint.step, interim, sha256, ...checkpoint.state };
    const json = `${JSON.stringify({ ...state, checksum: digest(JSON.stringify(state)) }, null, 2)}\n`;
    const before = existsSync(target) ? readState(target) : undefined;
    if (before && Object.entries(sha256).every(([name, hash]) => before.sha256?.[name] === hash)) {
      // The same weights once more, now validated: only what is known about them has changed.
      writeAtomically(join(target, "state.json"), json);
    } else {
      rmSync(temporary, { recursive: true, force: true });
      mkdirSync(temporary, { recursive: true });
      for (const [name, bytes] of Object.entries(files)) {
        await promises.writeFile(join(temporary, name), bytes, { flush: true });
      }
      writeDurably(join(temporary, "state.json"), json);
      syncDirectory(temporary);
      rmSync(target, { recursive: true, force: true });
      renameSync(temporary, target);
      syncDirectory(folder);
    }
    if (!interim) prune(directory, checkpoint.step, keep);
  } catch (cause) {
    tryToRemove(temporary);
    if (cause instanceof HeedError) throw cause;
    const remedy = "earlier checkpoints are untouched; free some space and use --resume";
    throw heedError("ERR_IO", { where: target, cause: `cannot save (${reason(cause)})`, remedy }, cause);
  }
  return target;
}

/** Removes interim checkpoints before `step` and all but the last `keep` others; never anything newer. */
function prune(directory: string, step: number, keep: number): void {
  const older = listCheckpoints(directory).filter((checkpoint) => checkpoint.step <= step);
  const isInterim = ({ path }: { path: string }): boolean => readState(path)?.interim === true;
  const lasting = older.filter((checkpoint) => !isInterim(checkpoint)).slice(-Math.max(1, keep));
  for (const old of older) {
    if (lasting.includes(old)) continue;
    try {
      rmSync(old.path, { recursive: true, force: true });
    } catch (cause) {
      const remedy = "the new checkpoint is saved; remove the old one and use --resume";
      throw heedError(
        "ERR_IO",
        { where: old.path, cause: `cannot remove (${reason(cause)})`, remedy },
        cause,
      );
    }
  }
}

interface StateFile {
  readonly step: number;
  readonly interim?: boolean;
  readonly sha256?: Readonly<Record<string, string>>;
  /** sha256 of everything else in the file, as JSON without spaces. */
  readonly checksum?: string;
}

/** What a checkpoint says about itself, or nothing when it cannot be read. */
function readState(path: string): StateFile | undefined {
  try {
    const state: unknown = JSON.parse(readFileSync(join(path, "state.json"), "utf8"));
    return typeof state === "object" && state !== null ? (state as StateFile) : undefined;
  } catch {
    return undefined;
  }
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
  let state: S & StateFile;
  try {
    state = JSON.parse(readFileSync(stateFile, "utf8"));
  } catch (cause) {
    throw damaged(stateFile, cause instanceof SyntaxError ? "not JSON" : reason(cause), cause);
  }
  const { checksum, ...body } = state ?? {};
  const isChanged = checksum !== undefined && checksum !== digest(JSON.stringify(body));
  if (isChanged || !Number.isSafeInteger(state?.step)) throw damaged(stateFile, "its content has changed");
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
  const { step, sha256: _, interim: __, checksum: ___, ...rest } = state;
  return {
    step,
    model: read("model.safetensors"),
    optimizer: read("optimizer.safetensors"),
    state: rest as S,
  };
}

/**
 * The newest checkpoint that is whole; `warn` hears of each newer one that is not.
 *
 * @throws ERR_MODEL when there are checkpoints and none is whole.
 */
export function newestCheckpoint<S>(
  directory: string,
  warn: (message: string) => void,
): Checkpoint<S> | undefined {
  const failures: HeedError[] = [];
  for (const { path } of listCheckpoints(directory).reverse()) {
    try {
      const checkpoint = loadCheckpoint<S>(path);
      for (const { message } of failures)
        warn(`${message.split(";")[0]}; going on from step ${checkpoint.step}`);
      return checkpoint;
    } catch (error) {
      if (!(error instanceof HeedError)) throw error;
      failures.push(error);
    }
  }
  if (failures[0]) throw failures[0];
  return undefined;
}

/** The checkpoints saved at validations, oldest first: what an average may be made of. */
export function validatedCheckpoints(directory: string): { step: number; path: string }[] {
  return listCheckpoints(directory).filter(({ path }) => readState(path)?.interim !== true);
}

/** Removes what an earlier process was writing when it died. Only for who holds the lock. */
export function removeTemporaries(directory: string): void {
  for (const folder of [directory, join(directory, "checkpoints")]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (name.startsWith(TEMPORARY)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** What stays after all goes at the next start; the error that led here matters more. */
function tryToRemove(temporary: string): void {
  try {
    rmSync(temporary, { recursive: true, force: true });
  } catch {}
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

/** As `digest`, in pieces between which the event loop goes on. WebCrypto's takes twice the processor's time. */
async function digestMeanwhile(bytes: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  const piece = 2 ** 22;
  for (let at = 0; at < bytes.byteLength; at += piece) {
    hash.update(bytes.subarray(at, at + piece));
    await setImmediate();
  }
  return hash.digest("hex");
}

const digest = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");
const reason = (cause: unknown): string =>
  (cause as NodeJS.ErrnoException)?.code ?? String((cause as Error).message);

function damaged(file: string, cause: string, error?: unknown): HeedError {
  const remedy = "restore the file, or train again into another --run";
  return heedError(
    "ERR_MODEL",
    { where: file, cause: `the checkpoint is damaged (${cause})`, remedy },
    error,
  );
}
