/**
 * Claims: on two cores, two ranks with one thread each train at 0.9 of the speed of one process with two threads, or more;
 * and they sum 48 MB over shared memory in 12 ms.
 *
 *   npx tsx bench/distributed/two-ranks.ts [--launcher mpirun.openmpi] [--rounds 4] [--steps 10]
 *
 * The step at 3+3 layers of 256 with 64 sentences of 16 tokens, dropout 0.1. The two take turns. Then what travels: 12 million
 * numbers as they are, the model's gradients while some of them are still being gathered and after all are, and rounded.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machine, median, spread } from "../machine.ts";
import { sizeAt } from "../train-step/heed-step.ts";

const { values } = parseArgs({
  options: {
    launcher: { type: "string", default: "mpirun.openmpi" },
    rounds: { type: "string", default: "4" },
    steps: { type: "string", default: "10" },
  },
});
const node = [process.execPath, "--import", "tsx", join(import.meta.dirname, "rank.ts")];
const options = values.launcher.includes("mpich") ? [] : ["--bind-to", "none", "--oversubscribe"];
const env = { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };

/** Milliseconds that rank 0 measured. */
function run(command: readonly string[]): number[] {
  const [file = "", ...args] = command;
  return JSON.parse(execFileSync(file, args, { env, encoding: "utf8" }));
}
const two = (...args: string[]): number[] => run([values.launcher, ...options, "-n", "2", ...node, ...args]);

const [one, both]: [number[], number[]] = [[], []];
for (let round = 0; round < Number(values.rounds); round++) {
  one.push(...run([...node, "alone", values.steps, "2"]));
  both.push(...two("steps", values.steps, "1"));
}
const size = sizeAt("1");
const tokens = size.batch * size.length;
const row = (name: string, ms: readonly number[]): string =>
  `| ${name} | ${median(ms).toFixed(1)} (${spread(ms)}) | ${Math.min(...ms).toFixed(1)} | ${((1000 * tokens) / median(ms)).toFixed(0)} |`;
console.log(
  `${machine()}; ${values.launcher}; ${size.name}, dropout 0.1; ${values.rounds} alternating rounds\n`,
);
console.log("| a step | ms, median (middle half) | best | target tokens/s |\n|---|---|---|---|");
console.log(row("one process, two threads", one));
console.log(row("two ranks, one thread each", both));
console.log(
  `\n${(median(one) / median(both)).toFixed(2)} of its speed; best ${(Math.min(...one) / Math.min(...both)).toFixed(2)}\n`,
);
console.log("| two ranks sum | ms, median (middle half) | best |\n|---|---|---|");
for (const [name, args] of [
  ["12 million numbers", ["reduction", "30", "1", "float32"]],
  ["12 million numbers, rounded to bfloat16", ["reduction", "30", "1", "bfloat16"]],
  ["the model's gradients, as a step does", ["gradients", "30", "1", "overlapping"]],
  ["the model's gradients, copied first", ["gradients", "30", "1", "one-by-one"]],
] as const) {
  const ms = two(...args);
  console.log(`| ${name} | ${median(ms).toFixed(1)} (${spread(ms)}) | ${Math.min(...ms).toFixed(1)} |`);
}
