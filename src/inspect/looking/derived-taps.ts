import type { Size } from "../../ir/size.ts";
import type { Value } from "../../ir/value.ts";
import { splitTap } from "../../nn/match-taps.ts";
import type { TapName } from "../../nn/taps.ts";
import { mul } from "../../ops/elementwise.ts";
import { reshape } from "../../ops/reshape.ts";
import { softmax } from "../../ops/softmax.ts";

/** What follows from a model's taps and is computed for a look alone: it can be read, and neither changed nor differentiated. */
const DERIVED: readonly TapName[] = ["ids", "weighted", "probabilities"];

export const isDerived = (path: string): boolean => DERIVED.includes(splitTap(path)[1]);

/**
 * The taps of a model with those that follow from them, in the model's order.
 *
 * - ids            what is looked up: `encoder.input.ids`
 * - weighted       a_ij v_j of each head, at every place that has weights and values
 * - logits, probabilities = softmax(logits)
 */
export function withDerivedTaps(
  taps: ReadonlyMap<string, Value>,
  ids: ReadonlyMap<string, Value>,
  logits: Value,
): Map<string, Value> {
  const all = new Map<string, Value>(ids);
  for (const [path, value] of taps) {
    all.set(path, value);
    const [place, name] = splitTap(path);
    const values = taps.get(`${place}.values`);
    if (name === "weights" && values) all.set(`${place}.weighted`, weighted(value, values));
  }
  return all.set("logits", logits).set("probabilities", softmax(logits));
}

/** weights [batch, heads, queries, keys], values [batch, heads, keys, dValue]  ->  [batch, heads, queries, keys, dValue] */
function weighted(weights: Value, values: Value): Value {
  const [batch, heads, keys, size] = values.shape as [Size, Size, Size, Size];
  return mul(reshape(weights, [...weights.shape, 1]), reshape(values, [batch, heads, 1, keys, size]));
}
