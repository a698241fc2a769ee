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

/** Weights between the words of a pair, row by row. */
export interface WordWeights {
  readonly targets: number;
  readonly sources: number;
  /** [targets · sources] */
  readonly data: Float64Array;
}

export const asMatrix = ({ targets, sources, data }: WordWeights): Matrix =>
  Array.from({ length: targets }, (_, i) => Array.from(data.subarray(i * sources, (i + 1) * sources)));

export function asWordWeights(matrix: Matrix): WordWeights {
  const sources = matrix[0]?.length ?? 0;
  return { targets: matrix.length, sources, data: Float64Array.from(matrix.flat()) };
}

/**
 * Word links from weights: each target word is linked to the source words with at least `share` of its largest weight. A
 * share of 1 links only the largest.
 *
 * @param sourceShare  Each source word is also linked to the target words with at least this share of the largest weight
 *   on it. Default: it is not.
 */
export const linksOf = (weights: Matrix, share = 1, sourceShare?: number): Link[] =>
  linksAmong(asWordWeights(weights), share, sourceShare);

/** `linksOf` for weights that are row by row. */
export function linksAmong(
  { targets, sources, data }: WordWeights,
  share: number,
  sourceShare?: number,
): Link[] {
  const onSource = sourceShare === undefined ? undefined : new Float64Array(sources);
  if (onSource) {
    for (let i = 0; i < data.length; i++)
      onSource[i % sources] = Math.max(onSource[i % sources] as number, data[i] as number);
  }
  const links: Link[] = [];
  for (let target = 0; target < targets; target++) {
    const row = target * sources;
    let largest = 0;
    for (let source = 0; source < sources; source++)
      largest = Math.max(largest, data[row + source] as number);
    for (let source = 0; source < sources; source++) {
      const weight = data[row + source] as number;
      const most = onSource?.[source] ?? 0;
      const isFromSource = most > 0 && weight >= (sourceShare as number) * most;
      if (weight >= share * largest || isFromSource) links.push({ source, target });
    }
  }
  return links;
}
