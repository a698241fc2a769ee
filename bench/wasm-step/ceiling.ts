import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { median } from "../machine.ts";
import { openHeedStep, type Size } from "../train-step/heed-step.ts";
import { grouped, productIn, profiled } from "../train-step/kernels.ts";
import { flopsOf, type Product } from "../train-step/products.ts";
import type { PageStep } from "./pages.ts";

export const ceilingHead = `| size | | GFLOP/s of the products alone | of the step | share | squares of 512, GFLOP/s | of 1024 |
|---|---|---|---|---|---|---|`;

/** Enough of a product for one measurement: about 30 ms in WASM. */
const FLOPS = 1e9;

interface Measured {
  readonly product: Product;
  /** How many of it a step has. */
  readonly calls: number;
  readonly times: number[];
}

/** The speed of a step's matrix products without the step. */
export async function openCeiling(size: Size) {
  const inStep: Measured[] = (await productsOf(size)).map((each) => ({ ...each, times: [] }));
  const squares: Measured[] = [512, 1024].map((n) => ({
    product: { count: 1, m: n, k: n, n },
    calls: 1,
    times: [],
  }));
  return {
    /** Times each product once more. */
    measure: async (page: PageStep): Promise<void> => {
      for (const { product, times } of [...inStep, ...squares])
        times.push(await page.product(product, Math.max(2, Math.round(FLOPS / flopsOf(product)))));
    },
    /** Rows of medians and of best times. @param steps  Milliseconds of each step. */
    rows: (steps: readonly number[]): string[] => {
      const flops = inStep.reduce((sum, { product, calls }) => sum + calls * flopsOf(product), 0);
      const row = (name: string, timeOf: (times: readonly number[]) => number): string => {
        const alone = inStep.reduce((sum, { calls, times }) => sum + calls * timeOf(times), 0);
        const speed = (work: number, ms: number): string => (work / ms / 1e6).toFixed(1);
        const each = squares.map(({ product, times }) => speed(flopsOf(product), timeOf(times)));
        const share = `${((100 * alone) / timeOf(steps)).toFixed(0)} %`;
        const cells = [size.name, name, speed(flops, alone), speed(flops, timeOf(steps)), share, ...each];
        return `| ${cells.join(" | ")} |`;
      };
      return [row("median", median), row("best", (times) => Math.min(...times))];
    },
  };
}

/** The matrix products of a step, by shape. */
async function productsOf(size: Size): Promise<{ product: Product; calls: number }[]> {
  const runs = await profiled(openNativeEngine(), async (engine) => {
    const heed = await openHeedStep(engine, size, 0);
    await heed.run();
    heed.close();
  });
  const rows = grouped(runs, (event) => JSON.stringify(productIn(event)));
  return rows.map(({ event, calls }) => ({ product: productIn(event) as Product, calls }));
}
