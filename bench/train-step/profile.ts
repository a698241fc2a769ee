/**
 * Claim: at 3+3 layers of 256, 70 % of a training step or more is matrix products, at the machine's speed.
 *
 *   npx tsx bench/train-step/profile.ts [--size 1] [--steps 10] [--dropout 0]
 *
 * Heed's own step with ONNX Runtime's profiler on. Printed are the step's time by kind of op; its products by shape, beside
 * the same product alone in a loop, the ceiling; and square products.
 */
import { parseArgs } from "node:util";
import type { Engine } from "../../src/runtime/engine.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { machine, median, spread } from "../machine.ts";
import { openHeedStep, sizeAt } from "./heed-step.ts";
import { type Event, grouped, PRODUCTS, productIn, profiled } from "./kernels.ts";
import { flopsOf, type Product, timeProduct } from "./products.ts";

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "1" },
    steps: { type: "string", default: "10" },
    dropout: { type: "string", default: "0" },
  },
});
const size = sizeAt(values.size);
const steps = Number(values.steps);

const WARM_UP = 3;

const native = openNativeEngine();
const plain = await timed(native);
console.log(`${machine()}; ${size.name}, dropout ${values.dropout}; ${steps} steps\n`);
console.log(`A step takes ${median(plain).toFixed(1)} ms (${spread(plain)}) without the profiler.`);
const runs = (await profiled(native, timed)).slice(WARM_UP);
printOps(runs);
await printProducts(runs);
await printSquares();

/** Milliseconds of the steps after the first ones. */
async function timed(engine: Engine): Promise<number[]> {
  const heed = await openHeedStep(engine, size, Number(values.dropout));
  for (let i = 0; i < WARM_UP; i++) await heed.run();
  const times: number[] = [];
  for (let i = 0; i < steps; i++) times.push(await heed.run());
  heed.close();
  return times;
}

function printOps(runs: readonly Event[][]): void {
  const total = median(runs.map((events) => (events.at(-1)?.dur ?? 0) / 1000));
  const rows = grouped(runs, ({ args }) => args?.op_name);
  const inProducts = rows.filter(({ name }) => PRODUCTS.has(name)).reduce((sum, { ms }) => sum + ms, 0);
  const inKernels = rows.reduce((sum, { ms }) => sum + ms, 0);
  const share = (ms: number): string => `${((100 * ms) / total).toFixed(1)} %`;
  console.log(`\n| op | kernels | ms | share of ${total.toFixed(1)} ms |\n|---|---|---|---|`);
  console.log(`| **matrix products** | | ${inProducts.toFixed(1)} | ${share(inProducts)} |`);
  for (const { name, calls, ms } of rows) {
    if (ms >= 0.001 * total) console.log(`| ${name} | ${calls} | ${ms.toFixed(2)} | ${share(ms)} |`);
  }
  const rest = rows.filter(({ ms }) => ms < 0.001 * total);
  const sum = rest.reduce((all, { ms }) => all + ms, 0);
  console.log(`| ${rest.length} others, below 0.1 % each | | ${sum.toFixed(2)} | ${share(sum)} |`);
  console.log(`| between kernels | | ${(total - inKernels).toFixed(2)} | ${share(total - inKernels)} |`);
}

async function printProducts(runs: readonly Event[][]): Promise<void> {
  console.log(
    "\n| product | of them | ms in the step | GFLOP/s in the step | GFLOP/s alone |\n|---|---|---|---|---|",
  );
  const named = ({ count, m, k, n }: Product): string => `${count === 1 ? "" : `${count} × `}${m}·${k}·${n}`;
  const rows = grouped(runs, (event) => {
    const product = productIn(event);
    return product && named(product);
  });
  let alone = 0;
  let inside = 0;
  for (const { name, ms, calls, event } of rows) {
    const product = productIn(event) as Product;
    const best = median(await timeProduct(native, product, 20));
    alone += best * calls;
    inside += ms;
    const speed = (time: number): string => (flopsOf(product) / time / 1e6).toFixed(0);
    console.log(`| ${[name, calls, ms.toFixed(2), speed(ms / calls), speed(best)].join(" | ")} |`);
  }
  const ratio = ((100 * alone) / inside).toFixed(0);
  console.log(
    `\nAll products take ${inside.toFixed(1)} ms in the step and ${alone.toFixed(1)} ms alone: ${ratio} %.`,
  );
}

async function printSquares(): Promise<void> {
  console.log("\n| square | GFLOP/s, median | best |\n|---|---|---|");
  for (const n of [512, 1024, 2048]) {
    const times = await timeProduct(native, { count: 1, m: n, k: n, n }, 20);
    const speed = (ms: number): string => ((2 * n ** 3) / ms / 1e6).toFixed(0);
    console.log(`| ${n} | ${speed(median(times))} | ${speed(Math.min(...times))} |`);
  }
}
