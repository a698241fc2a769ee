import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { HeedError, heedError } from "../errors.ts";
import type { NamedTensor } from "../formats/safetensors.ts";
import { codec, fileOf } from "./codec.ts";
import {
  reason,
  syncDirectory,
  takePlace,
  temporaryIn,
  tryToRemove,
  writeAtomically,
  writeNew,
  writeNewMeanwhile,
} from "./durable.node.ts";
import { readIfThere } from "./read-file.node.ts";

/** The folder of a run's checkpoints. */
export const CHECKPOINTS = "checkpoints";

/** Everything a resumed run needs to reach the same weights. */
export interface Checkpoint<S> {
  readonly step: number;
  readonly model: ReadonlyMap<string, NamedTensor>;
  readonly optimizer: ReadonlyMap<string, NamedTensor>;
  readonly state: S;
}

/** A checkpoint whose tensors are already encoded. */
export interface EncodedCheckpoint<S> {
  readonly step: number;
  readonly model: Uint8Array;
  readonly optimizer: Uint8Array;
  readonly state: S;
}

const checkpointName = (step: number): string => `step-${String(step).padStart(8, "0")}`;

export interface SaveOptions {
  /** Checkpoints kept, this one included. */
  readonly keep: number;
  /** Steps whose checkpoints are kept, however old. */
  readonly spared?: readonly number[];
  /** Saved between two validations because of a signal; removed when the next checkpoint is saved. Default false. */
  readonly interim?: boolean;
}

/**
 * Saves a checkpoint as one directory that appears whole or not at all, then removes old ones. Writing the tensors does
 * not block the event loop; the caller must not start two saves to the same directory at once.
 */
export async function saveCheckpoint<S>(
  directory: string,
  checkpoint: EncodedCheckpoint<S>,
  { keep, spared = [], interim = false }: SaveOptions,
): Promise<string> {
  const folder = join(directory, CHECKPOINTS);
  const target = join(folder, checkpointName(checkpoint.step));
  const temporary = temporaryIn(folder);
  try {
    const files = { [fileOf("model")]: checkpoint.model, [fileOf("optimizer")]: checkpoint.optimizer };
    const sha256: Record<string, string> = {};
    for (const [name, bytes] of Object.entries(files)) {
      sha256[name] = await digestMeanwhile(bytes);
    }
    const state = { step: checkpoint.step, interim, sha256, ...checkpoint.state };
    const json = `${JSON.stringify({ ...state, checksum: digest(JSON.stringify(state)) }, null, 2)}\n`;
    const before = existsSync(target) ? readState(target) : undefined;
    if (before && Object.entries(sha256).every(([name, hash]) => before.sha256?.[name] === hash)) {
      // The same weights, now validated: only the state has changed.
      writeAtomically(join(target, "state.json"), json);
    } else {
      mkdirSync(temporary, { recursive: true });
      for (const [name, bytes] of Object.entries(files)) {
        await writeNewMeanwhile(join(temporary, name), bytes);
      }
      writeNew(join(temporary, "state.json"), json);
      syncDirectory(temporary);
      rmSync(target, { recursive: true, force: true });
      takePlace(temporary, target);
    }
    if (!interim) pruneCheckpoints(directory, { step: checkpoint.step, keep, spared });
  } catch (cause) {
    tryToRemove(temporary);
    if (cause instanceof HeedError) throw cause;
    const remedy = "earlier checkpoints are untouched; free some space and use --resume";
    throw heedError("ERR_IO", { where: target, cause: `cannot save (${reason(cause)})`, remedy }, cause);
  }
  return target;
}

/**
 * Removes older interim and damaged checkpoints and all but the last `keep` others. Keeps those spared and those after `step`.
 *
 * @throws ERR_IO when one cannot be read or removed
 */
