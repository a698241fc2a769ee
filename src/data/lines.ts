import { heedError } from "../errors.ts";
import { oneByOne } from "./one-by-one.ts";

export interface LineOptions {
  /** The name of the text in messages: a file's path or "standard input". */
  readonly name: string;
  /** "error" (default) refuses invalid UTF-8; "replace" reads each invalid sequence as U+FFFD. */
  readonly invalidUtf8?: "error" | "replace";
  /** Called with the number, from 1, of each line in which bytes were replaced. */
  readonly onReplaced?: (line: number) => void;
  /** Longest line in bytes, without the line end. Default 1 MiB. */
  readonly maxLineBytes?: number;
}

const LF = 10;
const CR = 13;

/**
 * Splits UTF-8 bytes into lines. Only `\n` ends a line: U+2028, U+0085, form feeds and the like are text. One `\r`
 * before the end and a byte order mark at the very start are dropped. `a\n` is one line, `a\n\n` two; no bytes are no
 * lines. Keeps one chunk and one unfinished line in memory.
 *
 * @throws ERR_DATA at `name:line` for invalid UTF-8 and for a line above `maxLineBytes`; at `name` for a text of one
 *   line with a `\r` inside: it probably has the line ends of the classic Mac OS.
 */
export const decodeLines = (chunks: Chunks, options: LineOptions): AsyncGenerator<string, void, undefined> =>
  oneByOne(decodeLineGroups(chunks, options));

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** `decodeLines`, all lines at once that a chunk ends. */
export async function* decodeLineGroups(
  chunks: Chunks,
  options: LineOptions,
): AsyncGenerator<readonly string[], void, undefined> {
  const limit = options.maxLineBytes ?? 2 ** 20;
  const decode = lineDecoder(options);
  let line = 0;
  /** Bytes of the text before the unfinished line. */
  let offset = 0;
  let unfinished: Uint8Array[] = [];
  let unfinishedBytes = 0;

  const grow = (part: Uint8Array): void => {
    unfinishedBytes += part.length;
    // One byte more for a final `\r`, which may yet be dropped.
    if (unfinishedBytes > limit + 1) {
      const hasBareReturns = line === 0 && [...unfinished, part].some((bytes) => bytes.includes(CR));
      throw hasBareReturns ? carriageReturns(options.name) : tooLong(options.name, line + 1, limit);
    }
    // Copied, because the caller may reuse the chunk's memory.
    if (part.length > 0) unfinished.push(part.slice());
  };
  const finish = (last: Uint8Array): string => {
    const bytes = unfinished.length === 0 ? last : concatenate([...unfinished, last]);
    const length = bytes.at(-1) === CR ? bytes.length - 1 : bytes.length;
    line++;
    if (length > limit) throw tooLong(options.name, line, limit);
    const text = decode(bytes.subarray(0, length), line, offset);
    offset += bytes.length + 1;
    unfinished = [];
    unfinishedBytes = 0;
    return text;
  };

  let ready: string[] = [];
  /** A first line with `\r` inside is held back until a second line proves that lines end with `\n`. */
  let heldBack: string | undefined;
  const release = (text: string): void => {
    if (heldBack !== undefined) ready.push(heldBack);
    heldBack = undefined;
    if (line === 1 && text.includes("\r")) heldBack = text;
    else ready.push(text);
  };
  const read = (chunk: Uint8Array): void => {
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      release(finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    grow(chunk.subarray(start));
  };
  const readEnd = (): void => {
    if (unfinishedBytes > 0) {
      const end = concatenate(unfinished);
      // A byte order mark alone is an empty text.
      if (line === 0 && end.length === 3 && startsWithMark(end)) return;
      release(finish(new Uint8Array(0)));
    }
    if (heldBack !== undefined) throw carriageReturns(options.name);
  };

  try {
    for await (const chunk of chunks) {
      read(chunk);
      if (ready.length > 0) yield ready;
      ready = [];
    }
    readEnd();
  } catch (error) {
    // Lines before one that is refused.
    if (ready.length > 0) yield ready;
    throw error;
  }
  if (ready.length > 0) yield ready;
}

function lineDecoder(options: LineOptions): (bytes: Uint8Array, line: number, offset: number) => string {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  return (bytes, line, offset) => {
    const text = line === 1 && startsWithMark(bytes) ? bytes.subarray(3) : bytes;
    try {
      return strict.decode(text);
    } catch (cause) {
      if (options.invalidUtf8 !== "replace") {
        const at = firstInvalid(bytes);
        const where = `${options.name}:${line}`;
        const problem = `byte ${at + 1} of the line (offset ${offset + at} of the text) is not valid UTF-8`;
        // Only some commands have the option.
        const alternative = options.invalidUtf8 ? ", or use --invalid-utf8 replace" : "";
        const remedy = `save the text as UTF-8${alternative}`;
        throw heedError("ERR_DATA", { where, cause: problem, remedy }, cause);
      }
      options.onReplaced?.(line);
      return lenient.decode(text);
    }
  };
}

function startsWithMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** Where the first ill-formed sequence starts (Unicode, table 3-7); the length if there is none. */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] as number;
    const length =
      lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0) return at;
    for (let i = 1; i < length; i++) {
      // E0 and F0 would begin overlong forms, ED surrogates, F4 code points above U+10FFFF.
      const low = i > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const high = i > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      const byte = bytes[at + i];
      if (byte === undefined || byte < low || byte > high) return at;
    }
    at += length;
  }
  return at;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function tooLong(name: string, line: number, limit: number): Error {
  const remedy = "put each sentence on its own line";
  return heedError("ERR_DATA", {
    where: `${name}:${line}`,
    cause: `line longer than ${limit} bytes`,
    remedy,
  });
}

function carriageReturns(name: string): Error {
  const cause = "lines end with carriage returns alone, so the whole text is one line";
  const remedy = "convert them to line feeds: tr '\\r' '\\n' < old > new";
  return heedError("ERR_DATA", { where: name, cause, remedy });
}
