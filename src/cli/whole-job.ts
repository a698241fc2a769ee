/** The parts of a job, checked. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { heedError } from "../errors.ts";
import type { Io } from "./io.ts";
import { BLOCK, partName, partsIn } from "./part-file.ts";
import { type CheckedPart, checkPart, contentOf, haveSameAbout, type PlacedBlock } from "./part-reader.ts";

/** Parts that belong together, in order, all there. */
export type WholeJob = readonly [CheckedPart, ...CheckedPart[]];

/** The results of all blocks, in the order of the input; or what else they have, read by `besidesOf`. */
export function* contents(parts: WholeJob, read = contentOf): Generator<Buffer> {
  const blocks = parts.reduce((sum, each) => sum + each.blocks.length, 0);
  for (let number = 0; number < blocks; number++) {
    const part = parts[number % parts.length] as CheckedPart;
    yield read(part.path, part.blocks[Math.floor(number / parts.length)] as PlacedBlock);
  }
}

/**
 * Reads all parts of a job through.
 *
 * @throws ERR_INPUT when there is no such folder; ERR_DATA when parts are missing, damaged, of different jobs, or lack lines.
 */
export async function wholeJob(folder: string, io: Io): Promise<WholeJob> {
  if (!existsSync(folder)) throw heedError("ERR_INPUT", { where: folder, cause: "no such folder" });
  const refuse = (cause: string, remedy: string, where = folder): never => {
    throw heedError("ERR_DATA", { where, cause, remedy });
  };
  const found = partsIn(folder);
  const [any] = found;
  if (!any) return refuse("has no parts", "run a command with --shard I/N --parts on it first");
  const { count } = any.shard;
  const other = found.find(({ shard }) => shard.count !== count);
  if (other) refuse(`has ${any.name} and ${other.name}`, "remove the parts of one job");
  const names = new Set(found.map(({ name }) => name));
  const wanted = Array.from({ length: count }, (_, i) => partName({ index: i + 1, count }));
  const missing = wanted.filter((name) => !names.has(name));
  if (missing.length > 0)
    refuse(
      `lacks ${listed(missing)}`,
      missing.length === 1 ? "run this shard again" : "run these shards again",
    );
  const parts: CheckedPart[] = [];
  for (const [i, name] of wanted.entries()) {
    io.signal.throwIfAborted();
    const part = await checkPart(join(folder, name));
    const first = parts[0] ?? part;
    const isSame = haveSameAbout(part, first) && isDeepStrictEqual(part.end, first.end);
    if (!isSame)
      refuse(
        `is not of the same job as ${partName({ index: 1, count })}: ${difference(first, part)} differs`,
        "run one of the two again",
        part.path,
      );
    checkBlocks(part, i, count);
    parts.push(part);
  }
  return parts as unknown as WholeJob;
}

/** @throws ERR_DATA unless a part has exactly the blocks of its shard. */
function checkBlocks({ path, shard, end, blocks, about }: CheckedPart, at: number, count: number): void {
  const size = about.command === "train --sweep" ? 1 : BLOCK;
  const all = Math.ceil(end.lines / size);
  const own = Math.max(0, Math.ceil((all - at) / count));
  const isRight = ({ block, lines }: { block: number; lines: number }, i: number): boolean =>
    block === at + i * count && lines === Math.min(size, end.lines - block * size);
  if (shard[0] === at + 1 && shard[1] === count && blocks.length === own && blocks.every(isRight)) return;
  const cause = "does not have the lines of its shard";
  throw heedError("ERR_DATA", { where: path, cause, remedy: "remove it and run its shard again" });
}

/** What two parts differ in, for a person. */
function difference(a: CheckedPart, b: CheckedPart): string {
  const [was, is] = [facts(a), facts(b)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.filter((name) => !isDeepStrictEqual(was[name], is[name])).join(", ");
}

const facts = ({ about, end }: CheckedPart): Record<string, unknown> => {
  const { options, ...asked } = about;
  return { ...asked, ...options, ...end };
};

/** "part-2-of-9, part-4-of-9 and 3 more" */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
