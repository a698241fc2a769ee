import type { Value } from "../ir/value.ts";
import { gelu, relu } from "../ops/elementwise.ts";
import { type Layer, layer } from "./layer.ts";
import { Linear } from "./linear.ts";

export type Activation = "relu" | "gelu";
const activations = { relu, gelu } as const satisfies Record<Activation, (x: Value) => Value>;

/**
 * Two linear maps with a non-linearity between, applied at each position alike.        FFN(x) = act(x W1 + b1) W2 + b2
 *
 *   x [...lead, dim]  ->  [...lead, dim]
 *
 * @see Vaswani et al. 2017, Eq. 2 - https://arxiv.org/abs/1706.03762
 */
export function FeedForward(
  dim: number,
  hidden: number,
  { activation = "relu" as Activation, dropout = 0 } = {},
): Layer<(x: Value) => Value> {
  const act = activations[activation];
  return layer({ inner: Linear(dim, hidden), outer: Linear(hidden, dim) }, ({ inner, outer }, scope) => (x) =>
    outer(scope.dropout(act(inner(x)), dropout)),
  );
}
