import type { Value } from "../ir/value.ts";
import { gelu, geluTanh, relu } from "../ops/elementwise.ts";
import { type Layer, layer } from "./layer.ts";
import { Linear } from "./linear.ts";

/** "gelu-tanh" is the approximation used by GPT-2. */
export type Activation = "relu" | "gelu" | "gelu-tanh";
const activations = { relu, gelu, "gelu-tanh": geluTanh } as const satisfies Record<
  Activation,
  (x: Value) => Value
>;

/**
 * Two linear maps with a non-linearity between, applied to each position separately.        FFN(x) = act(x W1 + b1) W2 + b2
 *
 *   x [...lead, dim]  ->  [...lead, dim]
 *
 * Taps: inner and activated [...lead, hidden], before and after the non-linearity; output.
 *
 * @see Vaswani et al. 2017, Eq. 2 - https://arxiv.org/abs/1706.03762
 */
export function FeedForward(
  dim: number,
  hidden: number,
  { activation = "relu" as Activation, dropout = 0 } = {},
): Layer<(x: Value) => Value> {
  const act = activations[activation];
  return layer(
    { inner: Linear(dim, hidden), outer: Linear(hidden, dim) },
    ({ inner, outer }, scope) =>
      (x) => {
        const activated = scope.tap("activated", act(scope.tap("inner", inner(x))));
        return scope.tap("output", outer(scope.dropout(activated, dropout)));
      },
  );
}
