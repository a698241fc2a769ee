import type { Value } from "../ir/value.ts";
import { linear } from "../ops/matmul.ts";
import { glorotUniform, zeros } from "./initialise.ts";
import { type Layer, layer } from "./layer.ts";

/**
 * A learned linear map of the last axis.
 *
 *   x [...lead, in]  ->  [...lead, out]        y = x Wᵀ + b, W [out, in]
 *
 * @param bias  Adds b. Default true.
 */
export function Linear(inner: number, out: number, { bias = true } = {}): Layer<(x: Value) => Value> {
  const weight = { shape: [out, inner], init: glorotUniform };
  return bias
    ? layer({ weight, bias: { shape: [out], init: zeros } }, (m) => (x) => linear(x, m.weight, m.bias))
    : layer({ weight }, (m) => (x) => linear(x, m.weight));
}
