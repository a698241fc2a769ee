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
 * the labels of all values may be permuted.
 *
 *   p = (1 + #{ permutations with mean inside >= the observed mean inside }) / (1 + permutations)
 */
export function labelPermutationTest(
  inside: readonly number[],
  outside: readonly number[],
  options: PermutationOptions = {},
): number {
  const { permutations = 9999, seed = 1 } = options;
  const next = randomStream(seed, "labels");
  const all = [...inside, ...outside];
  // The mean of the others falls as that of the chosen rises, so the sum of the chosen decides.
  const observed = inside.reduce((sum, value) => sum + value, 0);
  const slack = ROUNDING * all.reduce((sum, value) => sum + Math.abs(value), 0);
  let reached = 0;
  for (let draw = 0; draw < permutations; draw++) {
    let sum = 0;
    for (let i = 0; i < inside.length; i++) {
      const other = i + Math.floor(next() * (all.length - i));
      const value = all[other] as number;
      all[other] = all[i] as number;
      all[i] = value;
      sum += value;
    }
    if (sum >= observed - slack) reached += 1;
  }
  return (1 + reached) / (1 + permutations);
}
