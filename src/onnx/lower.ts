import type { Name } from "../ir/op.ts";
import { type TensorType, topological, type Value } from "../ir/value.ts";
import { type Constants, GraphWriter } from "./graph-writer.ts";
import { encodeModel, type OnnxGraph } from "./proto.ts";
import { quantized } from "./quantize.ts";
import { type Repetition, repeated } from "./repeated.ts";

export interface LowerOptions {
  /** The values wanted, by the name they get in the ONNX graph. */
  readonly outputs: ReadonlyMap<string, Value>;
  /** Parameters that become initialisers instead of inputs. */
  readonly constants?: Constants;
  /** Inputs that stand first, in this order; default: as the graph meets them. */
  readonly inputs?: readonly Value[];
  /** Products with constants, and lookups in them, on 8-bit integers: smaller and faster, a little less exact. */
  readonly quantize?: "int8" | undefined;
  /** The graph is one step of many in one run. Outputs and carried inputs are those of the step. */
  readonly repeat?: Repetition | undefined;
}

export interface Lowered {
  readonly bytes: Uint8Array;
  /** What the bytes say. */
  readonly graph: OnnxGraph;
  readonly inputs: ReadonlyMap<string, TensorType & { readonly isParameter: boolean }>;
}

/**
 * Writes the graph that computes `outputs` as one ONNX model, sizes left symbolic. Nothing is written twice: equal nodes
 * of equal operands become one, for the time to open a session grows faster than its number of nodes.
 */
export function lower(options: LowerOptions): Lowered {
  const { outputs, constants, inputs = [], quantize, repeat } = options;
  const writer = new GraphWriter(constants ?? new Map(), outputs);
  const order = topological([...inputs, ...outputs.values()]);
  for (const node of order) for (const value of node.outputs) writer.declareLeaf(value);
  const names = writer.write(order, new Map(), outputs.values());
  for (const [name, value] of outputs) writer.output(name, names.get(value) as Name, value);
  const written = writer.graph();
  const step = quantize ? quantized(written, new Set(constants?.keys())) : written;
  const graph = repeat ? repeated(step, repeat) : step;
  for (const { name, dtype, shape } of graph.inputs) {
    if (!writer.inputs.has(name)) writer.inputs.set(name, { dtype, shape, isParameter: false });
  }
  return { bytes: encodeModel({ graph }), graph, inputs: writer.inputs };
}
