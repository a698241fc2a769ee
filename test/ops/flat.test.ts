/** What goes element by element or row by row is computed before a reshape. */
import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input, parameter } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { lower } from "../../src/onnx/lower.ts";
import { flattened } from "../../src/ops/flat.ts";
import { add, layerNorm, linear, mul, relu, sum } from "../../src/ops/index.ts";
import { reshape } from "../../src/ops/reshape.ts";

const x = input("x", "float32", ["batch", "length", 4]);
const [w, v] = ["w", "v"].map((name) => parameter(name, "float32", [4, 4])) as [Value, Value];
const [gain, bias] = ["gain", "bias"].map((name) => parameter(name, "float32", [4])) as [Value, Value];
const reshapes = (...values: Value[]): number =>
  lower({ outputs: new Map(values.map((value, i) => [`y${i}`, value])) }).graph.nodes.filter(
    ({ opType }) => opType === "Reshape",
  ).length;

test("between products nothing is reshaped", () => {
  const block = (h: Value): Value => layerNorm(add(h, linear(relu(linear(h, w, bias)), v)), gain, bias);
  // In, and out again.
  expect(reshapes(block(block(x)))).toBe(2);
});

test("nor in their gradients", () => {
  const of = (blocks: number): number => {
    let h = x;
    for (let i = 0; i < blocks; i++) h = add(h, layerNorm(relu(linear(linear(h, w), v)), gain, bias));
    return reshapes(...gradients(sum(mul(h, h)), [w, v, gain, bias]));
  };
  expect(of(3)).toBe(of(1));
});

test("operands of fewer axes stay what they are when rows stay", () => {
  const flat = input("flat", "float32", ["tokens", 4]);
  const shaped = reshape(flat, ["tokens", 1, 4]);
  const [left, right] = flattened([shaped, gain]) ?? [];
  expect([left?.shape, right]).toEqual([["tokens", 4], gain]);
  // Heads cut rows: what belongs to the columns of one no longer fits the other.
  const heads = reshape(flat, ["tokens", 2, 2]);
  expect(flattened([heads, parameter("one", "float32", [2])])).toBeNull();
  expect(flattened([x, x])).toBeNull();
});
