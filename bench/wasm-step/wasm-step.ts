/**
 * Claim: in a page, on WASM with the same threads, a training step takes less time than in jax-js and TensorFlow.js, and
 * reaches at least 70 % of the speed of its matrix products alone.
 *
 *   npm install --prefix bench/peers/js
 *   npx tsx bench/wasm-step/wasm-step.ts [--chromium /usr/bin/chromium] [--sizes 0] [--rounds 3] [--steps 2] [--warm 6]
 *
 * Every side in a page of its own, in alternating rounds; the model, the batch and the threads are the same, and the loss
 * is read after every step. What differs: each library draws its own weights to begin with; jax-js updates as Heed does
 * (clipping, AdamW); TensorFlow.js has no weight decay. A side that fails is a row that says why.
 *
 * In the same rounds, in Heed's page: every matrix product of the step by its shape, as ONNX Runtime's profiler lists them
 * natively, alone, and square ones. WASM's vectors hold 4 numbers, so these are the ceiling.
 */
import { parseArgs } from "node:util";
import { physicalCores } from "../../src/runtime/threads.node.ts";
import { machine, median, spread } from "../machine.ts";
import { sizeAt } from "../train-step/heed-step.ts";
import { ceilingHead, openCeiling } from "./ceiling.ts";
import { openPages, type PageStep, type Side, sideNames } from "./pages.ts";

const { values } = parseArgs({
  options: {
    chromium: { type: "string", default: "/usr/bin/chromium" },
    sizes: { type: "string", default: "0" },
    rounds: { type: "string", default: "3" },
    steps: { type: "string", default: "2" },
    warm: { type: "string", default: "6" },
    only: { type: "string", default: sideNames.join(",") },
  },
});
const threads = physicalCores();
const wanted = sideNames.filter((side) => values.only.split(",").includes(side));
const pages = await openPages(values.chromium);
try {
  console.log(
    `${machine()}, Chromium ${pages.version}; ${threads} threads; ${values.rounds} rounds of ${values.steps} steps\n`,
  );
  console.log(
    "| size | | ms, median (middle half) | best | target tokens/s | Heed / it | first loss to last |",
  );
  console.log("|---|---|---|---|---|---|---|");
  const ceilings: string[] = [];
  for (const index of values.sizes.split(",")) ceilings.push(...(await compare(index)));
  if (ceilings.length > 0) console.log(`\n${[ceilingHead, ...ceilings].join("\n")}`);
} finally {
  await pages.close();
}

interface Measured {
  readonly side: Side;
  readonly times: number[];
  page?: PageStep;
  first?: number;
  last?: number;
  failed?: string;
}

/** Prints a size's rows. @returns the rows of its ceiling, if Heed takes part. */
async function compare(index: string): Promise<string[]> {
  const size = sizeAt(index);
  const ceiling = wanted.includes("Heed") ? await openCeiling(size) : undefined;
  const all: Measured[] = wanted.map((side) => ({ side, times: [] }));
  const attempt = async (one: Measured, work: () => Promise<void>): Promise<void> => {
    if (one.failed !== undefined) return;
    await work().catch((error: Error) => {
      one.failed = error.message.split("\n", 1)[0] ?? "";
    });
  };
  for (const one of all) {
    await attempt(one, async () => {
      one.page = await pages.open(one.side, size, threads);
      one.first = (await one.page.run(1)).loss;
      // WASM is compiled twice, quickly at first and well while it runs.
      await one.page.run(Number(values.warm));
    });
  }
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const one of all) {
      await attempt(one, async () => {
        const found = await one.page?.run(Number(values.steps));
        one.times.push(...(found?.times ?? []));
        if (found) one.last = found.loss;
        if (one.page && one.side === "Heed") await ceiling?.measure(one.page);
      });
    }
  }
  const heed = all.find(({ side, failed }) => side === "Heed" && failed === undefined)?.times ?? [];
  const ours = heed.length > 0 ? median(heed) : Number.NaN;
  const [parameters] = all.flatMap(({ page }) => (page ? [page.parameters] : []));
  for (const { side, times, page, first = Number.NaN, last = Number.NaN, failed } of all) {
    await page?.close();
    if (failed !== undefined || !page) {
      console.log(`| ${size.name} | ${side} | failed: ${failed?.replaceAll("|", "/")} | | | | |`);
      continue;
    }
    if (page.parameters !== parameters)
      throw new Error(`${side} has ${page.parameters}, not ${parameters} weights`);
    const ms = median(times);
    const cells = [
      size.name,
      page.version,
      `${ms.toFixed(0)} (${spread(times)})`,
      Math.min(...times).toFixed(0),
      ((1000 * size.batch * size.length) / ms).toFixed(0),
      side === "Heed" || Number.isNaN(ours) ? "" : (ours / ms).toFixed(2),
      `${first.toFixed(3)} to ${last.toFixed(3)}`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  return ceiling && heed.length > 0 ? ceiling.rows(heed) : [];
}
