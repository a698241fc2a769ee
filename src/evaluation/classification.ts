/** What was said (columns) of what was true (rows), in numbers of texts. */
export type Confusion = readonly (readonly number[])[];

/** Counts answers. `truth` and `answers` are labels from 0 to `labels` - 1. */
export function confusion(truth: readonly number[], answers: readonly number[], labels: number): Confusion {
  const counts = Array.from({ length: labels }, () => new Array<number>(labels).fill(0));
  truth.forEach((label, i) => {
    const row = counts[label] as number[];
    const answer = answers[i] as number;
    row[answer] = (row[answer] as number) + 1;
  });
  return counts;
}

export interface LabelScores {
  /** Of the texts said to have the label, the share that has it; 0 if there are none. */
  readonly precision: number;
  /** Of the texts that have the label, the share said to have it; 0 if there are none. */
  readonly recall: number;
  /** Their harmonic mean. */
  readonly f1: number;
}

export interface ClassificationScores {
  /** Share of right answers, 0 to 1. */
  readonly accuracy: number;
  /** Mean F1 of the labels that occur or are given, 0 to 1: rare labels count as much as frequent ones. */
  readonly macroF1: number;
  readonly perLabel: readonly LabelScores[];
  readonly confusion: Confusion;
}

/**
 * Accuracy, and precision, recall and F1 of every label:
 *
 *   P = TP / (TP + FP),   R = TP / (TP + FN),   F1 = 2 P R / (P + R),   macro-F1 = mean over labels of F1
 *
 * As in scikit-learn, a quotient without a denominator is 0 (`zero_division=0`), and the mean is over the labels that
 * occur or are given: those that do neither say nothing about the answers.
 *
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.f1_score.html
 * @see Sokolova & Lapalme 2009 - https://doi.org/10.1016/j.ipm.2009.03.002
 */
export function scoresOf(counts: Confusion): ClassificationScores {
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const share = (part: number, all: number): number => (all === 0 ? 0 : part / all);
  const total = sum(counts.map(sum));
  const right = sum(counts.map((row, i) => row[i] as number));
  const occurring = counts.map(sum);
  const given = counts.map((_, i) => sum(counts.map((row) => row[i] as number)));
  const perLabel = counts.map((row, i): LabelScores => {
    const hit = row[i] as number;
    const precision = share(hit, given[i] as number);
    const recall = share(hit, occurring[i] as number);
    return { precision, recall, f1: share(2 * precision * recall, precision + recall) };
  });
  const present = perLabel.filter((_, i) => (occurring[i] as number) + (given[i] as number) > 0);
  return {
    accuracy: share(right, total),
    macroF1: share(sum(present.map(({ f1 }) => f1)), present.length),
    perLabel,
    confusion: counts,
  };
}
