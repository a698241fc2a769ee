/** What goes element by element or row by row is computed before a reshape, and gives what it gives after it. */
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input, parameter } from "../../src/ir/leaf.ts";
import type { Size } from "../../src/ir/size.ts";
import type { Value } from "../../src/ir/value.ts";
import { lower } from "../../src/onnx/lower.ts";
import {
  add,
  div,
  layerNorm,
  linear,
  maximum,
  mean,
  mul,
  relu,
  reshape,
  sub,
  sum,
  tanh,
} from "../../src/ops/index.ts";
import { compile } from "../../src/runtime/compile.ts";
import type { Tensor } from "../../src/runtime/tensor.ts";
import { sharedEngine } from "../training/tiny.ts";

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

test("what was reshaped from one shape, of whatever rank, is computed there", () => {
  const [a, b] = ["a", "b"].map((name) => parameter(name, "float32", [2, 3, 4])) as [Value, Value];
  const line = (value: Value): Value => reshape(value, [24]);
  expect(reshapes(mul(line(a), line(b)))).toBe(1);
  expect(reshapes(reshape(mul(line(a), line(b)), [2, 3, 4]))).toBe(0);
});

/** [6, 4] seen as [2, 3, 4], or as heads [6, 2, 2], which cut rows. */
const shaped = { rows: [2, 3, 4], heads: [6, 2, 2] } as const;
const others: Readonly<Record<string, (shape: readonly number[]) => readonly number[]>> = {
  "of full shape": (shape) => shape,
  "one for each column": (shape) => shape.slice(-1),
  "one for each row": (shape) => [...shape.slice(0, -1), 1],
  "one number": () => [],
  "one for each of the first axis": ([first = 1]) => [first, 1, 1],
  "a row in two axes": (shape) => [1, shape[2] as number],
};
const ops: Readonly<Record<string, (a: Value, b: Value) => Value>> = {
  add,
  "sub, turned round": (a, b) => sub(b, a),
  div,
  maximum,
  "mul and mean": (a, b) => mean(mul(a, b), [-1], { keep: true }),
  "tanh and add": (a, b) => add(tanh(a), b),
};

describe.each(Object.entries(shaped))("a matrix seen as %s", (_, shape) => {
  test.each(Object.entries(others))("and an operand %s", async (_, otherOf) => {
    const [flat, whole] = [input("flat", "float32", [6, 4]), input("whole", "float32", shape)];
    const other = input("other", "float32", otherOf(shape));
    const outputs: Record<string, Value> = {};
    for (const [name, op] of Object.entries(ops)) {
      for (const [way, a] of [
        ["before", reshape(flat, shape)],
        ["after", whole],
      ] as const) {
        const y = op(a, other);
        const [grad] = gradients(sum(mul(y, y)), [other]) as [Value];
        outputs[`${name} ${way}`] = y;
        outputs[`${name} grad ${way}`] = grad;
      }
    }
    const program = await compile({ engine: await sharedEngine(), outputs });
    const numbers = (count: number): Float32Array =>
      Float32Array.from({ length: count }, (_, i) => 1 + Math.sin(i));
    const data = numbers(24);
    const size = (of: readonly Size[]): number => (of as number[]).reduce((a, b) => a * b, 1);
    const found = await program({
      flat: { shape: [6, 4], data },
      whole: { shape, data },
      other: { shape: other.shape as number[], data: numbers(size(other.shape)).map((each) => each + 0.5) },
    });
    const read = async (name: string): Promise<{ shape: readonly number[]; numbers: number[] }> => {
      const tensor = found[name] as Tensor;
      return { shape: [...tensor.shape], numbers: [...((await tensor.read()) as Float32Array)] };
    };
    for (const name of Object.keys(ops))
      for (const what of [name, `${name} grad`])
        expect(await read(`${what} before`), what).toEqual(await read(`${what} after`));
    for (const tensor of Object.values(found)) tensor.dispose();
    program.close();
  });
});
