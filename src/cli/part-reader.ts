/** Reads parts back, a block at a time, without keeping any file open: there may be thousands. */
import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { heedError } from "../errors.ts";
import { reason } from "../runs/durable.node.ts";
import type { PartBlock, PartEnd, PartHead, PartSums } from "./part-file.ts";

/** A part that was read to its end and is as it was written. */
export interface CheckedPart extends PartHead {
  readonly path: string;
  readonly end: PartEnd;
  readonly sums: PartSums;
  readonly blocks: readonly PlacedBlock[];
}

/** A block and where its results begin, in bytes from the start of the file. */
export interface PlacedBlock extends PartBlock {
  readonly at: number;
}

/** Longest line of a part's own records, in bytes. */
const LONGEST = 1 << 20;

/** Reads a part through and checks it. @throws ERR_INPUT when it cannot be read, ERR_DATA when it is damaged */
export async function checkPart(path: string): Promise<CheckedPart> {
  const head = lineAt(path, 0);
  const { heed, shard, about } = head.record as unknown as PartHead;
  if (heed !== "part" || !Array.isArray(shard) || typeof about !== "object") throw damaged(path);
  const blocks: PlacedBlock[] = [];
  let at = head.next;
  for (;;) {
    const { record, next } = lineAt(path, at);
    if (typeof record.bytes !== "number") {
      const last = lineAt(path, next);
      const { end, sums } = record as { end?: PartEnd; sums?: PartSums };
      if (!end || !sums || last.record.sha256 !== (await hashOf(path, next))) throw damaged(path);
      return { heed, shard, about, path, end, sums, blocks };
    }
    const { bytes, besides = 0 } = record as unknown as PartBlock;
    if (![bytes, besides].every((each) => Number.isSafeInteger(each) && each >= 0)) throw damaged(path);
    blocks.push({ ...(record as unknown as PartBlock), at: next });
    at = next + bytes + besides;
  }
}

/** The results of a block. */
export const contentOf = (path: string, { at, bytes }: PlacedBlock): Buffer => bytesAt(path, at, bytes);

/** What a block has for another file. */
export const besidesOf = (path: string, { at, bytes, besides = 0 }: PlacedBlock): Buffer =>
  bytesAt(path, at + bytes, besides);

function bytesAt(path: string, at: number, bytes: number): Buffer {
  const content = Buffer.alloc(bytes);
  if (readAt(path, content, at) < bytes) throw damaged(path);
  return content;
}

/** Whether two parts were asked for the same. */
export const haveSameAbout = (a: PartHead, b: Pick<PartHead, "about">): boolean =>
  isDeepStrictEqual(a.about, JSON.parse(JSON.stringify(b.about)));

function lineAt(path: string, at: number): { record: Record<string, unknown>; next: number } {
  for (let size = 1 << 12; ; size *= 16) {
    const bytes = Buffer.alloc(size);
    const read = readAt(path, bytes, at);
    const end = bytes.subarray(0, read).indexOf(10);
    if (end < 0 && read === size && size < LONGEST) continue;
    try {
      const record: unknown = JSON.parse(bytes.toString("utf8", 0, end));
      if (typeof record === "object" && record !== null)
        return { record: record as Record<string, unknown>, next: at + end + 1 };
    } catch {} // Said below.
    throw damaged(path);
  }
}

function readAt(path: string, into: Buffer, at: number): number {
  try {
    const file = openSync(path, "r");
    try {
      let read = 0;
      while (read < into.length) {
        const more = readSync(file, into, read, into.length - read, at + read);
        if (more === 0) break;
        read += more;
      }
      return read;
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw heedError("ERR_INPUT", { where: path, cause: `cannot be read (${reason(cause)})` }, cause);
  }
}

async function hashOf(path: string, bytes: number): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { end: bytes - 1 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

const damaged = (path: string): Error =>
  heedError("ERR_DATA", {
    where: path,
    cause: "is no part, or damaged",
    remedy: "remove it and run its shard again",
  });
