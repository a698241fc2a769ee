import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { heedError } from "../errors.ts";
import { makeFolder } from "./make-folder.node.ts";

/**
 * Writes files, keyed by relative path, into a new folder: all of them or none, even when the process exits meanwhile.
 *
 * @param directory  Must be missing or empty; its parents are created.
 * @throws ERR_CREATE when it is not empty or cannot be created, ERR_IO when writing fails; nothing is left behind.
 */
export async function writeFolder(directory: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const target = resolve(directory);
  const temporary = join(dirname(target), `.writing-${process.pid}-${Math.random().toString(36).slice(2)}`);
  requireFree(directory);
  try {
    makeFolder(temporary);
  } catch (cause) {
    const problem = `cannot write here (${reason(cause)})`;
    const remedy = "choose another directory or change its permissions";
    throw heedError("ERR_CREATE", { where: directory, cause: problem, remedy }, cause);
  }
  const remove = (): void => rmSync(temporary, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    for (const [name, bytes] of files) {
      const path = join(temporary, name);
      makeFolder(dirname(path));
      await writeFile(path, bytes, { flag: "wx", flush: true });
    }
    renameSync(temporary, target);
  } catch (cause) {
    remove();
    const remedy = "nothing was written; free some space and try again";
    throw heedError("ERR_IO", { where: directory, cause: `cannot write (${reason(cause)})`, remedy }, cause);
  } finally {
    process.off("exit", remove);
  }
}

/** @throws ERR_CREATE */
function requireFree(directory: string): void {
  if (!existsSync(directory)) return;
  let isEmpty = false;
  try {
    isEmpty = readdirSync(directory).length === 0;
  } catch {} // A file or an unreadable folder: not free either way.
  if (isEmpty) return;
  const remedy = "choose another directory, or remove it first";
  throw heedError("ERR_CREATE", { where: directory, cause: "already exists", remedy });
}

const reason = (cause: unknown): string =>
  (cause as NodeJS.ErrnoException)?.code ?? String((cause as Error).message);
