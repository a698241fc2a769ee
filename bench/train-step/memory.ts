/**
 * Claim: memory is flat over 10,000 training steps, though every batch has other lengths.
 *
 *   npx tsx bench/train-step/memory.ts [--steps 10000] [--size 0]
 *
 * The last line is the slope of a line through the second half: what a step leaks, if anything.
 */
import { parseArgs } from "node:util";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { machine } from "../machine.ts";
import { openHeedStep, sizeAt } from "./heed-step.ts";

const { values } = parseArgs({
  options: { steps: { type: "string", default: "10000" }, size: { type: "string", default: "0" } },
});
const size = sizeAt(values.size);
const steps = Number(values.steps);
const lengths = [5, 8, 12, 16, 23];
const step = await openHeedStep(openNativeEngine(), size, 0.1);
console.log(`${machine()}; ${size.name}, lengths ${lengths.join(", ")} in turn\n`);
console.log("| step | resident MiB | JavaScript heap MiB |\n|---|---|---|");
const later: { step: number; resident: number }[] = [];
for (let i = 1; i <= steps; i++) {
  await step.run(lengths[i % lengths.length]);
  if (i !== 10 && i % Math.ceil(steps / 20) !== 0) continue;
  const { rss, heapUsed } = process.memoryUsage();
  console.log(`| ${i} | ${(rss / 2 ** 20).toFixed(0)} | ${(heapUsed / 2 ** 20).toFixed(0)} |`);
  if (i > steps / 2) later.push({ step: i, resident: rss });
}
step.close();
const center = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length;
const [atStep, atResident] = [center(later.map((one) => one.step)), center(later.map((one) => one.resident))];
const covariance = later.reduce((sum, one) => sum + (one.step - atStep) * (one.resident - atResident), 0);
const variance = later.reduce((sum, one) => sum + (one.step - atStep) ** 2, 0);
console.log(`\n${((covariance / variance) * 1000).toFixed(0)} bytes per 1,000 steps in the second half`);
