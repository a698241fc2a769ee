import type { Hypothesis } from "./hypothesis.ts";
import type { Forced } from "./scorer.ts";

/** A hypothesis and the attention of its steps, where that was computed. */
export interface AttendedHypothesis {
  readonly hypothesis: Hypothesis;
  readonly attention?: readonly Float32Array[] | undefined;
}

/** Adds β times the coverage to each score and sorts by score, best first. */
export const rankByCoverage = (
  hypotheses: readonly AttendedHypothesis[],
  beta: number,
): AttendedHypothesis[] =>
  hypotheses
    .map(({ hypothesis, attention }) => {
      const score = hypothesis.score + beta * coverage(attention ?? []);
      return { hypothesis: { ...hypothesis, score }, attention };
    })
    .sort((a, b) => b.hypothesis.score - a.hypothesis.score);

/** Adds to hypotheses the attention from forced decoding. @param forced  One per hypothesis, in the same order. */
export function withAttention(
  hypotheses: readonly (readonly Hypothesis[])[],
  forced: readonly Forced[],
): AttendedHypothesis[][] {
  let next = 0;
  return hypotheses.map((list) =>
    list.map((hypothesis) => ({ hypothesis, attention: forced[next++]?.attention })),
  );
}

/** Σ_i log(min(Σ_j a_ij, 1)): 0 when every source word is fully covered. @see Wu et al. 2016, Eq. 14 */
export function coverage(attention: readonly ArrayLike<number>[]): number {
  const words = attention[0]?.length ?? 0;
  let sum = 0;
  for (let i = 0; i < words; i++) {
    const covered = attention.reduce((total, row) => total + (row[i] as number), 0);
    sum += Math.log(Math.max(1e-10, Math.min(covered, 1)));
  }
  return sum;
}
