import { heedError } from "../errors.ts";
import type { DType, HostArray } from "../ir/dtype.ts";
import { BackwardWriter } from "./backward-writer.ts";

/** An ONNX model as plain data: the part of the format that Heed writes. */
export interface OnnxModel {
  readonly graph: OnnxGraph;
  /** Version of the default operator set. Default 20. */
  readonly opset?: number;
  /** Version of the file format. Default 9. */
  readonly irVersion?: number;
}

export interface OnnxGraph {
  readonly name: string;
  /** Every node after the nodes that produce its inputs. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

export interface OnnxNode {
  readonly opType: string;
  /** Operator set of the node, at version 1. Default "", the ONNX default set. */
  readonly domain?: string;
  readonly name?: string;
  /** Names of values; "" where an optional input is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

const graphsOf = ({ attributes = {} }: OnnxNode): OnnxGraph[] =>
  Object.values(attributes).flatMap((attribute) => (attribute.type === "graph" ? [attribute.value] : []));

/** All names that a node reads, including those read by its subgraphs. */
export function namesRead(node: OnnxNode): string[] {
  return [...node.inputs, ...graphsOf(node).flatMap(({ nodes }) => nodes.flatMap(namesRead))];
}

/** The operator sets that a graph uses besides the default one, with their versions. */
function domainsOf(graph: OnnxGraph): Map<string, number> {
  const domains = new Map<string, number>();
  const visit = ({ nodes }: OnnxGraph): void => {
    for (const node of nodes) {
      if (node.domain) domains.set(node.domain, 1);
      for (const inner of graphsOf(node)) visit(inner);
    }
  };
  visit(graph);
  return domains;
}

/** A node with its names replaced, including those in its subgraphs. */
export function renamed(node: OnnxNode, names: ReadonlyMap<string, string>): OnnxNode {
  const nameOf = (name: string): string => names.get(name) ?? name;
  const attributes = Object.entries(node.attributes ?? {}).map(([key, attribute]) => {
    if (attribute.type !== "graph") return [key, attribute] as const;
    const nodes = attribute.value.nodes.map((inner) => renamed(inner, names));
    return [key, { type: "graph", value: { ...attribute.value, nodes } }] as const;
  });
  return {
    ...node,
    inputs: node.inputs.map(nameOf),
    outputs: node.outputs.map(nameOf),
    attributes: Object.fromEntries(attributes),
  };
}

/** The value of an attribute. The kind is explicit, because 1 may mean a float. */
export type OnnxAttribute =
  | { readonly type: "int"; readonly value: number | bigint }
  | { readonly type: "ints"; readonly value: readonly (number | bigint)[] }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "tensor"; readonly value: OnnxTensor }
  | { readonly type: "graph"; readonly value: OnnxGraph };

/** Element types of constants in a file: those of values, and narrower ones for weights. */
export type OnnxDType = DType | "int8" | "uint8" | "float16";

/** Constant numbers, row-major. */
export interface OnnxTensor {
  readonly dtype: OnnxDType;
  readonly shape: readonly number[];
  /** Of float16, the bits. */
  readonly data: HostArray | Int8Array | Uint16Array<ArrayBuffer>;
}

export interface OnnxInitializer extends OnnxTensor {
  readonly name: string;
}

export interface OnnxValueInfo {
  readonly name: string;
  readonly dtype: DType;
  /** A string is a symbolic size: equal names are equal sizes. */
  readonly shape: readonly (number | string)[];
}

/** ONNX's codes for Heed's element types (TensorProto.DataType); ONNX Runtime uses the same. */
export const onnxElementType = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
} as const satisfies Record<DType, number>;

const narrow = { int8: 3, uint8: 2, float16: 10 } as const;

/** An attribute of the kind that its value implies; for floats use `float` or `floats`. */
export function attribute(
  value: number | bigint | boolean | readonly (number | bigint)[] | string | OnnxTensor | OnnxGraph,
): OnnxAttribute {
  if (typeof value === "string") return { type: "string", value };
  if (typeof value === "boolean") return { type: "int", value: value ? 1 : 0 };
  if (typeof value === "number" || typeof value === "bigint") return { type: "int", value };
  if ("nodes" in value) return { type: "graph", value };
  if ("dtype" in value) return { type: "tensor", value };
  return { type: "ints", value };
}

/** An attribute of kind float, whatever the number. */
export const float = (value: number): OnnxAttribute => ({ type: "float", value });

/** An attribute of kind floats. */
export const floats = (value: readonly number[]): OnnxAttribute => ({ type: "floats", value });