export function pruneCheckpoints(
  directory: string,
  { step, keep, spared }: { step: number; keep: number; spared: readonly number[] },
): void {
  const older = listCheckpoints(directory).filter((checkpoint) => checkpoint.step <= step);
  // Interim and damaged ones do not count: a whole one would go in their place.
  const isWhole = (state: StateFile | undefined): boolean => state !== undefined && state.interim !== true;
  const lasting = older.filter(({ path }) => isWhole(readState(path))).slice(-Math.max(1, keep));
  for (const old of older) {
    if (lasting.includes(old) || spared.includes(old.step)) continue;
    remove(old.path);
  }
}

function remove(path: string): void {
  const aside = temporaryIn(dirname(path));
  try {
    // Under another name first: one that is half removed would be taken for a damaged checkpoint.
    renameSync(path, aside);
    rmSync(aside, { recursive: true, force: true });
  } catch (cause) {
    tryToRemove(aside);
    const remedy = "remove that checkpoint and use --resume";
    throw heedError("ERR_IO", { where: path, cause: `cannot remove (${reason(cause)})`, remedy }, cause);
  }
}

interface StateFile {
  readonly step: number;
  readonly interim?: boolean;
  readonly sha256?: Readonly<Record<string, string>>;
  /** sha256 of everything else in the file, as JSON without spaces. */
  readonly checksum?: string;
}

/** The state of a checkpoint, without its weights; undefined when it is missing or damaged. @throws ERR_IO */
export function readState<S = unknown>(path: string): (StateFile & Partial<S>) | undefined {
  const text = readIfThere(join(path, "state.json"));
  if (text === undefined) return undefined;
  try {
    const state: unknown = JSON.parse(text);
    return typeof state === "object" && state !== null ? (state as StateFile & Partial<S>) : undefined;
  } catch {
    return undefined;
  }
}

/** The checkpoints of a run, in order of step. */
export function listCheckpoints(directory: string): { step: number; path: string }[] {
  const folder = join(directory, CHECKPOINTS);
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
      throw damaged(file, "its sha256 has changed since it was saved");
    return codec.decode(bytes, file);
  };
  const { step, sha256: _, interim: __, checksum: ___, ...rest } = state;
  return {
    step,
    model: read(fileOf("model")),
    optimizer: read(fileOf("optimizer")),
    state: rest as S,
  };
}

/**
 * The newest intact checkpoint whose state `isWanted` accepts; `warn` is called for each newer one that is damaged.
 *
 * @throws ERR_MODEL when some are accepted but all of those are damaged.
 */
export function newestCheckpoint<S>(
  directory: string,
  warn: (message: string) => void,
  isWanted: (state: Partial<S>) => boolean = () => true,
): Checkpoint<S> | undefined {
  const failures: HeedError[] = [];
  for (const { path } of listCheckpoints(directory).reverse()) {
    try {
      const state = readState<S>(path);
      if (state && !isWanted(state)) continue;
      const checkpoint = loadCheckpoint<S>(path);
      for (const { message } of failures)
        warn(`${message.split(";")[0]}; continuing from step ${checkpoint.step}`);
      return checkpoint;
    } catch (error) {
      if (!(error instanceof HeedError)) throw error;
      failures.push(error);
    }
  }
  if (failures[0]) throw failures[0];
  return undefined;
}

/** Removes the checkpoints after a step, which the run has abandoned. @throws ERR_IO */
export function removeCheckpointsAfter(directory: string, step: number): void {
  for (const { path } of listCheckpoints(directory).filter((checkpoint) => checkpoint.step > step))
    remove(path);
}

/** The checkpoints saved at validations, oldest first: the candidates for averaging. */
export function validatedCheckpoints(directory: string): { step: number; path: string }[] {
  return listCheckpoints(directory).filter(({ path }) => readState(path)?.interim !== true);
}

/** Like `digest`, in pieces that let the event loop run in between. WebCrypto's takes twice the CPU time. */
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
function damaged(file: string, cause: string, error?: unknown): HeedError {
  const remedy = "restore the file, or train again into another --run";
  return heedError(
    "ERR_MODEL",
    { where: file, cause: `the checkpoint is damaged (${cause})`, remedy },
    error,
  );
}
