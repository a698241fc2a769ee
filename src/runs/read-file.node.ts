import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { HeedError, heedError } from "../errors.ts";
import { reason } from "./durable.node.ts";

/**
 * Reads a file of a run as a whole. Devices and pipes are refused: they may never end.
 *
 * @throws ERR_INPUT when it is missing, unreadable or no regular file.
 */
export function readWhole(path: string): Buffer {
  return reading(path, () => {
    const stats = statSync(path);
    if (stats.isFile()) return readFileSync(path);
    throw refused(path, `is a ${stats.isDirectory() ? "directory" : "device or a pipe"}, not a file`);
  });
}

/**
 * Reads a text of a few pages, as people write them; also from a pipe.
 *
 * @param most  Most bytes that are read. Default 1,000,000.
 * @throws ERR_INPUT when it cannot be read or is longer.
 */
export function readSmallText(path: string, most = 1_000_000): string {
  return reading(path, () => {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(most + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length <= most; length += read)
        read = readSync(file, bytes, length, bytes.length - length, null);
      if (length > most) throw refused(path, `has more than ${most} bytes`);
      return bytes.toString("utf8", 0, length);
    } finally {
      closeSync(file);
    }
  });
}

/**
 * The text of a file of a run, or undefined where there is none. What is there but cannot be read is not the same: nothing may be decided
 * as if it were missing.
 *
 * @throws ERR_IO when it cannot be read.
 */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const remedy = "check the disk and who may read it, then try again";
    throw heedError("ERR_IO", { where: path, cause: `cannot be read (${reason(cause)})`, remedy }, cause);
  }
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof HeedError) throw cause;
    throw heedError("ERR_INPUT", { where: path, cause: `cannot be read (${reason(cause)})` }, cause);
  }
}

const refused = (path: string, cause: string): Error => heedError("ERR_INPUT", { where: path, cause });
