import { heedError } from "../errors.ts";
import type { Pair, PairSpec } from "./corpus-reader.ts";
import { type ReadOptions, readLineGroups, readLines } from "./files.node.ts";
import { oneByOne } from "./one-by-one.ts";

export interface PairOptions extends ReadOptions {
  /** Called once, after the last line, if lines had more than two columns; the others are ignored. */
  readonly onExtraColumns?: ((path: string, lines: number) => void) | undefined;
}

/** The message for the user in that case. */
export const extraColumns = (path: string, lines: number): string =>
  `${path}: ${lines} ${lines === 1 ? "line has" : "lines have"} more than two columns; only source and target are read`;

/**
 * The sentence pairs of `spec` in the order of the file, read lazily.
 *
 * @throws ERR_INPUT when a file cannot be read.
 * @throws ERR_DATA when the two files differ in their number of lines, a line has no tab or is not such a JSON object,
 *   and as `readLines` does.
 */
export function readPairs(spec: PairSpec, options: PairOptions = {}): AsyncGenerator<Pair, void, undefined> {
  if ("pairs" in spec) return oneByOne(readTabSeparated(spec.pairs, options));
  if ("jsonl" in spec) return readJsonLines(spec.jsonl, options);
  return readTwoFiles(spec.source, spec.target, options);
}

async function* readTabSeparated(
  path: string,
  options: PairOptions,
): AsyncGenerator<Pair[], void, undefined> {
  let number = 0;
  let wider = 0;
  for await (const lines of readLineGroups(path, options)) {
    const pairs: Pair[] = [];
    for (const line of lines) {
      const [source = "", target, further] = line.split("\t", 3);
      if (target === undefined) break;
      if (further !== undefined) wider++;
      pairs.push({ source, target });
    }
    number += pairs.length;
    yield pairs;
    if (pairs.length === lines.length) continue;
    const remedy = "write source, tab, target on each line";
    throw heedError("ERR_DATA", { where: `${path}:${number + 1}`, cause: "line without a tab", remedy });
  }
  if (wider > 0) options.onExtraColumns?.(path, wider);
}

async function* readJsonLines(path: string, options: ReadOptions): AsyncGenerator<Pair, void, undefined> {
  let number = 0;
  for await (const line of readLines(path, options)) {
    number++;
    const where = `${path}:${number}`;
    const remedy = 'write {"source": "...", "target": "..."} on each line';
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch (error) {
      throw heedError("ERR_DATA", { where, cause: "not JSON", remedy }, error);
    }
    yield {
      source: textAt(record, "source", where, remedy),
      target: textAt(record, "target", where, remedy),
    };
  }
}

function textAt(record: unknown, key: keyof Pair, where: string, remedy: string): string {
  const isObject = typeof record === "object" && record !== null;
  const text: unknown = isObject && Object.hasOwn(record, key) ? (record as Partial<Pair>)[key] : undefined;
  if (typeof text !== "string")
    throw heedError("ERR_DATA", { where, cause: `no text at the key "${key}"`, remedy });
  return text;
}

async function* readTwoFiles(
  source: string,
  target: string,
  options: ReadOptions,
): AsyncGenerator<Pair, void, undefined> {
  const sources = readLines(source, options);
  // The two are read side by side: the bytes of one tell how far both are.
  const targets = readLines(target, { ...options, onBytes: undefined });
  let count = 0;
  try {
    for (;;) {
      const [left, right] = [await sources.next(), await targets.next()];
      if (left.done && right.done) return;
      if (left.done || right.done) {
        const more = 1 + (await countLines(left.done ? targets : sources));
        const [lines, others] = left.done ? [count, count + more] : [count + more, count];
        const cause = `${source} has ${lines} lines but ${target} has ${others}`;
        const remedy = "line i of one file must be the translation of line i of the other";
        throw heedError("ERR_DATA", { where: target, cause, remedy });
      }
      count++;
      yield { source: left.value, target: right.value };
    }
  } finally {
    await sources.return();
    await targets.return();
  }
}

async function countLines(lines: AsyncIterable<string>): Promise<number> {
  let count = 0;
  for await (const _ of lines) count++;
  return count;
}
