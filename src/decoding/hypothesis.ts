/** Hypotheses and their scores. */

/** How hypotheses are scored, and how long and how many they may be. */
export interface ScoreOptions {
  /** Strength of the length penalty, 0 for none. Default 0.6. */
  readonly alpha?: number;
  /** Which penalty: see `lengthPenalty`. Default "gnmt". */
  readonly lengthPenalty?: LengthPenalty;
  /** Finished hypotheses returned per sentence, best first. Default 1. */
  readonly best?: number;
  /** Longest output in tokens, as a function of the source's length in tokens and its index. Default 2 · length + 10. */
  readonly maxLength?: (sourceLength: number, sentence: number) => number;
  /** Id of <s>, which starts every hypothesis, and of </s>, which ends it. */
  readonly start: number;
  readonly end: number;
}

export const lengthPenalties = ["gnmt", "average"] as const;
export type LengthPenalty = (typeof lengthPenalties)[number];

export interface Hypothesis {
  /** Ids without <s>; the last is </s> unless the length limit cut it off. */
  readonly ids: readonly number[];
  /** Log probability, </s> included, divided by the length penalty. */
  readonly score: number;
  readonly logProbability: number;
  /** Of each id, as it was scored. */
  readonly logProbabilities: readonly number[];
}

/** A path through the search, as a linked list: paths share their beginnings. */
export interface Path {
  readonly token: number;
  readonly before: Path | undefined;
  readonly length: number;
  readonly logProbability: number;
}

/**
 * The divisor of a log probability; `length` counts </s>. "gnmt" is Wu et al. 2016, Eq. 14: ((5 + length) / 6)^alpha;
 * "average" is length^alpha: with alpha 1 the score is the mean log probability per token.
 *
 * @see https://arxiv.org/abs/1609.08144
 */
export function lengthPenalty(length: number, alpha: number, kind: LengthPenalty = "gnmt"): number {
  return (kind === "gnmt" ? (5 + length) / 6 : length) ** alpha;
}

export function finish(
  path: Path,
  { alpha = 0.6, lengthPenalty: kind = "gnmt" }: Pick<ScoreOptions, "alpha" | "lengthPenalty">,
): Hypothesis {
  const ids: number[] = [];
  const logProbabilities: number[] = [];
  for (let at: Path | undefined = path; at?.before; at = at.before) {
    ids.push(at.token);
    logProbabilities.push(at.logProbability - at.before.logProbability);
  }
  const { logProbability, length } = path;
  return {
    ids: ids.reverse(),
    score: length === 0 ? 0 : logProbability / lengthPenalty(length, alpha, kind),
    logProbability,
    logProbabilities: logProbabilities.reverse(),
  };
}
