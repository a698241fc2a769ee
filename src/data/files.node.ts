import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { getHeapStatistics } from "node:v8";
import { createGunzip } from "node:zlib";
import { HeedError, heedError } from "../errors.ts";
import type { OnBytes } from "./corpus-reader.ts";
import { decodeLineGroups, type LineOptions } from "./lines.ts";
import { oneByOne } from "./one-by-one.ts";

export interface ReadOptions extends Omit<LineOptions, "name"> {
  /** Most bytes that a compressed file may decompress to; guards against decompression bombs. Default 1 GiB. */
  readonly maxDecompressedBytes?: number;
  /** Once aborted, reading throws its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each part of a file, compressed as it is. */
  readonly onBytes?: OnBytes | undefined;
}

/**
 * The lines of a text file, plain or gzip (detected by the first two bytes). Reads lazily: memory does not grow with the
 * file.
 *
 * @throws ERR_INPUT when the file is missing, a directory or unreadable.
 * @throws ERR_DATA when a gzip file is damaged, truncated or above `maxDecompressedBytes`, when what was read fills the memory, and as
 *   `decodeLines` does.
 */
export const readLines = (path: string, options: ReadOptions = {}): AsyncGenerator<string, void, undefined> =>
  oneByOne(readLineGroups(path, options));

/** `readLines`, all lines at once that a part of the file ends. */
export const readLineGroups = (
  path: string,
  options: ReadOptions,
): AsyncGenerator<readonly string[], void, undefined> =>
  decodeLineGroups(readBytes(path, options), { ...options, name: path });

/** SHA-256, in hex, of the decompressed files: identifies a corpus. Throws as `readLines` does. */
export async function hashFiles(paths: readonly string[], options: ReadOptions = {}): Promise<string> {
  const all = createHash("sha256");
  const total = paths.reduce((sum, path) => sum + bytesIn(path), 0);
  let before = 0;
  for (const path of paths) {
    // One digest per file, so that moving text from one file to the next changes the hash.
    const file = createHash("sha256");
    const onBytes = (done: number): void => options.onBytes?.(before + done, total);
    for await (const chunk of readBytes(path, { ...options, onBytes })) file.update(chunk);
    all.update(file.digest());
    before += bytesIn(path);
  }
  return all.digest("hex");
}

/** Bytes read at a time. */
const PART = 1 << 18;

/** Bytes of a file; 0 when it cannot be read, which reading it says. */
export function bytesIn(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** The bytes of a file, decompressed if it is gzip. Throws as `readLines` does, except for errors in lines. */
async function* readBytes(
  path: string,
  { maxDecompressedBytes = 2 ** 30, signal, onBytes }: ReadOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  if (path.includes("\0")) throw heedError("ERR_INPUT", { where: path, cause: "has a NUL character" });
  const file = createReadStream(path, { highWaterMark: PART });
  const raw = readErrors(path, file, { signal, onBytes });
  try {
    const head = await firstBytes(raw, 2);
    const isGzip = head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b;
    if (isGzip) yield* gunzip(path, head, raw, maxDecompressedBytes);
    else {
      if (path.endsWith(".gz")) {
        const remedy = "it may be truncated or already unpacked: download it again or rename it";
        throw heedError("ERR_DATA", { where: path, cause: "named .gz but not a gzip file", remedy });
      }
      if (head.length > 0) yield head;
      yield* raw;
    }
  } finally {
    file.destroy();
  }
}

async function* gunzip(
  path: string,
  head: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const unzip = createGunzip();
  // A read error destroys `unzip` with that error, so the loop below throws it; leaving the loop closes the file.
  pipeline(Readable.from(chain(head, rest)), unzip, () => {});
  const refuseLarge = (size: number, says = ""): void => {
    if (size <= limit) return;
    const cause = `${says}decompresses to more than ${limit} bytes`;
    const remedy = "if it should be this large, unpack it first";
    throw heedError("ERR_DATA", { where: path, cause, remedy });
  };
  let total = 0;
  try {
    refuseLarge(saidSize(path), "is cut off, or ");
    for await (const chunk of unzip as AsyncIterable<Uint8Array>) {
      refuseFullHeap(path);
      total += chunk.length;
      refuseLarge(total);
      yield chunk;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code?.startsWith("Z_")) throw error;
    const cause = code === "Z_BUF_ERROR" ? "the gzip file is truncated" : "the gzip file is damaged";
    throw heedError("ERR_DATA", { where: path, cause, remedy: "download or compress it again" }, error);
  }
}

/** The most bytes that one byte of a gzip file can unpack to. */
const HIGHEST_RATIO = 1032;

/**
 * The bytes that the end of a gzip file says it unpacks to, modulo 4 GiB: of the last part, where several are put together. So
 * most files that are too large are refused at once, not after minutes. 0 for a pipe, and where no file of this size can
 * unpack to so many: one that is cut off ends in any bytes.
 */
function saidSize(path: string): number {
  const { size } = statSync(path);
  if (size < 4) return 0;
  const file = openSync(path, "r");
  try {
    const end = Buffer.alloc(4);
    readSync(file, end, 0, 4, size - 4);
    const said = end.readUInt32LE();
    return said <= HIGHEST_RATIO * size ? said : 0;
  } finally {
    closeSync(file);
  }
}

async function* chain(
  head: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield head;
  yield* rest;
}

/** The first `count` bytes or more, or fewer if there are no more. Leaves the rest in `chunks`. */
async function firstBytes(chunks: AsyncGenerator<Uint8Array>, count: number): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  // Not for-await, which would close the generator.
  while (head.length < count) {
    const { value, done } = await chunks.next();
    if (done) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return head;
}

/** Beyond this part of its heap, the process would soon end without a word. */
const FULL = 0.9;
/** Bytes of the heap's limit that V8 keeps for new objects: what stays has the rest. */
const YOUNG = 64e6;

/** @throws ERR_DATA when what was read so far has filled the memory */
function refuseFullHeap(path: string): void {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  if (used < FULL * (limit - YOUNG)) return;
  const cause = `does not fit into the ${Math.round(limit / 1e6)} MB of memory that Node has for it`;
  const remedy = "read less, or raise NODE_OPTIONS=--max-old-space-size";
  throw heedError("ERR_DATA", { where: path, cause, remedy });
}

const causes: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EISDIR: "is a directory, not a file",
  EACCES: "permission denied",
  EPERM: "permission denied",
};

async function* readErrors(
  path: string,
  file: AsyncIterable<unknown>,
  { signal, onBytes }: Pick<ReadOptions, "signal" | "onBytes">,
): AsyncGenerator<Uint8Array, void, undefined> {
  const total = onBytes ? bytesIn(path) : 0;
  let done = 0;
  try {
    for await (const chunk of file as AsyncIterable<Uint8Array>) {
      if (signal?.aborted) break;
      refuseFullHeap(path);
      done += chunk.length;
      onBytes?.(done, total);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof HeedError) throw error;
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw heedError(
      "ERR_INPUT",
      { where: path, cause: causes[code] ?? `cannot be read (${message})` },
      error,
    );
  }
  if (signal?.aborted) throw signal.reason;
}
