import { encodeModel } from "../../src/onnx/proto.ts";
import type { Engine } from "../../src/runtime/engine.ts";

/** `count` products [m, k] · [k, n]. */
export interface Product {
  readonly count: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

export const flopsOf = ({ count, m, k, n }: Product): number => 2 * count * m * k * n;

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The product whose left operand and result have these shapes; how the left one is transposed does not matter. */
export function productOf(left: readonly number[], result: readonly number[]): Product {
  const [m = 1, n = 1] = result.slice(-2);
  const count = elements(result) / (m * n);
  const k = elements(left) / (count * m);
  return { count, m, k, n };
}

/**
 * Milliseconds of each of at most `times` runs of one MatMul alone, both operands plain matrices in memory, the result
 * written to memory that exists. After four seconds no further run begins.
 */
export async function timeProduct(
  engine: Engine,
  { count, m, k, n }: Product,
  times: number,
): Promise<number[]> {
  const shapes = { a: [m, k], b: [k, n], y: [m, n] };
  const lead = count === 1 ? [] : [count];
  const info = (name: keyof typeof shapes) =>
    ({ name, dtype: "float32", shape: [...lead, ...shapes[name]] }) as const;
  const bytes = encodeModel({
    graph: {
      name: "product",
      nodes: [{ opType: "MatMul", inputs: ["a", "b"], outputs: ["y"] }],
      initializers: [],
      inputs: [info("a"), info("b")],
      outputs: [info("y")],
    },
  });
  const session = await engine.load(bytes);
  const filled = (name: "a" | "b") => {
    const data = Float32Array.from({ length: elements(info(name).shape) }, (_, i) => Math.sin(i));
    return [name, engine.tensor("float32", info(name).shape, data)] as const;
  };
  const inputs = new Map([filled("a"), filled("b")]);
  const outputs = new Map([["y", engine.tensor("float32", info("y").shape)]]);
  const found: number[] = [];
  const began = performance.now();
  for (let i = 0; i < times + 2; i++) {
    const start = performance.now();
    await session.run(inputs, outputs);
    if (i >= 2) found.push(performance.now() - start);
    if (found.length > 0 && performance.now() - began > 4000) break;
  }
  for (const tensor of [...inputs.values(), ...outputs.values()]) tensor.dispose();
  session.close();
  return found;
}
