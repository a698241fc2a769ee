import type { Value } from "../ir/value.ts";
import { gelu, geluTanh, mul, relu, silu } from "../ops/elementwise.ts";
import { type Layer, layer } from "./layer.ts";
import { Linear } from "./linear.ts";

/**
 * "gelu-tanh" is the approximation used by GPT-2; "silu" is also called swish; "relu2" is relu(x)², of So et al. 2021
 * (https://arxiv.org/abs/2109.08668).
 */
export type Activation = "relu" | "relu2" | "gelu" | "gelu-tanh" | "silu";
const relu2 = (x: Value): Value => {
  const positive = relu(x);
  return mul(positive, positive);
};
const activations = { relu, relu2, gelu, "gelu-tanh": geluTanh, silu } as const satisfies Record<
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
  { activation = "relu" as Activation, dropout = 0, bias = true } = {},
): Layer<(x: Value) => Value> {
  const act = activations[activation];
  return layer(
    { inner: Linear(dim, hidden, { bias }), outer: Linear(hidden, dim, { bias }) },
    ({ inner, outer }, scope) =>
      (x) => {
        const activated = scope.tap("activated", act(scope.tap("inner", inner(x))));
        return scope.tap("output", outer(scope.dropout(activated, dropout)));
      },
  );
}

export interface GatedFeedForwardOptions {
  /** Of the gate. Default "silu": SwiGLU. */
  readonly activation?: Activation;
  /** On the product. Default 0. */
  readonly dropout?: number;
}

/**
 * A feed-forward layer whose hidden units are gated, without biases.        FFN(x) = (act(x G) ⊙ x W1) W2
 *
 *   x [...lead, dim]  ->  [...lead, dim]
 *
 * Taps: inner, x G before the non-linearity; activated, the gated units [...lead, hidden]; output.
 *
 * @see Shazeer 2020, Eq. 6 - https://arxiv.org/abs/2002.05202
 */
export function GatedFeedForward(
  dim: number,
  hidden: number,
  { activation = "silu", dropout = 0 }: GatedFeedForwardOptions = {},
): Layer<(x: Value) => Value> {
  const act = activations[activation];
  const none = { bias: false } as const;
  return layer(
    { gate: Linear(dim, hidden, none), inner: Linear(dim, hidden, none), outer: Linear(hidden, dim, none) },
    ({ gate, inner, outer }, scope) =>
      (x) => {
        const opened = act(scope.tap("inner", gate(x)));
        const activated = scope.tap("activated", mul(opened, inner(x)));
        return scope.tap("output", outer(scope.dropout(activated, dropout)));
      },
  );
}
