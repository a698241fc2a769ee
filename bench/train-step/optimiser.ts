/**
 * Claim: AdamW updates large matrices faster in pieces that stay in a core's cache than as a whole.
 *
 *   npx tsx bench/train-step/optimiser.ts [--matrices 24] [--rounds 8]
 *
 * The optimiser's graph alone, in alternating rounds, on matrices of 512 × 2048. Processor time is what other work on the
 * machine disturbs least.
 */
import { parseArgs } from "node:util";
import { parameter } from "../../src/ir/leaf.ts";
import { compile } from "../../src/runtime/compile.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { createState } from "../../src/runtime/state.ts";
import { adamw, optimiser } from "../../src/training/optimiser.ts";
import { machine, median, spread } from "../machine.ts";

const { values } = parseArgs({
  options: { matrices: { type: "string", default: "24" }, rounds: { type: "string", default: "8" } },
});
const shape = [512, 2048];
const engine = openNativeEngine();

async function open(inPieces: boolean): Promise<() => Promise<unknown>> {
  const trained = Array.from({ length: Number(values.matrices) }, (_, i) => ({
    path: `w${i}`,
    value: parameter(`w${i}`, "float32", shape),
    gradient: parameter(`g${i}`, "float32", shape),
  }));
  const { updates, state, feeds } = optimiser(adamw, trained, { inPieces });
  const held = [...trained.flatMap(({ value, gradient }) => [value, gradient]), ...state];
  const entries = held.map(({ dtype, shape, node }) => {
    const { name } = node.attrs as { name: string };
    return [name, { dtype, shape: shape as readonly number[] }] as const;
  });
  const update = await compile({ engine, state: createState(engine, entries), outputs: {}, updates });
  return () => update(feeds(1, 1e-3));
}

const ways = [
  { name: "whole", run: await open(false), wall: [] as number[], processor: [] as number[] },
  { name: "in pieces", run: await open(true), wall: [] as number[], processor: [] as number[] },
];
for (const { run } of ways) await run();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const { run, wall, processor } of ways) {
    const before = process.cpuUsage();
    const began = performance.now();
    await run();
    wall.push(performance.now() - began);
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / 1000);
  }
}
const millions = (Number(values.matrices) * shape.reduce((a, b) => a * b, 1)) / 1e6;
console.log(`${machine()}; ${millions.toFixed(0)} million weights, medians of ${values.rounds} rounds\n`);
console.log("| AdamW | ms (middle half) | processor ms (middle half) |");
console.log("|---|---|---|");
for (const { name, wall, processor } of ways) {
  const cells = [wall, processor].map((times) => `${median(times).toFixed(0)} (${spread(times)})`);
  console.log(`| ${[name, ...cells].join(" | ")} |`);
}
process.exit(0);