/**
 * The bytes of an ONNX file (protobuf). Numbers are copied once, as raw little-endian data.
 *
 * @throws ERR_GRAPH when a tensor's data does not fit its shape, an integer attribute is not an integer, or the
 *   model exceeds protobuf's limit of 2 GiB.
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  const { graph, opset = 20, irVersion = 9 } = model;
  const rawBytes = graph.initializers.reduce((total, { data }) => total + data.byteLength, 0);
  const writer = new BackwardWriter(rawBytes + 256 * graph.nodes.length + 4096);
  // Fields are written last to first: see BackwardWriter.
  for (const [domain, version] of [["", opset] as const, ...domainsOf(graph)].reverse()) {
    const end = writer.mark();
    writer.int(2, version);
    writer.string(1, domain);
    writer.message(8, end);
  }
  nested(writer, 7, graph, writeGraph);
  writer.string(2, "heed");
  writer.int(1, irVersion);
  const bytes = writer.finish();
  if (bytes.length > 2 ** 31 - 1) {
    const problem = `the model takes ${bytes.length} bytes but protobuf allows ${2 ** 31 - 1}`;
    throw heedError("ERR_GRAPH", { operation: "onnx encode", problem });
  }
  return bytes;
}

type Write<T> = (writer: BackwardWriter, value: T) => void;

function nested<T>(writer: BackwardWriter, field: number, value: T, write: Write<T>): void {
  const end = writer.mark();
  write(writer, value);
  writer.message(field, end);
}

function eachBackward<T>(items: readonly T[], visit: (item: T) => void): void {
  for (let i = items.length - 1; i >= 0; i--) visit(items[i] as T);
}

function writeGraph(writer: BackwardWriter, graph: OnnxGraph): void {
  eachBackward(graph.outputs, (output) => nested(writer, 12, output, writeValueInfo));
  eachBackward(graph.inputs, (input) => nested(writer, 11, input, writeValueInfo));
  eachBackward(graph.initializers, (initializer) => nested(writer, 5, initializer, writeTensor));
  writer.string(2, graph.name);
  eachBackward(graph.nodes, (node) => nested(writer, 1, node, writeNode));
}

function writeNode(writer: BackwardWriter, node: OnnxNode): void {
  if (node.domain) writer.string(7, node.domain);
  if (node.attributes) {
    eachBackward(Object.entries(node.attributes), (entry) => nested(writer, 5, entry, writeAttribute));
  }
  writer.string(4, node.opType);
  if (node.name) writer.string(3, node.name);
  eachBackward(node.outputs, (name) => writer.string(2, name));
  eachBackward(node.inputs, (name) => writer.string(1, name));
}

const attributeType = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7 } as const;

function writeAttribute(writer: BackwardWriter, [name, attribute]: readonly [string, OnnxAttribute]): void {
  writer.int(20, attributeType[attribute.type]);
  const integer = (field: number, value: number | bigint): void => {
    if (typeof value === "number" && !Number.isSafeInteger(value)) {
      const problem = `attribute "${name}" is of kind ${attribute.type} but holds ${value}`;
      throw heedError("ERR_GRAPH", { operation: "onnx encode", problem });
    }
    writer.int(field, value);
  };
  switch (attribute.type) {
    case "int":
      integer(3, attribute.value);
      break;
    case "ints":
      eachBackward(attribute.value, (value) => integer(8, value));
      break;
    case "float":
      writer.float(2, attribute.value);
      break;
    case "floats":
      eachBackward(attribute.value, (value) => writer.float(7, value));
      break;
    case "string":
      writer.string(4, attribute.value);
      break;
    case "tensor":
      nested(writer, 5, attribute.value, writeTensor);
      break;
    case "graph":
      nested(writer, 6, attribute.value, writeGraph);
      break;
  }
  writer.string(1, name);
}

function writeTensor(writer: BackwardWriter, tensor: OnnxTensor & { readonly name?: string }): void {
  const { dtype, shape, data, name } = tensor;
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements !== data.length) {
    const problem = `tensor "${name ?? ""}" has shape [${shape.join(", ")}] but ${data.length} elements`;
    throw heedError("ERR_GRAPH", { operation: "onnx encode", problem });
  }
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (name) writer.string(8, name);
  writer.int(2, { ...onnxElementType, ...narrow }[dtype]);
  eachBackward(shape, (size) => writer.int(1, size));
}

function writeValueInfo(writer: BackwardWriter, { name, dtype, shape }: OnnxValueInfo): void {
  const type = writer.mark();
  const tensorType = writer.mark();
  const dimensions = writer.mark();
  eachBackward(shape, (size) => {
    const dimension = writer.mark();
    if (typeof size === "number") writer.int(1, size);
    else writer.string(2, size);
    writer.message(1, dimension);
  });
  writer.message(2, dimensions);
  writer.int(1, onnxElementType[dtype]);
  writer.message(1, tensorType);
  writer.message(2, type);
  writer.string(1, name);
}
