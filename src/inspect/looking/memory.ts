import { elements, evaluate } from "../../ir/size.ts";
import { topological, type Value } from "../../ir/value.ts";

/** All element types of a model's graph have 4 bytes, but for a few int64 sizes. */
const BYTES = 4;

/**
 * The most bytes that a graph's values take at once, in the order of the graph: a value is freed after its last reader, an
 * output is kept. Weights and inputs are not counted. A runtime that computes in place takes less.
 *
 * @param lengths  The sizes of the graph's symbols.
 */
export function peakBytes(outputs: readonly Value[], lengths: ReadonlyMap<string, number>): number {
  const order = topological(outputs);
  const bytesOf = ({ node, shape }: Value): number =>
    node.inputs.length === 0 ? 0 : BYTES * (evaluate(elements(shape), lengths) as number);
  const lastUse = new Map<Value, number>();
  for (const [at, { inputs }] of order.entries()) for (const value of inputs) lastUse.set(value, at);
  for (const value of outputs) lastUse.set(value, order.length);
  const freed = new Map<number, number>();
  for (const [value, at] of lastUse) freed.set(at, (freed.get(at) ?? 0) + bytesOf(value));
  let [now, peak] = [0, 0];
  for (const [at, node] of order.entries()) {
    for (const value of node.outputs) if (lastUse.has(value)) now += bytesOf(value);
    peak = Math.max(peak, now);
    now -= freed.get(at) ?? 0;
  }
  return peak;
}

/** The bytes of a graph's outputs. */
export const returnedBytes = (outputs: readonly Value[], lengths: ReadonlyMap<string, number>): number =>
  outputs.reduce((sum, { shape }) => sum + BYTES * (evaluate(elements(shape), lengths) as number), 0);
