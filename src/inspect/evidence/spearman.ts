import type { Matrix } from "../matrix.ts";

/**
 * Spearman's rank correlation of two matrices of one shape, -1 to 1; equal numbers share the mean of their ranks. NaN where
 * all numbers of one are equal.
 *
 * @param counts  Which entries count. Default: all. For causal attention, those that a query sees: `seesBack`.
 * @throws RangeError when the shapes differ.
 */
export function spearman(
  a: Matrix,
  b: Matrix,
  counts: (row: number, column: number) => boolean = () => true,
): number {
  if (a.length !== b.length || a.some((row, i) => row.length !== b[i]?.length))
    throw new RangeError("spearman: the matrices differ in shape");
  const counted = (matrix: Matrix): number[] =>
    matrix.flatMap((row, i) => row.filter((_, j) => counts(i, j)));
  const [x, y] = [ranks(counted(a)), ranks(counted(b))];
  const mean = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, rank] of x.entries()) {
    const [dx, dy] = [rank - mean, (y[i] as number) - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** The entries of causal attention: a query sees itself and what comes before it. */
export const seesBack = (row: number, column: number): boolean => column <= row;

function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const result = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to++;
    for (let i = from; i < to; i++) result[order[i] as number] = (from + to + 1) / 2;
    from = to;
  }
  return result;
}
