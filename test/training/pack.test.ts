/** Vectors among the parameters are updated as one. */
import { expect, test } from "vitest";
import { parameter } from "../../src/ir/leaf.ts";
import { mul } from "../../src/ops/elementwise.ts";
import { sliceOp } from "../../src/ops/reshape.ts";
import { packVectors } from "../../src/training/pack.ts";

const trained = (path: string, shape: readonly number[]) => {
  const value = parameter(path, "float32", shape);
  return { path, value, gradient: mul(value, 2) };
};

test("vectors become one, matrices stay, and every parameter gets its own next value", () => {
  const all = [
    trained("weight", [2, 3]),
    trained("bias", [3]),
    trained("table", [4, 2]),
    trained("gain", [2]),
  ];
  const { trained: packed, unpack } = packVectors(all);
  expect(packed.map(({ path, value, gradient }) => [path, value.shape, gradient.shape])).toEqual([
    ["weight", [2, 3], [2, 3]],
    ["table", [4, 2], [4, 2]],
    ["vectors", [5], [5]],
  ]);
  const next = unpack(new Map(packed.map(({ value }) => [value, mul(value, 3)])));
  expect(new Set(next.keys())).toEqual(new Set(all.map(({ value }) => value)));
  for (const { value } of all) expect(next.get(value)?.shape).toEqual(value.shape);
  const gain = next.get(all[3]?.value as never);
  expect(gain?.node.op).toBe(sliceOp);
  expect(gain?.node.attrs).toMatchObject({ from: 3, size: 2 });
});

test("one vector alone stays as it is", () => {
  const all = [trained("weight", [2, 3]), trained("bias", [3])];
  expect(packVectors(all).trained).toEqual(all);
});
