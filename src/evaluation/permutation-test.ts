import { randomStream } from "../random.ts";

export interface PermutationOptions {
  /** Permutations drawn. The smallest p is 1 / (permutations + 1). Default 9999. */
  readonly permutations?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** Sums that are equal but for rounding count as reached. */
const ROUNDING = 1e-12;

/**
 * Paired permutation test, one-sided: is the mean of differences above 0? Under the null hypothesis the two labels of a
 * pair may be swapped, which turns the sign of its difference.
 *
 *   p = (1 + #{ permutations with Σ ± d_i >= Σ d_i }) / (1 + permutations)
 *
 * @see Fisher 1935, The design of experiments, section 21
 */
export function signFlipTest(differences: readonly number[], options: PermutationOptions = {}): number {
  const { permutations = 9999, seed = 1 } = options;
  const next = randomStream(seed, "sign flips");
  const observed = differences.reduce((sum, d) => sum + d, 0);
  const slack = ROUNDING * differences.reduce((sum, d) => sum + Math.abs(d), 0);
  let reached = 0;
  for (let draw = 0; draw < permutations; draw++) {
    let sum = 0;
    for (const d of differences) sum += next() < 0.5 ? d : -d;
    if (sum >= observed - slack) reached += 1;
  }
  return (1 + reached) / (1 + permutations);
}

/**
 * Permutation test of two groups, one-sided: is the mean of `inside` above that of `outside`? Under the null hypothesis
 * the labels of all values may be permuted. The difference is divided by its standard error, so that p is right for many
 * values even where only the means of the groups are equal and not their spread.
 *
 *   t = (mean inside - mean outside) / sqrt(s² inside / n + s² outside / m)
 *   p = (1 + #{ permutations with t at least the observed one }) / (1 + permutations)
 *
 * @see Chung & Romano 2013, Exact and asymptotically robust permutation tests - https://arxiv.org/abs/1304.5939
 */
export function labelPermutationTest(
  inside: readonly number[],
  outside: readonly number[],
  options: PermutationOptions = {},
): number {
  const { permutations = 9999, seed = 1 } = options;
  const next = randomStream(seed, "labels");
  const all = [...inside, ...outside];
  const statistic = studentised(all, inside.length);
  const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const observed = statistic(sumOf(inside), sumOf(inside.map((value) => value * value)));
  const least = Number.isFinite(observed) ? observed - 1e-9 * Math.abs(observed) : observed;
  let reached = 0;
  for (let draw = 0; draw < permutations; draw++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < inside.length; i++) {
      const other = i + Math.floor(next() * (all.length - i));
      const value = all[other] as number;
      all[other] = all[i] as number;
      all[i] = value;
      sum += value;
      squares += value * value;
    }
    if (statistic(sum, squares) >= least) reached += 1;
  }
  return (1 + reached) / (1 + permutations);
}

/** t of a choice of `n` of all values, from their sum and the sum of their squares. */
function studentised(all: readonly number[], n: number): (sum: number, squares: number) => number {
  const m = all.length - n;
  const total = all.reduce((sum, value) => sum + value, 0);
  const ofSquares = all.reduce((sum, value) => sum + value * value, 0);
  const rounding = ROUNDING * ofSquares;
  const variance = (sum: number, squares: number, count: number): number => {
    const value = squares / count - (sum / count) ** 2;
    return value > rounding ? value : 0;
  };
  return (sum, squares) => {
    const difference = sum / n - (total - sum) / m;
    if (difference ** 2 <= rounding) return 0;
    const error = variance(sum, squares, n) / n + variance(total - sum, ofSquares - squares, m) / m;
    return difference / Math.sqrt(error);
  };
}
