import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  promises,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type HeedError, heedError } from "../errors.ts";

/** Prefix of the names of files that are being written. */
export const TEMPORARY = ".writing-";

export interface AtomicOptions {
  /** Permissions of the file. Default: those of any new file. */
  readonly mode?: number | undefined;
}

/** Writes to a temporary file, then renames it, with fsync: readers see the old file or the new one. @throws ERR_IO */
export function writeAtomically(
  path: string,
  content: Uint8Array | string,
  { mode }: AtomicOptions = {},
): void {
  const temporary = temporaryIn(dirname(path));
  try {
    writeNew(temporary, content);
    if (mode !== undefined) chmodSync(temporary, mode);
    takePlace(temporary, path);
  } catch (cause) {
    throw cannotSave(path, temporary, cause);
  }
}

/** Like `writeAtomically`, without blocking the event loop; for large content. */
export async function writeAtomicallyMeanwhile(path: string, content: Uint8Array): Promise<void> {
  const temporary = temporaryIn(dirname(path));
  try {
    await writeNewMeanwhile(temporary, content);
    takePlace(temporary, path);
  } catch (cause) {
    throw cannotSave(path, temporary, cause);
  }
}

/** A unique path in a folder, for a file or folder that is renamed once it is complete. */
export const temporaryIn = (folder: string): string =>
  join(folder, `${TEMPORARY}${process.pid}-${Math.random().toString(36).slice(2)}`);

/** Renames a temporary file or folder to its final name and flushes that to disk. */
export function takePlace(temporary: string, path: string): void {
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

function cannotSave(path: string, temporary: string, cause: unknown): HeedError {
  tryToRemove(temporary);
  const isFull = ["ENOSPC", "EDQUOT"].includes((cause as NodeJS.ErrnoException).code ?? "");
  const advice = isFull ? "free some space and use --resume" : "choose a file in a writable folder";
  const remedy = `earlier files are untouched; ${advice}`;
  return heedError("ERR_IO", { where: path, cause: `cannot save (${reason(cause)})`, remedy }, cause);
}

/** Flushes what was appended to a file to disk. @throws ERR_IO */
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

/** Appends one line to a log. @throws ERR_IO */
export function appendLine(path: string, line: string): void {
  try {
    writeFileSync(path, `${line}\n`, { flag: "a" });
  } catch (cause) {
    throw heedError("ERR_IO", { where: path, cause: `cannot write (${reason(cause)})` }, cause);
  }
}

/** Removes from folders what an earlier process was writing when it died. The caller must hold the lock. */
export function removeTemporariesIn(folders: readonly string[]): void {
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (name.startsWith(TEMPORARY)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** Removes a temporary file if possible. Leftovers go at the next start; the error that led here matters more. */
export function tryToRemove(temporary: string): void {
  try {
    rmSync(temporary, { recursive: true, force: true });
  } catch {}
}

/** Writes and flushes a file that must not exist yet, so that no link can redirect it. */
export function writeNew(path: string, content: Uint8Array | string): void {
  const file = openSync(path, "wx");
  try {
    writeWhole(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Like `writeNew`, without blocking the event loop. */
export async function writeNewMeanwhile(path: string, content: Uint8Array): Promise<void> {
  await promises.writeFile(path, content, { flag: "wx", flush: true });
}

/** Writes all of the content to an open file. */
export function writeWhole(file: number, content: Uint8Array | string): void {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
}

export function syncDirectory(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The code of a system error, or the message of any other error. */
export const reason = (cause: unknown): string =>
  (cause as NodeJS.ErrnoException)?.code ?? String((cause as Error).message);
