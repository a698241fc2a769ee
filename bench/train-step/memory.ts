/**
 * Claim: memory is flat over 1,000 training steps, though every batch has other lengths.
 *
 *   npx tsx bench/train-step/memory.ts [--steps 1000]
 */
import { parseArgs } from "node:util";
import { machine } from "../machine.ts";
import { openHeedStep, sizes } from "./heed-step.ts";

const { values } = parseArgs({ options: { steps: { type: "string", default: "1000" } } });
const [small] = sizes;
if (!small) throw new Error("no size");
const lengths = [5, 8, 12, 16, 23];
const step = await openHeedStep(small, 0.1);
console.log(`${machine()}; ${small.name}, lengths ${lengths.join(", ")} in turn\n`);
console.log("| step | resident MiB | JavaScript heap MiB |\n|---|---|---|");
for (let i = 1; i <= Number(values.steps); i++) {
  await step.run(lengths[i % lengths.length]);
  if (i === 10 || i % 100 === 0) {
    const { rss, heapUsed } = process.memoryUsage();
    console.log(`| ${i} | ${(rss / 2 ** 20).toFixed(0)} | ${(heapUsed / 2 ** 20).toFixed(0)} |`);
  }
}
step.close();
