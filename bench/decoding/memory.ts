/**
 * Claim: `heed translate` needs no more memory for 100,000 lines than for 20,000, and keeps their order.
 *
 *   npm run build && npx tsx bench/decoding/memory.ts [--lines 100000]
 *
 * Runs whole processes over a small model with random weights; prints peak resident memory (Linux) and lines a second.
 * Every line names its number, so that order can be checked: `--json` gives each source back.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { machine } from "../machine.ts";
import { writeRandomRun } from "./random-run.ts";

const { values } = parseArgs({ options: { lines: { type: "string", default: "100000" } } });
const directory = mkdtempSync(join(tmpdir(), "heed-memory-"));
const { word } = writeRandomRun(directory, { dModel: 64, layers: 1, vocab: 2000 });
console.log(`${machine()}\n\n| lines | peak MB | lines/s |\n|---|---|---|`);
for (const lines of [20_000, Number(values.lines)]) {
  const { megabytes, seconds } = await translate(lines);
  console.log(`| ${lines} | ${megabytes.toFixed(0)} | ${(lines / seconds).toFixed(0)} |`);
}
rmSync(directory, { recursive: true, force: true });

async function translate(lines: number): Promise<{ megabytes: number; seconds: number }> {
  const args = ["dist/cli/bin.cjs", "translate", directory, "--beam", "1", "--max-length", "4", "--json"];
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const text = (n: number): string => `${word(n)} ${n}`;
  const feed = async (): Promise<void> => {
    for (let n = 0; n < lines; n++)
      if (!child.stdin.write(`${text(n)}\n`))
        await new Promise((resolve) => child.stdin.once("drain", resolve));
    child.stdin.end();
  };
  const fed = feed();
  let next = 0;
  let peak = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (JSON.parse(line).source !== text(next)) throw new Error(`line ${next} is out of order`);
    // The peak can only be read while the process lives.
    if (++next % 1000 === 0) {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    }
  }
  await fed;
  if (next !== lines) throw new Error(`${next} of ${lines} lines came back`);
  return { megabytes: peak, seconds: (performance.now() - began) / 1000 };
}
