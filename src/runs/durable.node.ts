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

/** How the names of files begin that are being written. */
const TEMPORARY = ".writing-";

export interface AtomicOptions {
  /** Permissions of the file; those that new files get when left out. */
  readonly mode?: number | undefined;
}

/** Temporary file, fsync, rename, fsync of the directory: a reader sees the old file or the new one. @throws ERR_IO */
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

/** As `writeAtomically`, for large content that waits on the disk while something else goes on. */
export async function writeAtomicallyMeanwhile(path: string, content: Uint8Array): Promise<void> {
  const temporary = temporaryIn(dirname(path));
  try {
    await writeNewMeanwhile(temporary, content);
    takePlace(temporary, path);
  } catch (cause) {
    throw cannotSave(path, temporary, cause);
  }
}

/** A name that nobody else has in a folder, for what is to be renamed once it is whole. */
export const temporaryIn = (folder: string): string =>
  join(folder, `${TEMPORARY}${process.pid}-${Math.random().toString(36).slice(2)}`);

/** Gives a temporary file or folder its name, on the disk too. */
export function takePlace(temporary: string, path: string): void {
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

/** Removes from folders what an earlier process was writing when it died. Only for who holds the lock. */
export function removeTemporariesIn(folders: readonly string[]): void {
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (name.startsWith(TEMPORARY)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** What stays after all goes at the next start; the error that led here matters more. */
export function tryToRemove(temporary: string): void {
  try {
    rmSync(temporary, { recursive: true, force: true });
  } catch {}
}

/** Writes a file of a name that must be free, so that no link can lead elsewhere, and brings it to the disk. */
export function writeNew(path: string, content: Uint8Array | string): void {
  const file = openSync(path, "wx");
  try {
    writeWhole(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** As `writeNew`, while something else goes on. */
export async function writeNewMeanwhile(path: string, content: Uint8Array): Promise<void> {
  await promises.writeFile(path, content, { flag: "wx", flush: true });
}

/** Writes to an open file until all is written. */
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

/** The code of a system error, or the message of another. */
export const reason = (cause: unknown): string =>
  (cause as NodeJS.ErrnoException)?.code ?? String((cause as Error).message);
