import type { Name } from "../ir/op.ts";
import { type TensorType, topological, type Value } from "../ir/value.ts";
import { type Constants, GraphWriter } from "./graph-writer.ts";
import { encodeModel, type OnnxGraph } from "./proto.ts";
import { quantized } from "./quantize.ts";
import { type Repetition, repeated } from "./repeated.ts";
import { reshapedInputs } from "./reshaped-inputs.ts";

export interface LowerOptions {
  /** The values wanted, by the name they get in the ONNX graph. */
  readonly outputs: ReadonlyMap<string, Value>;
  /** Parameters that become initialisers instead of inputs. */
  readonly constants?: Constants;
  /**
   * Outputs that the runtime writes where the caller says, over an input if that may be. Of these, and of parameters, only
   * the number of elements is then as asked: what would be reshaped first or last has the other shape. Default: none.
   */
  readonly overwriting?: ReadonlySet<string>;
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
  readonly outputs: ReadonlyMap<string, TensorType>;
}

/**
 * Writes the graph that computes `outputs` as one ONNX model, sizes left symbolic. Nothing is written twice: equal nodes
 * of equal operands become one, for the time to open a session grows faster than its number of nodes.
 */
export function lower(options: LowerOptions): Lowered {
  const { outputs, constants, overwriting = new Set(), inputs = [], quantize, repeat } = options;
  const writer = new GraphWriter(constants ?? new Map(), outputs, overwriting);
  const order = topological([...inputs, ...outputs.values()]);
  for (const node of order) for (const value of node.outputs) writer.declareLeaf(value);
  const names = writer.write(order, new Map(), outputs.values());
  const types = new Map<string, TensorType>();
  for (const [name, value] of outputs) {
    types.set(name, writer.output(name, names.get(value) as Name, value));
  }
  const parameters = Array.from(writer.inputs).flatMap(([name, { isParameter }]) =>
    isParameter ? [name] : [],
  );
  const written = overwriting.size > 0 ? reshapedInputs(writer.graph(), parameters) : writer.graph();
  const step = quantize ? quantized(written, new Set(constants?.keys())) : written;
  const graph = repeat ? repeated(step, repeat) : step;
  for (const { name, dtype, shape } of graph.inputs) {
    const known = writer.inputs.get(name);
    if (!known) writer.inputs.set(name, { dtype, shape, isParameter: false });
    else if (known.isParameter) writer.inputs.set(name, { ...known, shape });
  }
  return { bytes: encodeModel({ graph }), graph, inputs: writer.inputs, outputs: types };
}
