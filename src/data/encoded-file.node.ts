/**
 * A corpus of encoded pairs as files of a folder, whose numbers are in the byte order of the machine:
 *
 *   ids         the ids of each pair, source then target, one pair after the other
 *   index       the length of each source, that of each target, and the number of each pair in the corpus
 *   about.json  what they hold, and their checksums
 */
import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, read, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { heedError } from "../errors.ts";
import type { PairExample } from "./batches.ts";
import type { EncodedCorpusFile, EncodedPairs, EncodedSizes, OpenOptions } from "./encoded.ts";
import { bytesIn } from "./files.node.ts";
import type { FilterReport } from "./filters.ts";

const files = { ids: "ids", index: "index", about: "about.json" } as const;

/** Bytes of numbers below a bound. */
const widthFor = (bound: number): 2 | 4 => (bound <= 2 ** 16 ? 2 : 4);
const arrays = { 2: Uint16Array, 4: Uint32Array } as const;

interface About {
  readonly pairs: number;
  readonly tokens: number;
  /** Bytes of an id and of a length. */
  readonly id: 2 | 4;
  readonly length: 2 | 4;
  readonly report: FilterReport;
  readonly sha256: { readonly ids: string; readonly index: string };
}

/** Bytes that are written at a time. */
const BLOCK = 1 << 22;

/** Writes the files into a folder that is there. Both functions throw what the file system does. */
export function encodedFileWriter(
  folder: string,
  sizes: EncodedSizes,
): {
  readonly add: (example: PairExample, number: number) => void;
  readonly finish: (report: FilterReport) => void;
  readonly close: () => void;
} {
  const [idBytes, lengthBytes] = [widthFor(sizes.vocabulary), widthFor(sizes.length)];
  const [Ids, Lengths] = [arrays[idBytes], arrays[lengthBytes]];
  const file = openSync(join(folder, files.ids), "wx");
  const hash = createHash("sha256");
  let block = new Ids(BLOCK / idBytes);
  let used = 0;
  let tokens = 0;
  const source = growing(Lengths);
  const target = growing(Lengths);
  const numbers = growing(Uint32Array);
  const flush = (): void => {
    const bytes = new Uint8Array(block.buffer, 0, used * idBytes);
    hash.update(bytes);
    writeAll(file, bytes);
    used = 0;
  };
  return {
    add: (example, number) => {
      const length = example.source.length + example.target.length;
      if (used + length > block.length) flush();
      if (length > block.length) block = new Ids(length);
      block.set(example.source, used);
      block.set(example.target, used + example.source.length);
      used += length;
      tokens += length;
      source.push(example.source.length);
      target.push(example.target.length);
      numbers.push(number);
    },
    finish: (report) => {
      flush();
      const index = Buffer.concat([source.bytes(), target.bytes(), numbers.bytes()]);
      writeFileSync(join(folder, files.index), index, { flag: "wx" });
      const sha256 = { ids: hash.digest("hex"), index: sha256Of(index) };
      const about: About = {
        ...{ pairs: numbers.size(), tokens, id: idBytes, length: lengthBytes },
        ...{ report, sha256 },
      };
      writeFileSync(join(folder, files.about), JSON.stringify(about), { flag: "wx" });
    },
    close: () => closeSync(file),
  };
}

/**
 * The pairs in a folder: lengths and numbers in memory, 8 bytes a pair, and ids read when they are asked for.
 *
 * @returns undefined unless the files are whole; the signal's reason is thrown once it is aborted
 */
export async function openEncodedFile(
  folder: string,
  options: OpenOptions = {},
): Promise<EncodedCorpusFile | undefined> {
  try {
    const about = JSON.parse(readFileSync(join(folder, files.about), "utf8")) as About;
    const index = readFileSync(join(folder, files.index));
    if (sha256Of(index) !== about.sha256.index) return undefined;
    if (bytesIn(join(folder, files.ids)) !== about.tokens * about.id) return undefined;
    if ((await sha256OfFile(join(folder, files.ids), options)) !== about.sha256.ids) return undefined;
    return encodedFile(folder, about, index);
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code) return undefined;
    throw error;
  }
}

