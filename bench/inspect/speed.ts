/**
 * Looking inside against a plain forward pass, one intervention, and opening; alternating rounds, medians.
 *
 *   npx tsx bench/inspect/speed.ts [RUN]        RUN: a run of the quickstart, for the last rows
 */
import { existsSync } from "node:fs";
import { openEngine } from "heed";
import { type LookOptions, openInspector } from "heed/inspect";
import { openRun } from "heed/runs";
import type { Engine } from "heed/runtime";
import { machine, median } from "../machine.ts";
import { example, open } from "./model.ts";

const ROUNDS = 15;
console.log(machine());

async function milliseconds(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Medians of runs that alternate, after two of each that are not counted. */
async function race(...runs: (() => Promise<unknown>)[]): Promise<number[]> {
  const times = runs.map((): number[] => []);
  for (let round = -2; round < ROUNDS; round++) {
    for (const [i, run] of runs.entries()) {
      const time = await milliseconds(run);
      if (round >= 0) times[i]?.push(time);
    }
  }
  return times.map(median);
}

const native = await openEngine("cpu");
const large = await open(native, { layers: 6, dModel: 512, heads: 8 });
const at = example(40);
const all: LookOptions = { taps: ["**.weights"] };
const [plain = 0, looked = 0] = await race(
  () => large.run(at),
  () => large.run(at, all),
);
large.close();
console.log(
  `6 + 6 layers, 8 heads, d 512, 40 + 40 tokens: forward pass ${plain.toFixed(1)} ms, with all weights ${looked.toFixed(1)} ms: ${(looked / plain).toFixed(2)} times`,
);

async function intervention(name: string, engine: Engine): Promise<void> {
  const look = await open(engine, { layers: 3, dModel: 256, heads: 4 });
  let share = 0;
  const [time = 0] = await race(() => {
    share = (share + 0.1) % 1;
    const one = { at: "decoder.1.cross.weights", head: 2, row: 3, column: 1, to: share, renormalise: true };
    return look.run(example(20), { intervene: [one as never] });
  });
  look.close();
  console.log(
    `3 + 3 layers, d 256, 20 + 20 tokens, ${name}: one intervention, with and without: ${time.toFixed(1)} ms`,
  );
}
await intervention("native", native);
await intervention("WASM", await openEngine("wasm"));

const [path] = process.argv.slice(2);
if (path !== undefined && existsSync(path)) {
  const [opened = 0, seen = 0] = await race(
    async () => {
      const run = openRun(path);
      (await openInspector({ engine: native, of: run, weights: run.weights })).close();
    },
    async () => {
      const run = openRun(path);
      const look = await openInspector({ engine: native, of: run, weights: run.weights });
      const pair = { source: "We see the green car.", target: "Nous voyons la voiture verte." };
      await look.run(pair, { taps: ["**.weights"] });
      look.close();
    },
  );
  console.log(
    `${path}: an inspector opens in ${opened.toFixed(0)} ms; with its first look ${seen.toFixed(0)} ms`,
  );
}
