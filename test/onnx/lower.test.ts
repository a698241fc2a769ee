import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input, parameter } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { lower } from "../../src/onnx/lower.ts";
import {
  add,
  concat,
  dropoutMask,
  linear,
  mul,
  range,
  reshape,
  softmax,
  sum,
  swapLast,
  zeros,
} from "../../src/ops/index.ts";
import { host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";

// The independent reader: protobufjs code generated from ONNX's own schema.
const { onnx } = createRequire(import.meta.url)("onnx-proto") as typeof import("onnx-proto");

interface ReadTensor {
  readonly name: string;
  readonly dims: readonly string[];
  readonly dataType: number;
}
interface ReadValue {
  readonly name: string;
  readonly type: {
    readonly tensorType: {
      readonly elemType: number;
      readonly shape: { readonly dim: readonly { readonly dimParam?: string; readonly dimValue?: string }[] };
    };
  };
}
interface ReadGraph {
  readonly node: readonly {
    readonly opType: string;
    readonly input: readonly string[];
    readonly output: readonly string[];
  }[];
  readonly initializer: readonly ReadTensor[];
  readonly input: readonly ReadValue[];
  readonly output: readonly ReadValue[];
}

function read(
  outputs: Record<string, Value>,
  constants?: Parameters<typeof lower>[0]["constants"],
): ReadGraph {
  const { bytes } = lower({ outputs: new Map(Object.entries(outputs)), ...(constants ? { constants } : {}) });
  const options = { longs: String, enums: Number, arrays: true };
  return (onnx.ModelProto.toObject(onnx.ModelProto.decode(bytes), options) as { graph: ReadGraph }).graph;
}

const types = ({ node }: ReadGraph): string[] => node.map(({ opType }) => opType);
const shapeOf = ({ type }: ReadValue): string[] =>
  type.tensorType.shape.dim.map(({ dimParam, dimValue }) => dimParam ?? `${dimValue}`);

const x = input("x", "float32", ["batch", "time", 4]);

test("one node of the graph becomes one node of the file, and a shared one is written once", () => {
  const p = softmax(swapLast(x));
  const graph = read({ y: add(mul(p, p), p), again: p });
  expect(types(graph)).toEqual(["Transpose", "Softmax", "Mul", "Add"]);
  expect(graph.input.map(({ name }) => name)).toEqual(["x"]);
  expect(graph.output.map(({ name }) => name)).toEqual(["y", "again"]);
  expect(graph.node[2]?.input).toEqual(["again", "again"]);
});

test("symbolic sizes are kept as names, of inputs and of outputs", () => {
  const ids = input("ids", "int32", ["batch", "time+past"]);
  const graph = read({ y: reshape(x, ["batch*time", 4]), next: add(ids, 1) });
  expect(graph.input.map(shapeOf)).toEqual([
    ["batch", "time", "4"],
    ["batch", "past+time"],
  ]);
  expect(graph.output.map(shapeOf)).toEqual([
    ["batch*time", "4"],
    ["batch", "past+time"],
  ]);
  expect(graph.input.map(({ type }) => type.tensorType.elemType)).toEqual([1, 6]);
});

test("weights are inputs, told from other inputs, or initialisers when they are frozen", () => {
  const w = parameter("w", "float32", [3, 4]);
  const outputs = { y: linear(x, w) };
  const { inputs } = lower({ outputs: new Map(Object.entries(outputs)) });
  expect([...inputs].map(([name, { isParameter }]) => [name, isParameter])).toEqual([
    ["x", false],
    ["w", true],
  ]);
  const frozen = read(outputs, new Map([["w", { shape: [3, 4], data: new Float32Array(12) }]]));
  expect(frozen.input.map(({ name }) => name)).toEqual(["x"]);
  const [weight] = frozen.initializer.filter(({ name }) => name === "w");
  expect(weight).toMatchObject({ dims: ["3", "4"], dataType: 1 });
});

test("numbers, shapes and lengths are shared across the graph", () => {
  const half = mul(add(mul(x, 0.5), 0.5), 0.5);
  const flat = reshape(half, ["batch*time", 4]);
  const [dx] = gradients(sum(mul(flat, zeros("float32", flat.shape))), [x]) as [Value];
  const graph = read({ flat, dx, steps: add(range("time"), range("time")) });
  const scalars = graph.initializer.filter(({ dims, dataType }) => dims.length === 0 && dataType === 1);
  expect(scalars.length).toBeLessThanOrEqual(3); // 0.5, the 1 of the loss, the 0 of zeros
  expect(types(graph).filter((type) => type === "Shape").length).toBeLessThanOrEqual(2); // batch, time
});

test("an output may be an input, a constant, or wanted under two names", async () => {
  const y = mul(x, 2);
  const run = await open({ same: x, one: y, two: y, none: zeros("float32", [2]) });
  const fed = host("float32", [1, 1, 4], [1, 2, 3, 4]);
  const results = await run({ x: fed });
  run.close();
  expect(results.same?.data).toEqual(fed.data);
  expect(results.one?.data).toEqual(Float32Array.of(2, 4, 6, 8));
  expect(results.two?.data).toEqual(results.one?.data);
  expect(results.none?.data).toEqual(new Float32Array(2));
});

test("inputs and outputs may have any name", async () => {
  const odd = ["0", "#0", "#1", "a b", "größe/next"].map((name) => input(name, "float32", [1]));
  const run = await open({ "#2": odd.reduce((a, b) => add(mul(a, 1), b)) });
  const feeds = Object.fromEntries(
    odd.map((_, i) => [["0", "#0", "#1", "a b", "größe/next"][i], host("float32", [1], [2 ** i])]),
  );
  expect((await run(feeds))["#2"]?.data).toEqual(Float32Array.of(31));
  run.close();
});

test("a dropout site is a handful of cheap nodes", () => {
  const tables = { rows: input("rows", "int32", ["r"]), columns: input("columns", "int32", ["c"]) };
  const graph = read({ y: mul(x, dropoutMask(tables, { shape: x.shape, keep: 0.9, site: 3 })) });
  expect(types(graph).filter((type) => ["RandomUniform", "Dropout", "Bernoulli"].includes(type))).toEqual([]);
  expect(graph.node.length).toBeLessThan(20);
});

test("sizes that are sums are computed once from the inputs that have them", async () => {
  const past = input("past", "float32", ["batch", "past"]);
  const now = input("now", "float32", ["batch", "time"]);
  const joined = concat([past, now], 1);
  const run = await open({ steps: add(range("past+time"), 0), joined });
  const results = await run({
    past: host("float32", [1, 2], [1, 2]),
    now: host("float32", [1, 3], [3, 4, 5]),
  });
  run.close();
  expect(results.steps?.data).toEqual(Int32Array.of(0, 1, 2, 3, 4));
  expect(results.joined?.data).toEqual(Float32Array.of(1, 2, 3, 4, 5));
});

test("a length that no input has, and an output named like an input, are refused", () => {
  expect(() => read({ steps: range("time") })).toThrow(
    'lower: no input has an axis "time", so its length is unknown.',
  );
  expect(() => read({ x: mul(x, 2) })).toThrow('lower: an output and an input are both named "x".');
});
