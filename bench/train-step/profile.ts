/**
 * Claim: at 3+3 layers of 256, 70 % of a training step or more is matrix products, at the machine's speed.
 *
 *   npx tsx bench/train-step/profile.ts [--size 1] [--steps 10] [--dropout 0]
 *
 * Heed's own step with ONNX Runtime's profiler on. Printed are the step's time by kind of op; its products by shape, beside
 * the same product alone in a loop, the ceiling; and square products.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Engine } from "../../src/runtime/engine.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { machine, median, spread } from "../machine.ts";
import { openHeedStep, sizeAt } from "./heed-step.ts";
import { flopsOf, type Product, productOf, timeProduct } from "./products.ts";

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
const PRODUCTS = new Set(["Gemm", "MatMul", "FusedMatMul", "FusedGemm"]);

/** An event of the profile: one run of one kernel, or of the whole session. */
interface Event {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: readonly Readonly<Record<string, readonly number[]>>[];
    readonly output_type_shape?: readonly Readonly<Record<string, readonly number[]>>[];
  };
}

const native = openNativeEngine();
const plain = await timed(native);
console.log(`${machine()}; ${size.name}, dropout ${values.dropout}; ${steps} steps\n`);
console.log(`A step takes ${median(plain).toFixed(1)} ms (${spread(plain)}) without the profiler.`);
const runs = await profiled();
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

async function profiled(): Promise<Event[][]> {
  const folder = mkdtempSync(join(tmpdir(), "heed-profile-"));
  try {
    const profile = join(folder, "step");
    await timed({ ...native, load: (model, options) => native.load(model, { ...options, profile }) });
    const [file = ""] = readdirSync(folder);
    return byRun(JSON.parse(readFileSync(join(folder, file), "utf8")) as Event[]).slice(WARM_UP);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The events of each run; the one of the whole run comes last. */
function byRun(events: readonly Event[]): Event[][] {
  const all: Event[][] = [];
  let current: Event[] = [];
  for (const event of events) {
    if (event.cat === "Node") current.push(event);
    if (event.name !== "model_run") continue;
    all.push([...current, event]);
    current = [];
  }
  return all;
}

/** Median over the runs of the milliseconds of the kernels of each group, and how many there are in a run. */
function grouped(runs: readonly Event[][], groupOf: (event: Event) => string | undefined) {
  const groups = new Map<string, { times: number[]; calls: number; event: Event }>();
  for (const [run, events] of runs.entries()) {
    for (const event of events) {
      const name = event.cat === "Node" ? groupOf(event) : undefined;
      if (name === undefined) continue;
      const group = groups.get(name) ?? { times: runs.map(() => 0), calls: 0, event };
      groups.set(name, group);
      group.times[run] = (group.times[run] ?? 0) + event.dur / 1000;
      if (run === 0) group.calls += 1;
    }
  }
  return Array.from(groups, ([name, { times, ...rest }]) => ({ name, ms: median(times), ...rest })).sort(
    (a, b) => b.ms - a.ms,
  );
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

function productIn({ args }: Event): Product | undefined {
  if (!PRODUCTS.has(args?.op_name ?? "")) return undefined;
  const [left] = args?.input_type_shape ?? [];
  const [result] = args?.output_type_shape ?? [];
  return productOf(left?.float ?? [], result?.float ?? []);
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
