import { createRequire } from "node:module";
import { expect, test } from "vitest";
import {
  attribute,
  encodeModel,
  float,
  floats,
  type OnnxGraph,
  type OnnxModel,
} from "../../src/onnx/proto.ts";

// The independent reader: protobufjs code generated from ONNX's own schema.
const { onnx } = createRequire(import.meta.url)("onnx-proto") as typeof import("onnx-proto");

// biome-ignore lint/suspicious/noExplicitAny: an object tree without a type of its own
type Tree = any;

/** The file as the independent reader sees it; 64-bit numbers become strings, bytes arrays. */
function decode(model: OnnxModel): Tree {
  const message = onnx.ModelProto.decode(encodeModel(model));
  return onnx.ModelProto.toObject(message, { longs: String, bytes: Array, enums: Number });
}

const bytesOf = (data: ArrayBufferView): number[] =>
  Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));

const empty: OnnxGraph = { name: "g", nodes: [], initializers: [], inputs: [], outputs: [] };

test("a model's every field is read back by an independent decoder", () => {
  const weight = Float32Array.from([1.5, -2, 3, 4, 5, 6]);
  const model: OnnxModel = {
    opset: 20,
    irVersion: 9,
    graph: {
      name: "heed",
      nodes: [
        { opType: "MatMul", inputs: ["x", "w"], outputs: ["y"], name: "product" },
        { opType: "Clip", inputs: ["y", "", "top"], outputs: ["z"] },
        { opType: "Gelu", domain: "com.microsoft", inputs: ["z"], outputs: ["out"] },
      ],
      initializers: [
        { name: "w", dtype: "float32", shape: [2, 3], data: weight },
        { name: "top", dtype: "float32", shape: [], data: Float32Array.of(6) },
      ],
      inputs: [{ name: "x", dtype: "float32", shape: ["batch", 2] }],
      outputs: [{ name: "out", dtype: "float32", shape: ["batch", 3] }],
    },
  };
  expect(decode(model)).toEqual({
    irVersion: "9",
    producerName: "heed",
    opsetImport: [
      { domain: "", version: "20" },
      { domain: "com.microsoft", version: "1" },
    ],
    graph: {
      name: "heed",
      node: [
        { opType: "MatMul", input: ["x", "w"], output: ["y"], name: "product" },
        { opType: "Clip", input: ["y", "", "top"], output: ["z"] },
        { opType: "Gelu", domain: "com.microsoft", input: ["z"], output: ["out"] },
      ],
      initializer: [
        { name: "w", dataType: 1, dims: ["2", "3"], rawData: bytesOf(weight) },
        { name: "top", dataType: 1, rawData: bytesOf(Float32Array.of(6)) },
      ],
      input: [
        {
          name: "x",
          type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: "batch" }, { dimValue: "2" }] } } },
        },
      ],
      output: [
        {
          name: "out",
          type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: "batch" }, { dimValue: "3" }] } } },
        },
      ],
    },
  });
});

test("the defaults are operator set 20 and file format 9", () => {
  expect(decode({ graph: empty })).toMatchObject({
    irVersion: "9",
    opsetImport: [{ domain: "", version: "20" }],
  });
});

test("every kind of attribute keeps its kind and value", () => {
  const table = Float64Array.of(0.1, -0.2);
  const attributes = {
    axis: attribute(-1),
    zero: attribute(0),
    far: attribute(2 ** 53 - 1),
    least: attribute(-(2n ** 63n)),
    most: attribute(2n ** 63n - 1n),
    flag: attribute(true),
    perm: attribute([0, 2, -3, 300]),
    none: attribute([]),
    alpha: float(1),
    scales: floats([0.5, -4]),
    mode: attribute("línear"),
    value: attribute({ dtype: "float64", shape: [1, 2], data: table }),
  };
  const node = { opType: "Any", inputs: [], outputs: ["y"], attributes };
  const decoded = decode({ graph: { ...empty, nodes: [node] } });
  expect(decoded.graph.node[0].attribute).toEqual([
    { name: "axis", type: 2, i: "-1" },
    { name: "zero", type: 2, i: "0" },
    { name: "far", type: 2, i: "9007199254740991" },
    { name: "least", type: 2, i: "-9223372036854775808" },
    { name: "most", type: 2, i: "9223372036854775807" },
    { name: "flag", type: 2, i: "1" },
    { name: "perm", type: 7, ints: ["0", "2", "-3", "300"] },
    { name: "none", type: 7 },
    { name: "alpha", type: 1, f: 1 },
    { name: "scales", type: 6, floats: [0.5, -4] },
    { name: "mode", type: 3, s: [...new TextEncoder().encode("línear")] },
    { name: "value", type: 4, t: { dataType: 11, dims: ["1", "2"], rawData: bytesOf(table) } },
  ]);
});

