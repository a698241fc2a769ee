/** Products and lookups on 8-bit integers: near what they stand for, in graphs of every kind. */
import { onnx } from "onnx-proto";
import { describe, expect, test } from "vitest";
import type { HostArray } from "../../src/ir/dtype.ts";
import { input, parameter } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { RecurrentLanguageModel } from "../../src/models/language-model.ts";
import { affine, withBias, withOne } from "../../src/nn/affine.ts";
import { build } from "../../src/nn/layer.ts";
import { lowerNarrow } from "../../src/onnx/lower-narrow.ts";
import { relu } from "../../src/ops/elementwise.ts";
import { gather } from "../../src/ops/gather.ts";
import { sum } from "../../src/ops/index.ts";
import { layerNorm } from "../../src/ops/layer-norm.ts";
import { linear, matmul } from "../../src/ops/matmul.ts";
import { reshape } from "../../src/ops/reshape.ts";
import { randomStream } from "../../src/random.ts";
import { compile } from "../../src/runtime/compile.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { relativeError } from "../golden-floats.ts";

const engine = openNativeEngine();

function weights(...shapes: readonly [string, ...number[]][]): Map<string, HostTensor> {
  return new Map(
    shapes.map(([name, ...shape]) => {
      const random = randomStream(3, name);
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random() - 0.5);
      return [name, { dtype: "float32", shape, data }];
    }),
  );
}

const x = input("x", "float32", ["rows", 16]);
const ids = input("ids", "int32", ["rows"]);
const constants = weights(["w", 24, 16], ["b", 24], ["u", 16, 24], ["table", 30, 16]);
const [w, b, u, table] = [...constants].map(([name, { shape }]) => parameter(name, "float32", shape)) as [
  Value,
  Value,
  Value,
  Value,
];

/** Largest error of each output relative to float32, and what the graph is made of. */
async function compared(
  outputs: Readonly<Record<string, Value>>,
  feeds: Readonly<Record<string, HostTensor>>,
  frozen: ReadonlyMap<string, HostTensor> = constants,
): Promise<{ errors: number[]; operators: string[]; stored: Map<string, number>; bytes: [number, number] }> {
  const [exact, small] = [undefined, "int8" as const].map((quantize) =>
    compile({ engine, outputs, constants: frozen, quantize }),
  );
  const [expected, found] = [await (await exact)?.(feeds), await (await small)?.(feeds)];
  const errors: number[] = [];
  for (const name of Object.keys(outputs)) {
    const [a, e] = await Promise.all([found?.[name]?.read(), expected?.[name]?.read()]);
    errors.push(relativeError(a as Float32Array, e as Float32Array));
  }
  const lowered = (quantize?: "int8"): Uint8Array =>
    lowerNarrow({ outputs: new Map(Object.entries(outputs)), constants: frozen, quantize }).bytes;
  const bytes = lowered("int8");
  const { graph } = onnx.ModelProto.decode(bytes);
  const operators = (graph?.node ?? []).map(({ opType }) => opType ?? "");
  const stored = new Map((graph?.initializer ?? []).map(({ name, dataType }) => [name ?? "", dataType ?? 0]));
  return { errors, operators, stored, bytes: [lowered().length, bytes.length] };
}

const identity = (size: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0));

const random = randomStream(5, "x");
const fed = {
  x: { dtype: "float32", shape: [7, 16], data: Float32Array.from({ length: 112 }, () => random() * 4 - 1) },
  ids: { dtype: "int32", shape: [7], data: Int32Array.of(3, 29, 0, 3, 7, 11, 2) },
} as const satisfies Record<string, { dtype: string; shape: number[]; data: HostArray }>;

