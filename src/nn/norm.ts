import type { Value } from "../ir/value.ts";
import { sum } from "../ops/broadcast.ts";
import { add, div, mul, sqrt, sub } from "../ops/elementwise.ts";
import { layerNorm } from "../ops/layer-norm.ts";
import { mean } from "../ops/reduce.ts";
import { constantly, ones, zeros } from "./initialise.ts";
import { type Layer, layer, type Scope } from "./layer.ts";

/**
 * Layer normalisation: each vector on the last axis gets mean 0 and variance 1, then a learned gain and bias.
 *
 *   x [...lead, dim]  ->  [...lead, dim]        y = gain · (x - mean) / sqrt(variance + epsilon) + bias
 *
 * Taps: mean, deviation = sqrt(variance + epsilon) [...lead, 1]; normed, the output.
 *
 * @param epsilon  Added to the variance; same unit as x². Default 1e-5, as in PyTorch.
 * @throws ERR_SHAPE when the last axis of x is not `dim`.
 * @see Ba, Kiros & Hinton 2016 - https://arxiv.org/abs/1607.06450
 */
export function LayerNorm(dim: number, { epsilon = 1e-5 } = {}): Layer<(x: Value) => Value> {
  const parts = { gain: { shape: [dim], init: ones }, bias: { shape: [dim], init: zeros } };
  return layer(parts, ({ gain, bias }, scope) => (x) => {
    const last = [x.shape.length - 1];
    const centre = mean(x, last, { keep: true });
    const distance = sub(x, centre);
    const spread = sqrt(add(mean(mul(distance, distance), last, { keep: true }), epsilon));
    const [tappedCentre, tappedSpread] = [scope.tap("mean", centre), scope.tap("deviation", spread)];
    // One operator, unless an observer replaced either.
    const isUnchanged = tappedCentre === centre && tappedSpread === spread;
    return scope.tap(
      "normed",
      isUnchanged
        ? layerNorm(x, gain, bias, epsilon)
        : add(mul(div(sub(x, tappedCentre), tappedSpread), gain), bias),
    );
  });
}

/**
 * Normalisation by the root mean square: each vector on the last axis gets mean square 1, then a learned gain.
 *
 *   x [...lead, dim]  ->  [...lead, dim]        y = gain · x / sqrt(mean(x²) + epsilon)
 *
 * Taps: deviation = sqrt(mean(x²) + epsilon) [...lead, 1]; normed, the output.
 *
 * @param epsilon  Added to the mean square; same unit as x². Default 1e-6, as in T5 and LLaMA.
 * @throws ERR_SHAPE when the last axis of x is not `dim`.
 * @see Zhang & Sennrich 2019, Eq. 4 - https://arxiv.org/abs/1910.07467
 */
export function RmsNorm(dim: number, { epsilon = 1e-6 } = {}): Layer<(x: Value) => Value> {
  return layer({ gain: { shape: [dim], init: ones } }, ({ gain }, scope) => (x) => {
    const square = mean(mul(x, x), [x.shape.length - 1], { keep: true });
    const spread = scope.tap("deviation", sqrt(add(square, epsilon)));
    return scope.tap("normed", mul(div(x, spread), gain));
  });
}

/**
 * Normalisation by length: each vector on the last axis gets one learned length.
 *
 *   x [...lead, dim]  ->  [...lead, dim]        y = g · x / sqrt(Σ x² + epsilon), g [1], at first sqrt(dim)
 *
 * Taps: deviation = sqrt(Σ x² + epsilon) [...lead, 1]; normed, the output.
 *
 * @param epsilon  Added to the squared length. Default 1e-6.
 * @see Nguyen & Salazar 2019, Eq. 5 - https://aclanthology.org/2019.iwslt-1.17
 */
export function ScaleNorm(dim: number, { epsilon = 1e-6 } = {}): Layer<(x: Value) => Value> {
  return layer({ gain: { shape: [1], init: constantly(Math.sqrt(dim)) } }, ({ gain }, scope) => (x) => {
    const square = sum(mul(x, x), [x.shape.length - 1], { keep: true });
    const length = scope.tap("deviation", sqrt(add(square, epsilon)));
    return scope.tap("normed", mul(div(x, length), gain));
  });
}

/**
 * The norm of queries or keys, in each head: by the root mean square, with one gain for all heads. Without taps: those of
 * attention show what comes out.
 *
 *   x [batch, heads, length, dKey]  ->  the same shape        y = gain · x / sqrt(mean(x²) + epsilon)
 *
 * @see Henry et al. 2020, who divide by the length and have one gain for all axes - https://aclanthology.org/2020.findings-emnlp.379
 */
export function HeadNorm(dKey: number, { epsilon = 1e-6 } = {}): Layer<(x: Value) => Value> {
  return layer(
    { gain: { shape: [dKey], init: ones } },
    ({ gain }) =>
      (x) =>
        mul(div(x, sqrt(add(mean(mul(x, x), [3], { keep: true }), epsilon))), gain),
  );
}

/** By mean and variance, by the root mean square, or by length. */
export type NormKind = "layer" | "rms" | "scale";

/** The norm of a kind, with the epsilon that is usual for it unless one is given. */
export const normOf: Readonly<Record<NormKind, typeof LayerNorm>> = {
  layer: LayerNorm,
  rms: RmsNorm,
  scale: ScaleNorm,
};

/** A residual connection and its norm around any function of x. Taps: skipped, x; sublayer, added to it; sum. */
export type Residual = (x: Value, sublayer: (x: Value) => Value) => Value;

/** x + dropout(y), tapped. */
export function residualSum(scope: Scope, x: Value, y: Value, dropout: number): Value {
  return scope.tap("sum", add(scope.tap("skipped", x), scope.tap("sublayer", scope.dropout(y, dropout))));
}

/**
 * The residual of the original Transformer: the sum is normalised.        y = norm(x + dropout(f(x)))
 *
 * @param norm  Default `LayerNorm(dim)`.
 * @see Vaswani et al. 2017, section 3.1 - https://arxiv.org/abs/1706.03762
 */
export function PostNorm(
  dim: number,
  dropout: number,
  norm: Layer<(x: Value) => Value> = LayerNorm(dim),
): Layer<Residual> {
  return layer(
    { norm },
    ({ norm }, scope) =>
      (x, sublayer) =>
        norm(residualSum(scope, x, sublayer(x), dropout)),
  );
}

/**
 * The residual with an identity path: the sublayer's input is normalised.        y = x + dropout(f(norm(x)))
 *
 * @param norm  Default `LayerNorm(dim)`.
 * @see Xiong et al. 2020 - https://arxiv.org/abs/2002.04745
 */
export function PreNorm(
  dim: number,
  dropout: number,
  norm: Layer<(x: Value) => Value> = LayerNorm(dim),
): Layer<Residual> {
  return layer(
    { norm },
    ({ norm }, scope) =>
      (x, sublayer) =>
        residualSum(scope, x, sublayer(norm(x)), dropout),
  );
}
