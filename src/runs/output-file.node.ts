import { closeSync, lstatSync, openSync, realpathSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { heedError } from "../errors.ts";
import { reason, writeAtomically, writeWhole } from "./durable.node.ts";

/**
 * Writes a file that a user has named. A regular file is replaced as a whole, and so is the one that a link leads to;
 * a device, a pipe and a file of several names are written through, as any program does.
 *
 * @throws ERR_CREATE for a directory and what cannot be opened, ERR_IO when writing fails.
 */
export function writeOutput(path: string, content: Uint8Array | string): void {
  const before = statOf(path);
  const isNew = before === undefined && !isLink(path);
  if (isNew) writeAtomically(path, content);
  else if (before?.isFile() && before.nlink === 1 && !namesOpenFile(path))
    writeAtomically(realpathSync(path), content, { mode: before.mode & 0o7777 });
  else writeThrough(path, content);
}

function writeThrough(path: string, content: Uint8Array | string): void {
  const file = openOutput(path);
  try {
    file.write(content);
  } finally {
    file.close();
  }
}

export interface Output {
  readonly write: (content: Uint8Array | string) => void;
  readonly close: () => void;
}

/** Opens a file that a user has named, to be written bit by bit. @throws as `writeOutput` */
export function openOutput(path: string): Output {
  let file: number;
  try {
    file = openSync(path, "w");
  } catch (cause) {
    throw heedError("ERR_CREATE", { where: path, cause: `cannot be written (${reason(cause)})` }, cause);
  }
  return {
    write: (content) => {
      try {
        writeWhole(file, content);
      } catch (cause) {
        throw heedError("ERR_IO", { where: path, cause: `cannot be written (${reason(cause)})` }, cause);
      }
    },
    close: () => closeSync(file),
  };
}

/** A name such as /dev/stdout leads to a file that somebody has open, and goes on to write to. */
const namesOpenFile = (path: string): boolean => /^\/(dev|proc)\//.test(resolve(path));

/** What is at a path, links followed; nothing where that cannot be told: opening it says why. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Whether a link stands here, also one that leads to nothing yet. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