/** The files as they have just been written. */
export function writtenFile(folder: string): EncodedCorpusFile {
  const about = JSON.parse(readFileSync(join(folder, files.about), "utf8")) as About;
  return encodedFile(folder, about, readFileSync(join(folder, files.index)));
}

/** Pairs whose first ids have a place of their own in the index; the others are counted from there. */
const STRIDE = 64;
const readAt = promisify(read);

function encodedFile(folder: string, about: About, index: Buffer): EncodedCorpusFile {
  const { pairs: size, tokens, id: idBytes, length: lengthBytes, report } = about;
  // Copied, to begin at a multiple of their size.
  const bytes = Uint8Array.from(index).buffer;
  const Lengths = arrays[lengthBytes];
  const lengths = {
    source: new Lengths(bytes, 0, size),
    target: new Lengths(bytes, lengthBytes * size, size),
  };
  const numbers = new Uint32Array(bytes, 2 * lengthBytes * size, size);
  const lengthOf = (i: number): number => (lengths.source[i] as number) + (lengths.target[i] as number);
  const places = new Float64Array(Math.ceil(size / STRIDE));
  for (let i = 0, place = 0; i < size; place += lengthOf(i), i++)
    if (i % STRIDE === 0) places[i / STRIDE] = place;
  const placeOf = (index: number): number => {
    let place = places[Math.floor(index / STRIDE)] as number;
    for (let i = index - (index % STRIDE); i < index; i++) place += lengthOf(i);
    return place;
  };

  const path = join(folder, files.ids);
  // Opened once, so that it can still be read when its name is gone.
  let file: number | undefined = openSync(path, "r");
  const readPair = async (index: number): Promise<PairExample> => {
    const ids = new arrays[idBytes](lengthOf(index));
    const part = new Uint8Array(ids.buffer);
    for (let done = 0; done < part.length; ) {
      const at = placeOf(index) * idBytes + done;
      const { bytesRead } = await readAt(file as number, part, done, part.length - done, at);
      if (bytesRead === 0) throw new Error("the file is shorter than it was");
      done += bytesRead;
    }
    const end = lengths.source[index] as number;
    return { source: Int32Array.from(ids.subarray(0, end)), target: Int32Array.from(ids.subarray(end)) };
  };
  const pairs: EncodedPairs = {
    size,
    lengths,
    tokens,
    number: (index) => numbers[index] as number,
    read: async (indices) => {
      try {
        return await Promise.all(Array.from(indices, readPair));
      } catch (cause) {
        const problem = `cannot be read any more (${(cause as Error).message})`;
        const remedy = "start again with --resume: what is missing is encoded again";
        throw heedError("ERR_IO", { where: path, cause: problem, remedy }, cause);
      }
    },
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
  return { pairs, report };
}

/** A typed array that grows. */
function growing(ArrayType: typeof Uint16Array | typeof Uint32Array): {
  readonly push: (number: number) => void;
  readonly size: () => number;
  readonly bytes: () => Uint8Array;
} {
  let numbers = new ArrayType(1024);
  let size = 0;
  return {
    push: (number) => {
      if (size === numbers.length) {
        const larger = new ArrayType(2 * size);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[size++] = number;
    },
    size: () => size,
    bytes: () => new Uint8Array(numbers.buffer, 0, size * numbers.BYTES_PER_ELEMENT),
  };
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function sha256OfFile(path: string, { onBytes, signal }: OpenOptions): Promise<string> {
  const hash = createHash("sha256");
  const total = bytesIn(path);
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    hash.update(chunk as Uint8Array);
    done += (chunk as Uint8Array).length;
    onBytes?.(done, total);
  }
  return hash.digest("hex");
}
