/** Lines on their way through a model: all of them to standard output, or one shard's to its part. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import { openOutput } from "../runs/output-file.node.ts";
import type { Io } from "./io.ts";
import { BLOCK, beginPart, type PartAbout, type PartSums, partName, refuseOtherCounts } from "./part-file.ts";
import { checkPart, haveSameAbout } from "./part-reader.ts";
import type { Shard } from "./shard.ts";

export interface Flow<T> {
  /** What is to be processed, some lines at a time. Asking for the next ones says that the results are written. */
  readonly windows: AsyncIterable<T[]>;
  /** Lines that a window stands for at least, to choose threads by: a shard's short block follows whole ones. */
  readonly leastLines: number;
  readonly writeLine: (line: string) => Promise<void>;
  /** Writes a line of the second file, where one is asked for. */
  readonly writeBesides: (line: string) => void;
  /** Says that all results are written. `sums` are added up over all shards. */
  readonly end: (sums?: PartSums) => void;
  readonly close: () => void;
}

/** All windows, to standard output and perhaps another file. @throws ERR_CREATE when that cannot be written */
export function wholeFlow<T>(windows: AsyncIterable<T[]>, io: Io, besides?: string): Flow<T> {
  const output = besides === undefined ? undefined : openOutput(besides);
  return {
    windows,
    leastLines: 0,
    writeLine: io.writeLine,
    writeBesides: (line) => output?.write(`${line}\n`),
    end: () => undefined,
    close: () => output?.close(),
  };
}

export interface ShardedWork<T> {
  readonly shard: Shard;
  readonly folder: string;
  readonly about: PartAbout;
  /** The whole input, of which this shard processes some blocks. */
  readonly items: AsyncIterable<T> | Iterable<T>;
  /** What the hash of the input is computed from. */
  readonly textOf: (item: T) => string;
  /** More facts that all parts must agree in. */
  readonly facts?: Readonly<Record<string, string>>;
}

/**
 * A shard's blocks, to its part.
 *
 * @returns undefined when the part is there already, of the same input: nothing is left to do.
 * @throws ERR_CREATE when it is the part of another job, or the folder cannot be written.
 */
export async function shardedFlow<T>(work: ShardedWork<T>, io: Io): Promise<Flow<T> | undefined> {
  const { shard, folder, about, facts } = work;
  refuseOtherCounts(folder, shard);
  const input = createHash("sha256");
  let lines = 0;
  async function* numbered(): AsyncGenerator<{ block: number; item: T }> {
    for await (const item of work.items) {
      io.signal.throwIfAborted();
      input.update(`${work.textOf(item)}\n`);
      yield { block: Math.floor(lines++ / BLOCK), item };
    }
  }
  const path = join(folder, partName(shard));
  if (existsSync(path)) {
    const part = await checkPart(path);
    for await (const _ of numbered());
    if (haveSameAbout(part, { about }) && part.end.input === input.digest("hex")) {
      io.say(`${path} is there already`);
      return undefined;
    }
    const remedy = "remove it, or choose another --parts";
    const cause = "is of another job: the model, the options or the input differ";
    throw heedError("ERR_CREATE", { where: path, cause, remedy });
  }
  const part = beginPart(folder, shard, about);
  let written: string[] = [];
  let besides: string[] = [];
  return {
    windows: blocksOf(numbered(), shard, (number, count) => {
      part.block(number, count, [written.join("")], besides);
      [written, besides] = [[], []];
    }),
    leastLines: shard.index > 1 ? BLOCK : 0,
    writeLine: async (line) => {
      written.push(`${line}\n`);
    },
    writeBesides: (line) => {
      besides.push(`${line}\n`);
    },
    end: (sums) => part.finish({ lines, input: input.digest("hex"), ...facts }, sums),
    close: () => part.discard(),
  };
}

/** A shard's blocks; `isWritten` is called once the next one is asked for. */
async function* blocksOf<T>(
  items: AsyncIterable<{ readonly block: number; readonly item: T }>,
  { index, count }: Shard,
  isWritten: (block: number, lines: number) => void,
): AsyncGenerator<T[]> {
  let own: T[] = [];
  let current = index - 1;
  for await (const { block, item } of items) {
    if (block % count !== index - 1) continue;
    current = block;
    own.push(item);
    if (own.length < BLOCK) continue;
    yield own;
    isWritten(block, own.length);
    own = [];
  }
  if (own.length === 0) return;
  yield own;
  isWritten(current, own.length);
}
