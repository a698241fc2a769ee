/** Numbers of 16 bits, by IEEE 754's rules and in files. */
import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import { fromBfloat, fromHalf, toHalf } from "../../src/onnx/half.ts";

test("every half survives the way to a number and back", () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromHalf(bits);
    if (Number.isNaN(value)) expect(fromHalf(toHalf(value))).toBeNaN();
    else expect(toHalf(value)).toBe(bits);
  }
});

test.each([
  [0.1, 0x2e66],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65519, 0x7bff],
  [65520, 0x7c00],
  [2 ** -14, 0x0400],
  [2 ** -24, 1],
  [2 ** -25, 0],
  [3 * 2 ** -25, 2],
  [2049, 0x6800],
  [2051, 0x6802],
  [1 - 2 ** -12, 0x3c00],
])("%d is the half %d: nearest, ties to even", (value, bits) => {
  expect(toHalf(value)).toBe(bits);
});

test("the upper half of a float32 is a bfloat16", () => {
  expect([0x3f80, 0xc040, 0x7f80, 0x3dcd].map(fromBfloat)).toEqual([1, -3, Infinity, 0.10009765625]);
});

test("a file in half precision is half the size and is read as float32", () => {
  const data = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i));
  const tensors = new Map([
    ["a.weight", { dtype: "float32", shape: [10, 100], data }],
    ["ids", { dtype: "int32", shape: [3], data: Int32Array.of(1, 2, 3) }],
  ] as const);
  const [bytes, whole] = [encodeSafetensors(tensors, { half: true }), encodeSafetensors(tensors)];
  // But for the padding of headers.
  expect(Math.abs(whole.length - bytes.length - 2000)).toBeLessThanOrEqual(8);
  const read = decodeSafetensors(bytes, "x");
  expect(read.get("ids")?.data).toEqual(Int32Array.of(1, 2, 3));
  const { dtype, data: halves } = read.get("a.weight") ?? {};
  expect(dtype).toBe("float32");
  const furthest = data.reduce((most, x, i) => Math.max(most, Math.abs(x - Number(halves?.[i]))), 0);
  expect(furthest).toBeGreaterThan(0);
  expect(furthest).toBeLessThanOrEqual(2 ** -12);
});
