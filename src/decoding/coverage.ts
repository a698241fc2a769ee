import type { Hypothesis } from "./hypothesis.ts";
import type { Forced } from "./scorer.ts";

/** A hypothesis and what its steps looked at. */
export interface Looked {
  readonly hypothesis: Hypothesis;
  readonly attention?: readonly Float32Array[] | undefined;
}

/** Adds β times the coverage to scores and orders by them. @param forced  Of each hypothesis. */
export const rankByCoverage = (looked: readonly Looked[], beta: number): Looked[] =>
  looked
    .map(({ hypothesis, attention }) => {
      const score = hypothesis.score + beta * coverage(attention ?? []);
      return { hypothesis: { ...hypothesis, score }, attention };
    })
    .sort((a, b) => b.hypothesis.score - a.hypothesis.score);

/** Hypotheses beside what forced decoding says of them, in the same order. */
export function besideForced(
  found: readonly (readonly Hypothesis[])[],
  forced: readonly Forced[],
): Looked[][] {
  let next = 0;
  return found.map((all) => all.map((hypothesis) => ({ hypothesis, attention: forced[next++]?.attention })));
}

/** Σ_i log(min(Σ_j a_ij, 1)): 0 when every source word was looked at fully. @see Wu et al. 2016, Eq. 14 */
export function coverage(attention: readonly ArrayLike<number>[]): number {
  const words = attention[0]?.length ?? 0;
  let sum = 0;
  for (let i = 0; i < words; i++) {
    const looked = attention.reduce((total, row) => total + (row[i] as number), 0);
    sum += Math.log(Math.max(1e-10, Math.min(looked, 1)));
  }
  return sum;
}