test("bodies of If and Scan nest to any depth", () => {
  const inner: OnnxGraph = {
    ...empty,
    name: "inner",
    nodes: [{ opType: "Identity", inputs: ["weight"], outputs: ["leaf"] }],
    outputs: [{ name: "leaf", dtype: "int32", shape: [] }],
  };
  const body: OnnxGraph = {
    ...empty,
    name: "body",
    nodes: [
      {
        opType: "If",
        inputs: ["on"],
        outputs: ["r"],
        attributes: { then_branch: attribute(inner), else_branch: attribute({ ...inner, name: "other" }) },
      },
    ],
    inputs: [{ name: "on", dtype: "bool", shape: [] }],
    outputs: [{ name: "r", dtype: "int32", shape: [] }],
  };
  const attributes = { body: attribute(body), num_scan_inputs: attribute(1) };
  const scan = { opType: "Scan", inputs: ["xs"], outputs: ["rs"], attributes };
  const decoded = decode({ graph: { ...empty, nodes: [scan] } });
  const [bodyAttribute, count] = decoded.graph.node[0].attribute;
  expect(count).toEqual({ name: "num_scan_inputs", type: 2, i: "1" });
  expect(bodyAttribute).toMatchObject({ name: "body", type: 5, g: { name: "body" } });
  expect(bodyAttribute.g.input).toEqual([{ name: "on", type: { tensorType: { elemType: 9, shape: {} } } }]);
  const branches = bodyAttribute.g.node[0].attribute;
  expect(branches.map((branch: Tree) => [branch.name, branch.g.name])).toEqual([
    ["then_branch", "inner"],
    ["else_branch", "other"],
  ]);
  expect(branches[0].g.node).toEqual([{ opType: "Identity", input: ["weight"], output: ["leaf"] }]);
});

test("raw data is right for every element type, also for a view into a larger buffer", () => {
  const larger = Float32Array.of(9, 8, 7, 6);
  const initializers = [
    { name: "f", dtype: "float32", shape: [2], data: larger.subarray(1, 3) },
    { name: "d", dtype: "float64", shape: [1], data: Float64Array.of(Math.PI) },
    { name: "i", dtype: "int32", shape: [2], data: Int32Array.of(-1, 70000) },
    { name: "l", dtype: "int64", shape: [2], data: BigInt64Array.of(-1n, 2n ** 62n) },
    { name: "b", dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) },
    { name: "e", dtype: "float32", shape: [2, 0], data: new Float32Array(0) },
  ] as const;
  const decoded = decode({ graph: { ...empty, initializers } }).graph.initializer;
  expect(decoded.map((tensor: Tree) => tensor.dataType)).toEqual([1, 11, 6, 7, 9, 1]);
  expect(decoded.map((tensor: Tree) => tensor.rawData)).toEqual(
    initializers.map(({ data }) => bytesOf(data)),
  );
  expect(decoded[5].dims).toEqual(["2", "0"]);
});

test("names longer than 127 bytes and of any script survive", () => {
  const names = ["x".repeat(127), "x".repeat(128), "x".repeat(20000), "слой.0.вес", "権重"];
  const nodes = names.map((name) => ({ opType: "Identity", inputs: [name], outputs: [`${name}'`] }));
  const decoded = decode({ graph: { ...empty, nodes } });
  expect(decoded.graph.node.map((node: Tree) => node.input[0])).toEqual(names);
});

test("data that does not fit its shape is refused", () => {
  const initializers = [{ name: "w", dtype: "float32", shape: [2, 3], data: new Float32Array(5) }] as const;
  expect(() => encodeModel({ graph: { ...empty, initializers } })).toThrow(
    'onnx encode: tensor "w" has shape [2, 3] but 5 elements.',
  );
});

test("an integer attribute that is no integer is refused", () => {
  const node = { opType: "Any", inputs: [], outputs: [], attributes: { axis: attribute(0.5) } };
  expect(() => encodeModel({ graph: { ...empty, nodes: [node] } })).toThrow(
    'onnx encode: attribute "axis" is of kind int but holds 0.5.',
  );
});
