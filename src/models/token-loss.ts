/** The loss of predicted tokens, and what may be added to it. */
import { constant } from "../ir/leaf.ts";
import { elements, type Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { sum } from "../ops/broadcast.ts";
import { projectedCrossEntropy } from "../ops/cross-entropy.ts";
import { add, log, mul, sub } from "../ops/elementwise.ts";
import { gather } from "../ops/gather.ts";
import { concat, flattenLead, reshape, slice } from "../ops/reshape.ts";

export interface TokenLossOptions {
  /** ε, the share of probability spread over the outputs. Default 0. */
  readonly smoothing?: number;
  /** Outputs that get nothing of it: padding and other tokens that no text has. Default: all get the same. */
  readonly spared?: readonly number[] | undefined;
  /** R-Drop's α: see `twiceRead`. Default: every batch is read once. */
  readonly rDrop?: number | undefined;
}

/** What is predicted: labels int32 [...lead], and 1 for each that counts, 0 for padding. */
interface Labels {
  readonly labels: Value;
  readonly weight: Value;
}

interface TokenLoss {
  /** Summed over the labels. */
  readonly loss: Value;
  readonly negativeLogLikelihood: Value;
}

/** Two copies of a batch, one after the other, which dropout treats differently.        x [n, ...]  ->  [2n, ...] */
export const twice = (x: Value): Value => concat([x, x], 0);

/** The inputs of a model: as they are, or twice for R-Drop. */
export const asRead = (x: Value, { rDrop }: TokenLossOptions): Value => (rDrop === undefined ? x : twice(x));

/**
 * Label-smoothed cross-entropy of the tokens that states predict.
 *
 *   hidden [...lead, dim], projection [vocabulary, dim], labels and weight [...lead]
 *
 * With `rDrop`, the states are of `twice` the batch, and the loss is half of what the paper has:
 *
 *   L = (L_1 + L_2) / 2 + α / 4 · (KL(p_1 | p_2) + KL(p_2 | p_1))
 *
 * @see Liang et al. 2021, Eq. 4 - https://arxiv.org/abs/2106.14448
 */
export function tokenLoss(
  hidden: Value,
  projection: Value,
  { labels, weight }: Labels,
  options: TokenLossOptions = {},
): TokenLoss {
  const { smoothing = 0, spared = [], rDrop } = options;
  const count = elements(labels.shape);
  const once = { labels: reshape(labels, [count]), weight: reshape(weight, [count]) };
  const all = { labels: asRead(once.labels, options), weight: asRead(once.weight, options) };
  const rows = hidden.shape.length > 2 ? flattenLead(hidden) : hidden;
  const outputs = projection.shape[0] as number;
  // The op spreads its share over all outputs; what it gives to the spared ones is taken back below.
  const others = outputs - spared.length;
  const share = spared.length > 0 ? (smoothing * outputs) / others : smoothing;
  const { loss, negativeLogLikelihood, probabilities } = projectedCrossEntropy(
    rows,
    projection,
    all.labels,
    all.weight,
    share,
  );
  const smoothed =
    smoothing > 0 && spared.length > 0
      ? add(loss, mul(sparedSum(rows, projection, all, spared), smoothing / others))
      : loss;
  if (rDrop === undefined) return { loss: smoothed, negativeLogLikelihood };
  const disagreement = sum(mul(divergence(probabilities, count), once.weight));
  return {
    loss: add(mul(smoothed, 0.5), mul(disagreement, rDrop / 4)),
    negativeLogLikelihood: mul(negativeLogLikelihood, 0.5),
  };
}

/** Σ_i w_i Σ_s (z_is - z_it), over the spared outputs s and the label t of each row: x · (Σ_s W_s - k W_t). */
function sparedSum(
  rows: Value,
  projection: Value,
  { labels, weight }: Labels,
  spared: readonly number[],
): Value {
  const ids = constant("int32", [spared.length], Int32Array.from(spared));
  const total = sum(gather(projection, ids), [0], { keep: true });
  const away = sub(total, mul(gather(projection, labels), spared.length));
  return sum(mul(sum(mul(rows, away), [1]), weight));
}

/** Keeps the logarithm of a probability that underflows finite. */
const TINY = 1e-30;

/** KL(p_1 | p_2) + KL(p_2 | p_1) of each row of the two halves: Σ (p_1 - p_2) (log p_1 - log p_2).        [2n, v]  ->  [n] */
function divergence(probabilities: Value, count: Size): Value {
  const [p, q] = [slice(probabilities, 0, 0, count), slice(probabilities, 0, count, count)];
  return sum(mul(sub(p, q), sub(log(add(p, TINY)), log(add(q, TINY)))), [1]);
}