describe("a quantised graph", () => {
  test("computes products with a constant on either side of a transpose, with and without bias", async () => {
    const outputs = { a: linear(x, w, b), c: linear(x, w), d: matmul(x, u) };
    const { errors, operators, bytes } = await compared(outputs, { x: fed.x });
    for (const error of errors) {
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(0.03);
    }
    // One input is quantised once, however many products read it.
    expect(operators.filter((one) => one === "QuantizeLinear")).toHaveLength(1);
    expect(operators).not.toContain("Gemm");
    expect(bytes[1]).toBeLessThan(0.75 * bytes[0]);
  });

  test("keeps one copy of a table for lookups and the output projection", async () => {
    const rows = gather(table, ids);
    const { errors, stored } = await compared({ rows, logits: linear(rows, table) }, { ids: fed.ids });
    for (const error of errors) expect(error).toBeLessThan(0.03);
    const types = onnx.TensorProto.DataType;
    const tables = [...stored].filter(([name]) => name.startsWith("table"));
    expect(tables.filter(([, type]) => type === types.INT8)).toHaveLength(1);
    expect(stored.has("table")).toBe(false);
  });

  test("leaves a weight that something else reads as it is", async () => {
    const outputs = { y: linear(x, w), total: sum(w, [0, 1]) };
    const { errors, operators } = await compared(outputs, { x: fed.x });
    expect(errors).toEqual([0, 0]);
    expect(operators).not.toContain("MatMulIntegerToFloat");
  });

  test("computes a row as if it were alone, whatever its company", async () => {
    const program = await compile({
      ...{ engine, quantize: "int8", constants },
      outputs: { y: linear(x, w, b) },
    } as const);
    const run = async (rows: number, data: Float32Array<ArrayBuffer>): Promise<number[]> => {
      const { y } = await program({ x: { shape: [rows, 16], data } });
      return [...((await y.read()) as Float32Array)];
    };
    const row = fed.x.data.slice(0, 16);
    const alone = await run(1, row);
    const loud = row.map((value) => 1000 * value - 7);
    const together = await run(3, Float32Array.from([...loud, ...row, ...new Float32Array(16)]));
    expect(together.slice(24, 48)).toEqual(alone);
    // Of a row of zeros, the bias is left.
    expect(together.slice(48)).toEqual([...((constants.get("b") as HostTensor).data as Float32Array)]);
    program.close();
  });

  test("gives what comes from a layer norm one fixed step, and its bias to the product", async () => {
    const [gain, shift] = [parameter("gain", "float32", [16]), parameter("shift", "float32", [16])];
    const frozen = new Map([...constants, ...weights(["gain", 16], ["shift", 16])]);
    const norm = layerNorm(x, gain, shift);
    const apart = reshape(norm, ["rows", 1, 16]);
    const outputs = { a: linear(norm, w, b), c: linear(apart, w), d: matmul(norm, u) };
    const { errors, operators } = await compared(outputs, { x: fed.x }, frozen);
    for (const error of errors) {
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(0.03);
    }
    expect(operators).toContain("QuantizeLinear");
    for (const dynamic of ["Abs", "ReduceMax", "Add"]) expect(operators).not.toContain(dynamic);
    // A gain that is no constant has no range to go by.
    const { operators: unknown } = await compared(
      { a: linear(layerNorm(x, input("g", "float32", [16]), shift), w) },
      { x: fed.x, g: { dtype: "float32", shape: [16], data: new Float32Array(16).fill(0.5) } },
      frozen,
    );
    expect(unknown).toContain("ReduceMax");
  });

  test("keeps a scale per row behind a norm whose gains differ much", async () => {
    const [gain, shift] = [parameter("gain", "float32", [16]), parameter("shift", "float32", [16])];
    const frozen = new Map([...constants, ...weights(["gain", 16], ["shift", 16])]);
    const uneven = Float32Array.from({ length: 16 }, (_, i) => (i === 0 ? 40 : 0.1));
    frozen.set("gain", { dtype: "float32", shape: [16], data: uneven });
    const outputs = { y: linear(layerNorm(x, gain, shift), w) };
    expect((await compared(outputs, { x: fed.x }, frozen)).operators).not.toContain("ReduceMax");
    // The same, among many more: the root mean square falls, and the largest stays.
    const wide = input("wide", "float32", ["rows", 1024]);
    const of = (name: string): Value => parameter(name, "float32", [1024]);
    const many = Float32Array.from({ length: 1024 }, (_, i) => (i === 0 ? 40 : 0.1));
    const [v, ...norms] = [...weights(["v", 8, 1024], ["shifts", 1024])];
    const large = new Map([v as [string, HostTensor], ...norms]);
    large.set("gains", { dtype: "float32", shape: [1024], data: many });
    const y = linear(layerNorm(wide, of("gains"), of("shifts")), parameter("v", "float32", [8, 1024]));
    const rows = Float32Array.from({ length: 1024 }, () => random());
    const { operators } = await compared(
      { y },
      { wide: { dtype: "float32", shape: [1, 1024], data: rows } },
      large,
    );
    expect(operators).toContain("ReduceMax");
  });

  test("takes what is positive as it is", async () => {
    const { errors, operators } = await compared({ y: linear(relu(x), w, b) }, { x: fed.x });
    expect(errors[0]).toBeGreaterThan(0);
    expect(errors[0]).toBeLessThan(0.03);
    expect(operators).toContain("ReduceMax");
    expect(operators).not.toContain("Abs");
  });

  test("takes a product and the column of its bias apart", async () => {
    const matrix = withBias(w, b);
    const { errors, operators, stored } = await compared({ y: affine(withOne(x), matrix) }, { x: fed.x });
    expect(errors[0]).toBeGreaterThan(0);
    expect(errors[0]).toBeLessThan(0.03);
    expect(stored.has("w")).toBe(false);
    expect(stored.has("b")).toBe(true);
    expect(operators).toContain("MatMulIntegerToFloat");
    const exact = await compile({
      ...{ engine, constants },
      outputs: { apart: affine(withOne(x), matrix), joined: linear(withOne(x), matrix) },
    });
    const { apart, joined } = await exact({ x: fed.x });
    expect(
      relativeError((await apart.read()) as Float32Array, (await joined.read()) as Float32Array),
    ).toBeLessThan(1e-6);
    exact.close();
  });

  test("keeps the largest element of a normalised row, unless it has half of the row to itself", async () => {
    const one = new Map<string, HostTensor>([
      ["w", { dtype: "float32", shape: [16, 16], data: identity(16) }],
      ["gain", { dtype: "float32", shape: [16], data: new Float32Array(16).fill(1) }],
      ["shift", { dtype: "float32", shape: [16], data: new Float32Array(16) }],
    ]);
    const [gain, shift] = [parameter("gain", "float32", [16]), parameter("shift", "float32", [16])];
    const y = linear(layerNorm(x, gain, shift), parameter("w", "float32", [16, 16]));
    const program = await compile({ engine, outputs: { y }, constants: one, quantize: "int8" });
    // Normalised, two peaks are ±√8, and one alone is √15.
    const rows = [
      [1, -1],
      [1, 0],
    ].flatMap((peaks) => [...peaks, ...new Array<number>(14).fill(0)]);
    const found = await program({ x: { shape: [2, 16], data: Float32Array.from(rows) } });
    const values = (await found.y.read()) as Float32Array;
    expect([...values.slice(0, 2)].map((value) => Number(value.toFixed(2)))).toEqual([2.83, -2.83]);
    expect(values[16]).toBeCloseTo(Math.sqrt(8), 2);
    program.close();
  });

  test("quantises a weight of zeros to zeros", async () => {
    const zeros = new Map<string, HostTensor>([
      ["w", { dtype: "float32", shape: [24, 16], data: new Float32Array(24 * 16) }],
    ]);
    const program = await compile({
      engine,
      outputs: { y: linear(x, w) },
      constants: zeros,
      quantize: "int8",
    });
    const { y } = await program({ x: fed.x });
    expect(Math.max(...((await y.read()) as Float32Array).map(Math.abs))).toBe(0);
    program.close();
  });

  test("reaches products inside a recurrence", async () => {
    const model = build(
      RecurrentLanguageModel({
        vocabulary: 20,
        cell: "lstm",
        embedding: 12,
        hidden: 16,
        layers: 1,
        tie: false,
      }),
    );
    const frozen = weights(
      ...[...model.parameters].map(([name, { spec }]) => [name, ...spec.shape] as [string, ...number[]]),
    );
    const tokens = input("tokens", "int32", ["batch", "length"]);
    const { hidden } = model.call.decode(tokens, {});
    const feeds = {
      tokens: { dtype: "int32", shape: [2, 5], data: Int32Array.from({ length: 10 }, (_, i) => i) },
    } as const;
    const { errors, operators } = await compared({ hidden }, feeds, frozen);
    expect(errors[0]).toBeGreaterThan(0);
    expect(errors[0]).toBeLessThan(0.05);
    expect(operators).toContain("Scan");
  });
});
