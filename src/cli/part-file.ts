/**
 * A part: what one shard of a job wrote, whole or not there at all.
 *
 *   {"heed": "part", "shard": [3, 8], "about": …}       what was asked
 *   {"block": 2, "lines": 1024, "bytes": 51200}         and so many bytes of results, for each block of lines
 *   {…, "besides": 90000}                               where a second file is asked for: so many bytes of it follow
 *   {"end": {"lines": …, "input": …}, "sums": …}        what was read, and what the shards' numbers add up to
 *   {"sha256": …}                                       of all of the above
 *
 * Blocks are dealt out in turn: shard i of n has blocks i - 1, i - 1 + n, … So no shard has to know the length of the
 * input, and taking a block from each part in turn gives the results in the order of the input.
 */
import { createHash, randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import { reason, takePlace, tryToRemove, writeWhole } from "../runs/durable.node.ts";
import type { Shard } from "./shard.ts";

/** What the results depend on: equal in all parts of a job. */
export interface PartAbout {
  readonly command: string;
  readonly version: string;
  /** Models by the hash of their weights. */
  readonly models: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

export interface PartHead {
  readonly heed: "part";
  readonly shard: readonly [index: number, count: number];
  readonly about: PartAbout;
}

export interface PartBlock {
  readonly block: number;
  readonly lines: number;
  readonly bytes: number;
  /** Bytes of what goes into another file than the results, after them. Default: none. */
  readonly besides?: number;
}

/** Facts that all parts of a job agree in, as every shard reads the whole input. */
export interface PartEnd {
  /** Lines, or cells of a sweep, of all shards together. */
  readonly lines: number;
  /** SHA-256 of the input. */
  readonly input: string;
  readonly [fact: string]: string | number;
}

/** Numbers to be added up over the parts. */
export type PartSums = Readonly<Record<string, readonly number[]>>;

/** Lines of a block. */
export const BLOCK = 1024;

/** How many of an input's lines a shard processes. */
export function ownLines(lines: number, { index, count }: Shard): number {
  const whole = Math.floor(lines / BLOCK);
  const blocks = Math.floor(whole / count) + (whole % count >= index ? 1 : 0);
  return BLOCK * blocks + (whole % count === index - 1 ? lines % BLOCK : 0);
}

export const partName = ({ index, count }: Shard): string => `part-${index}-of-${count}`;

/** The parts in a folder, of whatever number of shards. */
export function partsIn(folder: string): { readonly name: string; readonly shard: Shard }[] {
  return readdirSync(folder).flatMap((name) => {
    const [, index, count] = /^part-(\d+)-of-(\d+)$/.exec(name) ?? [];
    return index === undefined ? [] : [{ name, shard: { index: Number(index), count: Number(count) } }];
  });
}

/** A text in pieces: as a whole it could be longer than a string may be. */
export type Pieces = readonly string[];

export interface PartWriter {
  /** Adds the results of `lines` lines, and what goes into another file. */
  readonly block: (number: number, lines: number, content: Pieces, besides?: Pieces) => void;
  /** Gives the part its name: from now on it is there, whole. */
  readonly finish: (end: PartEnd, sums?: PartSums) => void;
  /** Removes what was written, unless it is finished. */
  readonly discard: () => void;
}

/**
 * Begins a part. Leftovers of a process that died while writing it are removed.
 *
 * @throws ERR_CREATE when the folder cannot be made or has parts of another number of shards; ERR_IO when writing fails.
 */
export function beginPart(folder: string, shard: Shard, about: PartAbout): PartWriter {
  const name = partName(shard);
  const prefix = `.writing-${name}-`;
  // Process ids repeat in containers: another process must not finish what this one writes.
  const temporary = join(folder, `${prefix}${randomUUID()}`);
  const path = join(folder, name);
  const file = inFolder(folder, () => {
    mkdirSync(folder, { recursive: true });
    for (const each of readdirSync(folder)) if (each.startsWith(prefix)) tryToRemove(join(folder, each));
    return openSync(temporary, "wx");
  });
  const hash = createHash("sha256");
  let isOpen = true;
  const saved = (write: () => void): void => {
    try {
      write();
    } catch (cause) {
      const remedy = "the other parts are untouched; run this shard again";
      throw heedError(
        "ERR_IO",
        { where: path, cause: `cannot be written (${reason(cause)})`, remedy },
        cause,
      );
    }
  };
  const append = (content: string): void => {
    hash.update(content);
    writeWhole(file, content);
  };
  const line = (record: object): void => append(`${JSON.stringify(record)}\n`);
  const close = (): void => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  saved(() => line({ heed: "part", shard: [shard.index, shard.count], about } satisfies PartHead));
  return {
    block: (number, lines, content, besides = []) =>
      saved(() => {
        const more = besides.length > 0 ? { besides: bytesOf(besides) } : {};
        line({ block: number, lines, bytes: bytesOf(content), ...more } satisfies PartBlock);
        for (const piece of content) append(piece);
        for (const piece of besides) append(piece);
      }),
    finish: (end, sums = {}) =>
      saved(() => {
        line({ end, sums });
        writeWhole(file, `${JSON.stringify({ sha256: hash.digest("hex") })}\n`);
        fsyncSync(file);
        close();
        takePlace(temporary, path);
      }),
    discard: () => {
      close();
      tryToRemove(temporary);
    },
  };
}

const bytesOf = (pieces: Pieces): number => pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);

/** @throws ERR_CREATE when a folder has parts of another number of shards than `count` */
export function refuseOtherCounts(folder: string, { count }: Shard): void {
  const others = existsSync(folder)
    ? inFolder(folder, () => partsIn(folder)).filter(({ shard }) => shard.count !== count)
    : [];
  const [other] = others;
  if (!other) return;
  const cause = `holds parts of ${other.shard.count} shares, not of ${count}`;
  throw heedError("ERR_CREATE", { where: folder, cause, remedy: "write the same number, or another folder" });
}

function inFolder<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const remedy = "choose a folder that can be written";
    throw heedError(
      "ERR_CREATE",
      { where: folder, cause: `cannot hold parts (${reason(cause)})`, remedy },
      cause,
    );
  }
}
