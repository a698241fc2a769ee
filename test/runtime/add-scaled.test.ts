/** y + s x written over y: one node that gives what a product and a sum give. */
import { describe, expect, test } from "vitest";
import { input, parameter } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { lower } from "../../src/onnx/lower.ts";
import { addScaled, mul } from "../../src/ops/index.ts";
import { compile } from "../../src/runtime/compile.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { createState } from "../../src/runtime/state.ts";

const engine = openNativeEngine();
const shapes = [[1], [3], [2, 3], [5, 1, 7], [129, 65], [512, 640]];
const scale = input("scale", "float32", []);

const numbers = (shape: readonly number[], of: (i: number) => number): Float32Array =>
  Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, i) => of(i));

/** y' = y + s x and z' = y'² after two runs. */
async function run(shape: readonly number[], overwrites: boolean): Promise<Float32Array[]> {
  const [y, x, z] = ["y", "x", "z"].map((name) => parameter(name, "float32", shape)) as [Value, Value, Value];
  const state = createState(engine, [
    ["y", { dtype: "float32", shape, data: numbers(shape, (i) => Math.sin(i)) }],
    ["x", { dtype: "float32", shape, data: numbers(shape, (i) => Math.cos(3 * i)) }],
    ["z", { dtype: "float32", shape }],
  ]);
  const next = addScaled(y, scale, x);
  const updates = new Map([
    [y, next],
    [z, mul(next, next)],
  ]);
  const program = await compile({ engine: { ...engine, overwrites }, state, outputs: {}, updates });
  await program({ scale: 0.75 });
  await program({ scale: -3 });
  const results = [await state.read("y"), await state.read("z")];
  expect(results.map((entry) => entry.shape)).toEqual([shape, shape]);
  program.close();
  state.dispose();
  return results.map(({ data }) => data as Float32Array);
}

test.each(shapes.map((shape) => [shape.join("×"), shape] as const))("%s", async (_, shape) => {
  const [y, z] = await run(shape, true);
  const [plain, square] = await run(shape, false);
  const expected = numbers(shape, (i) => Math.sin(i) - 2.25 * Math.cos(3 * i));
  for (const found of [y, plain]) {
    const off = expected.reduce(
      (most, value, i) => Math.max(most, Math.abs((found?.[i] as number) - value)),
      0,
    );
    expect(off).toBeLessThan(1e-6);
  }
  for (const [root, found] of [
    [y, z],
    [plain, square],
  ]) {
    expect(found?.findIndex((value, i) => value !== Math.fround((root?.[i] as number) ** 2))).toBe(-1);
  }
});

describe("lowering", () => {
  const [y, x] = ["y", "x"].map((name) => parameter(name, "float32", [4, 6])) as [Value, Value];
  const outputs = new Map([["next", addScaled(y, scale, x)]]);
  const opsOf = (overwriting: string[]): string[] =>
    lower({ outputs, overwriting: new Set(overwriting) }).graph.nodes.map(({ opType }) => opType);

  test("writes one node where the result is written over y, and nothing but the scale is reshaped", () => {
    expect(opsOf(["next"])).toEqual(["Reshape", "FusedConv"]);
    const lowered = lower({ outputs, overwriting: new Set(["next"]) });
    expect(lowered.outputs.get("next")?.shape).toEqual([1, 1, 24]);
    for (const name of ["y", "x"]) expect(lowered.inputs.get(name)?.shape).toEqual([1, 1, 24]);
  });

  test("leaves a parameter as it is that is also read otherwise", () => {
    const both = new Map([...outputs, ["product", mul(y, y)]]);
    const { graph, inputs } = lower({ outputs: both, overwriting: new Set(["next"]) });
    expect(graph.nodes.map(({ opType }) => opType).sort()).toEqual([
      "FusedConv",
      "Mul",
      "Reshape",
      "Reshape",
    ]);
    expect(inputs.get("y")?.shape).toEqual([4, 6]);
    expect(inputs.get("x")?.shape).toEqual([1, 1, 24]);
  });

  test("writes ONNX's own ops elsewhere", () => {
    expect(opsOf([])).toEqual(["Mul", "Add"]);
  });

  test("and for numbers that the kernel has none for", () => {
    const [y, x, s] = [[4], [4], []].map((shape, i) => parameter(`${i}`, "float64", shape)) as Value[];
    const wide = new Map([["next", addScaled(y as Value, s as Value, x as Value)]]);
    const { nodes } = lower({ outputs: wide, overwriting: new Set(["next"]) }).graph;
    expect(nodes.map(({ opType }) => opType)).toEqual(["Mul", "Add"]);
  });
});
