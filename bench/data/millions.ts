/**
 * Claim: millions of short lines are read, and millions of pairs put into the batches of an epoch, in some twenty seconds.
 *
 *   npx tsx bench/data/millions.ts [--lines 25000000] [--pairs 24000000]
 *
 * Lines of some 38 bytes from a gzip of parts of a million; pairs of random lengths from 20 to 79 tokens on either side.
 * Prints processor seconds, and the highest memory while reading.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { planning } from "../../src/data/epoch-plan.ts";
import { readLines } from "../../src/data/files.node.ts";
import { randomInts } from "../../src/random.ts";
import { atOnce } from "../../src/work.ts";
import { machine } from "../machine.ts";

const { values } = parseArgs({
  options: { lines: { type: "string", default: "25000000" }, pairs: { type: "string", default: "24000000" } },
});
const PART = 1_000_000;

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

console.log(machine());
const folder = mkdtempSync(join(tmpdir(), "heed-millions-"));
try {
  const file = join(folder, "lines.gz");
  for (let from = 0; from < Number(values.lines); from += PART) {
    const count = Math.min(PART, Number(values.lines) - from);
    const lines = Array.from({ length: count }, (_, i) => `line ${from + i} of words and other words\n`);
    writeFileSync(file, gzipSync(lines.join("")), { flag: "a" });
  }
  const began = processorSeconds();
  let [read, memory] = [0, 0];
  for await (const _ of readLines(file)) {
    read += 1;
    if (read % PART === 0) memory = Math.max(memory, process.memoryUsage.rss());
  }
  const seconds = (processorSeconds() - began).toFixed(1);
  console.log(`${read} lines: ${seconds} s, ${(memory / 1e6).toFixed(0)} MB`);
} finally {
  rmSync(folder, { recursive: true });
}

const next = randomInts(1, "lengths");
const lengths = (): Uint16Array =>
  new Uint16Array(Number(values.pairs)).map(() => 20 + ((next() >>> 0) % 60));
const pairs = { source: lengths(), target: lengths() };
const began = processorSeconds();
const { size } = atOnce(planning(pairs, { batchTokens: 2048, seed: 1, epoch: 0 }));
console.log(`${values.pairs} pairs in ${size} batches: ${(processorSeconds() - began).toFixed(1)} s`);
