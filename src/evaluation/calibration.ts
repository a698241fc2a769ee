/** Probabilities that mean what they say: what is said of held-out pairs to be right in p of all cases is right in p of them. */

/** A sentence of a calibration: what the model said, and whether it was right. */
export interface Judged {
  /** Larger is better; for a translation the mean log probability of its tokens. */
  readonly score: number;
  readonly isRight: boolean;
}

/** A step function that never falls: from `scores[i]` on, the probability of being right is `probabilities[i]`. */
export interface Calibration {
  readonly scores: readonly number[];
  readonly probabilities: readonly number[];
}

/**
 * Isotonic regression by pooling adjacent violators: of all functions that do not fall, the one with the least squared error.
 *
 * @see Zadrozny & Elkan 2002, section 3.2 - https://doi.org/10.1145/775047.775151
 */
export function calibrate(judged: readonly Judged[]): Calibration {
  const ties = new Map<number, { score: number; right: number; count: number }>();
  for (const { score, isRight } of judged) {
    const { right, count } = ties.get(score) ?? { right: 0, count: 0 };
    ties.set(score, { score, right: right + (isRight ? 1 : 0), count: count + 1 });
  }
  const blocks: { score: number; right: number; count: number }[] = [];
  for (let block of [...ties.values()].sort((a, b) => a.score - b.score)) {
    for (let last = blocks.at(-1); last; last = blocks.at(-1)) {
      if (last.right * block.count < block.right * last.count) break;
      block = { score: last.score, right: last.right + block.right, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  return {
    scores: blocks.map(({ score }) => score),
    probabilities: blocks.map(({ right, count }) => right / count),
  };
}

/** The probability of being right, 0 to 1, of what has a score; below all scores it is that of the lowest. */
export function confidenceOf(score: number, { scores, probabilities }: Calibration): number {
  const above = scores.findIndex((from) => from > score);
  const at = above < 0 ? scores.length - 1 : Math.max(0, above - 1);
  return probabilities[at] ?? 0;
}

/** The confidence in a translation with these log probabilities of its tokens, of which the mean is its score. */
export const confidenceOfTokens = (logProbabilities: readonly number[], calibration: Calibration): number =>
  confidenceOf(
    logProbabilities.reduce((sum, each) => sum + each, 0) / Math.max(1, logProbabilities.length),
    calibration,
  );

/**
 * Expected calibration error: the mean distance between confidence and the share that is right, over bins of equal
 * width, weighted by how many are in each. 0 to 1.
 *
 * @param bins  Default 10.
 * @see Guo et al. 2017, Eq. 3 - https://arxiv.org/abs/1706.04599
 */
export function calibrationError(
  said: readonly { readonly confidence: number; readonly isRight: boolean }[],
  bins = 10,
): number {
  const gaps = new Array<number>(bins).fill(0);
  for (const { confidence, isRight } of said) {
    const bin = Math.min(bins - 1, Math.floor(confidence * bins));
    gaps[bin] = (gaps[bin] as number) + confidence - (isRight ? 1 : 0);
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / said.length;
}
