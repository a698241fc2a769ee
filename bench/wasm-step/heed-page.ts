/** Heed's side of bench/wasm-step, in the page. */
import { openEngine } from "../../src/runtime/open-engine.web.ts";
import { openHeedStep, type Size } from "../train-step/heed-step.ts";
import type { Product } from "../train-step/products.ts";
import { timeRepeated } from "./repeated-product.ts";

export async function open(size: Size, { threads, wasm }: { threads: number; wasm: string }) {
  const engine = await openEngine("wasm", { threads, wasmPaths: wasm });
  const { step, parameters } = await openHeedStep(engine, size, 0);
  const product = (each: Product, times: number): Promise<number> => timeRepeated(engine, each, times);
  return { version: "Heed", parameters, step, product };
}
