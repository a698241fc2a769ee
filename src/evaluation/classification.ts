/** Number of texts by true label (rows) and predicted label (columns). */
export type Confusion = readonly (readonly number[])[];

/** The confusion matrix. `truth` and `answers` are labels from 0 to `labels` - 1. */
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
  /** Share of the texts predicted to have the label that have it; 0 if there are none. */
  readonly precision: number;
  /** Share of the texts with the label that are predicted to have it; 0 if there are none. */
  readonly recall: number;
  /** Their harmonic mean. */
  readonly f1: number;
}

export interface ClassificationScores {
  /** Share of correct predictions, 0 to 1. */
  readonly accuracy: number;
  /** Mean F1 of the labels that occur or are predicted, 0 to 1: rare labels count as much as frequent ones. */
  readonly macroF1: number;
  readonly perLabel: readonly LabelScores[];
  readonly confusion: Confusion;
}

/**
 * Accuracy, and precision, recall and F1 of every label:
 *
 *   P = TP / (TP + FP),   R = TP / (TP + FN),   F1 = 2 P R / (P + R),   macro-F1 = mean over labels of F1
 *
 * As in scikit-learn, a quotient with a denominator of 0 is 0 (`zero_division=0`), and the mean is over the labels that
 * occur or are predicted.
 *
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.f1_score.html
 * @see Sokolova & Lapalme 2009 - https://doi.org/10.1016/j.ipm.2009.03.002
 */
export function classificationScores(counts: Confusion): ClassificationScores {
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const share = (part: number, all: number): number => (all === 0 ? 0 : part / all);
  const total = sum(counts.map(sum));
  const correct = sum(counts.map((row, i) => row[i] as number));
  const occurring = counts.map(sum);
  const predicted = counts.map((_, i) => sum(counts.map((row) => row[i] as number)));
  const perLabel = counts.map((row, i): LabelScores => {
    const hits = row[i] as number;
    const precision = share(hits, predicted[i] as number);
    const recall = share(hits, occurring[i] as number);
    return { precision, recall, f1: share(2 * precision * recall, precision + recall) };
  });
  const present = perLabel.filter((_, i) => (occurring[i] as number) + (predicted[i] as number) > 0);
  return {
    accuracy: share(correct, total),
    macroF1: share(sum(present.map(({ f1 }) => f1)), present.length),
    perLabel,
    confusion: counts,
  };
}
