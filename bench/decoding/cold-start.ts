/**
 * Claim: from starting `heed translate` to the first translation of a model with 10 million parameters it takes at most
 * 700 ms.
 *
 *   npm run build && npx tsx bench/decoding/cold-start.ts [--rounds 9]
 *
 * Whole processes, one sentence of six words, at most eight tokens out; greedy and the default beam.
 * Medians and best rounds; beside them node itself, doing nothing.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machine, median } from "../machine.ts";
import { writeRandomRun } from "./random-run.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "9" } } });
const directory = mkdtempSync(join(tmpdir(), "heed-cold-"));
const { parameters, word } = writeRandomRun(directory);
const input = `${Array.from({ length: 6 }, (_, i) => word(i)).join(" ")}\n`;
const heed = ["dist/cli/bin.cjs", "translate", directory, "--max-length", "8"];
const sides = { node: ["-e", ""], greedy: [...heed, "--beam", "1"], "beam 4": heed };

function milliseconds(args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - began;
}

const times = Object.entries(sides).map(([name, args]) => ({ name, args, all: [] as number[] }));
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const { args, all } of times) {
    const took = milliseconds(args);
    if (round > 0) all.push(took);
  }
}
console.log(`${machine()}; ${parameters} parameters; ${values.rounds} alternating rounds\n`);
console.log("| process | ms, median | best |\n|---|---|---|");
for (const { name, all } of times)
  console.log(`| ${name} | ${median(all).toFixed(0)} | ${Math.min(...all).toFixed(0)} |`);
rmSync(directory, { recursive: true, force: true });
