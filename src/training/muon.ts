import { parameter } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import { isLookedUp, isWordTable } from "../models/tables.ts";
import { sum } from "../ops/broadcast.ts";
import { add, div, maximum, mul, sqrt, sub } from "../ops/elementwise.ts";
import { matmul } from "../ops/matmul.ts";
import { concat, reshape, slice, swapLast } from "../ops/reshape.ts";
import { average, type Optimiser, type OptimiserConfig, scalar, type Trained } from "./update.ts";

/** Coefficients of the quintic iteration that takes all singular values near 1. */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const ITERATIONS = 5;
/** Least length of a matrix that is divided by its length. */
const TINY = 1e-7;
/** Root mean square of AdamW's updates, which those of Muon get, so that one learning rate fits both. */
const USUAL_CHANGE = 0.2;

/** Whether Muon trains a parameter: matrices between states. AdamW trains vectors, embeddings and the output projection. */
export const isMuons = ({ path, value }: Trained): boolean =>
  value.shape.length === 2 && !value.shape.includes(1) && !isLookedUp(path) && !isWordTable(path);

/**
 * Muon: momentum whose singular values are all made about 1 by Newton's and Schulz's iteration, so that no direction of a
 * matrix is left behind.
 *
 *   u' = μ u + (1 - μ) g,   X = (1 - μ) g + μ u',   X <- X / |X|,   5 times: X <- a X + (b X Xᵀ + c (X Xᵀ)²) X,
 *   p' = k p - lr · 0.2 · sqrt(max(rows, columns)) · X
 *
 * Matrices of one shape go through the iteration together, wide ones turned, as one batched product.
 *
 * @see Jordan et al. 2024 - https://kellerjordan.github.io/posts/muon
 * @see Liu et al. 2025, Eq. 4 (the factor) - https://arxiv.org/abs/2502.16982
 */
export function muon(
  { momentum, weightDecay }: OptimiserConfig,
  trained: readonly Trained[],
  scale?: Value,
): Optimiser {
  const [rate, keep] = [scalar("muonRate"), scalar("muonKeep")];
  const updates = new Map<Value, Value>();
  const state: Value[] = [];
  const nudges = trained.map(({ path, value, gradient }) => {
    const scaled = scale ? mul(gradient, scale) : gradient;
    const u = parameter(`optimizer.u.${path}`, value.dtype, value.shape as readonly number[]);
    const after = average(u, momentum, scaled);
    updates.set(u, after);
    state.push(u);
    return average(scaled, 1 - momentum, after);
  });
  for (const members of byShape(trained).values()) {
    const directions = orthogonalised(members.map((i) => nudges[i] as Value));
    members.forEach((i, at) => {
      const { value } = trained[i] as Trained;
      const size = USUAL_CHANGE * Math.sqrt(Math.max(...(value.shape as number[])));
      const change = mul(mul(directions[at] as Value, size), rate);
      updates.set(value, sub(weightDecay > 0 ? mul(value, keep) : value, change));
    });
  }
  const feeds = (_: number, learningRate: number): Record<string, number> => ({
    "optimizer.muonRate": learningRate,
    ...(weightDecay > 0 ? { "optimizer.muonKeep": 1 - learningRate * weightDecay } : {}),
  });
  return { updates, state, feeds: trained.length > 0 ? feeds : () => ({}) };
}

/** Indices of matrices that are alike, turned or not. */
function byShape(trained: readonly Trained[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  trained.forEach(({ value }, i) => {
    const key = `${[...(value.shape as number[])].sort((a, b) => a - b)}`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  return groups;
}

/** Matrices of one shape, turned or not, with singular values of about 1. */
export function orthogonalised(matrices: readonly Value[]): Value[] {
  const isTall = ({ shape }: Value): boolean => (shape[0] as number) > (shape[1] as number);
  const upright = matrices.map((matrix) => (isTall(matrix) ? swapLast(matrix) : matrix));
  const [rows, columns] = (upright[0] as Value).shape as [number, number];
  const stacked = concat(
    upright.map((matrix) => reshape(matrix, [1, rows, columns])),
    0,
  );
  let x = div(stacked, maximum(sqrt(sum(mul(stacked, stacked), [1, 2], { keep: true })), TINY));
  for (let i = 0; i < ITERATIONS; i++) {
    const gram = matmul(x, x, { transposeRight: true });
    const change = add(mul(gram, B), mul(matmul(gram, gram), C));
    x = add(mul(x, A), matmul(change, x));
  }
  return matrices.map((matrix, i) => {
    const one = reshape(slice(x, 0, i, 1), [rows, columns]);
    return isTall(matrix) ? swapLast(one) : one;
  });
}
