import type { Link } from "../evaluation/alignment.ts";

/** [target][source], rows sum to at most 1. */
export type Matrix = readonly (readonly number[])[];

/** Element by element. */
export function meanMatrix(matrices: readonly Matrix[]): Matrix {
  const [first = []] = matrices;
  return first.map((rowWeights, i) =>
    rowWeights.map((_, j) => matrices.reduce((sum, m) => sum + (m[i]?.[j] ?? 0), 0) / matrices.length),
  );
}

/**
 * Word links from weights: each target word with the source words it looked at most, namely those with at least
 * `share` of its largest weight. With a share of 1 that is the largest alone.
 */
export function linksOf(weights: Matrix, share = 1): Link[] {
  return weights.flatMap((row, target) => {
    const most = row.reduce((a, b) => Math.max(a, b), 0);
    return row.flatMap((weight, source) => (weight >= share * most ? [{ source, target }] : []));
  });
}
