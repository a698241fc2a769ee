import type { Link } from "../evaluation/alignment.ts";

/** [target][source], rows sum to at most 1. */
export type Matrix = readonly (readonly number[])[];

/** Element-wise mean. */
export function meanMatrix(matrices: readonly Matrix[]): Matrix {
  const [first = []] = matrices;
  return first.map((rowWeights, i) =>
    rowWeights.map((_, j) => matrices.reduce((sum, m) => sum + (m[i]?.[j] ?? 0), 0) / matrices.length),
  );
}

/**
 * Word links from weights: each target word is linked to the source words with at least `share` of its largest weight. A
 * share of 1 links only the largest.
 */
export function linksOf(weights: Matrix, share = 1): Link[] {
  return weights.flatMap((row, target) => {
    const largest = row.reduce((a, b) => Math.max(a, b), 0);
    return row.flatMap((weight, source) => (weight >= share * largest ? [{ source, target }] : []));
  });
}
