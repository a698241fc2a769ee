import { closeSync, fstatSync, lstatSync, openSync, realpathSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { heedError } from "../errors.ts";
import { reason, writeAtomically, writeWhole } from "./durable.node.ts";

/**
 * Writes a file that the user has named. A regular file, or the one a link leads to, is replaced atomically; devices,
 * pipes and files with several names are written in place, as any program does.
 *
 * @throws ERR_CREATE for a directory or anything else that cannot be opened, ERR_IO when writing fails.
 */
export function writeOutput(path: string, content: Uint8Array | string): void {
  const before = statOf(path);
  const isNew = before === undefined && !isLink(path);
  if (isNew) writeAtomically(path, content);
  else if (before?.isFile() && before.nlink === 1 && !namesOpenFile(path))
    writeAtomically(realpathSync(path), content, { mode: before.mode & 0o7777 });
  else writeThrough(path, content);
}

/**
 * Refuses an output that is one of the inputs, under whatever name: it would be lost, read or not.
 *
 * @param inputs  Paths, or file descriptors such as 0 for standard input.
 * @throws ERR_CREATE
 */
export function refuseInputAsOutput(output: string, inputs: readonly (string | number | undefined)[]): void {
  const written = statOf(output);
  if (!written?.isFile()) return;
  for (const input of inputs) {
    const read = input === undefined ? undefined : statOf(input);
    if (read?.dev !== written.dev || read.ino !== written.ino) continue;
    const cause = "is also read by this command, and would be overwritten";
    throw heedError("ERR_CREATE", { where: output, cause, remedy: "name another file" });
  }
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

/** Opens a file that the user has named, to be written piece by piece. @throws as `writeOutput` */
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

/** A name such as /dev/stdout leads to a file that another program has open and may still write to. */
const namesOpenFile = (path: string): boolean => /^\/(dev|proc)\//.test(resolve(path));

/** What is at a path, links followed; undefined when unknown: opening it will say why. */
function statOf(path: string | number): Stats | undefined {
  try {
    return typeof path === "number" ? fstatSync(path) : statSync(path);
  } catch {
    return undefined;
  }
}

/** Whether a path is a link, including a dangling one. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
