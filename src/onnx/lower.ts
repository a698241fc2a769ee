import type { Name } from "../ir/op.ts";
import { type TensorType, topological, type Value } from "../ir/value.ts";
import { type Constants, GraphWriter } from "./graph-writer.ts";
import { encodeModel, type OnnxGraph } from "./proto.ts";
import { type Repetition, repeated } from "./repeated.ts";

/** Rewrites a graph so that the named initialisers take less room. */
export type Narrowing = (graph: OnnxGraph, weights: ReadonlySet<string>) => OnnxGraph;

export interface LowerOptions {
  /** The values to compute, by their names in the ONNX graph. */
  readonly outputs: ReadonlyMap<string, Value>;
  /** Parameters that become initialisers instead of inputs. */
  readonly constants?: Constants;
  /** Inputs to list first, in this order. Default: in the order of the graph. */
  readonly inputs?: readonly Value[];
  /** Narrows the constants: `quantized` or `halved`. Default: they stay as they are. */
  readonly narrow?: Narrowing | undefined;
  /** Repeats the graph as one step of many in one run. Outputs and carried inputs are those of the step. */
  readonly repeat?: Repetition | undefined;
}

export interface Lowered {
  readonly bytes: Uint8Array;
  /** The content of `bytes` as plain data. */
  readonly graph: OnnxGraph;
  readonly inputs: ReadonlyMap<string, TensorType & { readonly isParameter: boolean }>;
}

/**
 * Writes the graph that computes `outputs` as one ONNX model with symbolic sizes. Equal nodes with equal operands are
 * merged, because the time to open a session grows faster than its number of nodes.
 */
export function lower(options: LowerOptions): Lowered {
  const { outputs, constants, inputs = [], narrow, repeat } = options;
  const writer = new GraphWriter(constants ?? new Map(), outputs);
  const order = topological([...inputs, ...outputs.values()]);
  for (const node of order) for (const value of node.outputs) writer.declareLeaf(value);
  const names = writer.write(order, new Map(), outputs.values());
  for (const [name, value] of outputs) writer.output(name, names.get(value) as Name, value);
  const written = writer.graph();
  const step = narrow ? narrow(written, new Set(constants?.keys())) : written;
  const graph = repeat ? repeated(step, repeat) : step;
  for (const { name, dtype, shape } of graph.inputs) {
    if (!writer.inputs.has(name)) writer.inputs.set(name, { dtype, shape, isParameter: false });
  }
  return { bytes: encodeModel({ graph }), graph, inputs: writer.inputs };
}
