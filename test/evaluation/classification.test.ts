import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { classificationScores, confusion } from "../../src/evaluation/classification.ts";

test("answers are counted by truth and answer", () => {
  expect(confusion([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 0, 2], 3)).toEqual([
    [1, 1, 0],
    [0, 1, 0],
    [1, 0, 2],
  ]);
});

test("precision, recall, F1 and their mean, as worked out by hand", () => {
  const { accuracy, macroF1, perLabel } = classificationScores([
    [1, 1, 0],
    [0, 1, 0],
    [1, 0, 2],
  ]);
  expect(accuracy).toBeCloseTo(4 / 6, 12);
  // label 0: P 1/2, R 1/2; label 1: P 1/2, R 1; label 2: P 1, R 2/3
  expect(perLabel.map(({ precision }) => precision)).toEqual([1 / 2, 1 / 2, 1]);
  expect(perLabel.map(({ recall }) => recall)).toEqual([1 / 2, 1, 2 / 3]);
  expect(macroF1).toBeCloseTo((1 / 2 + 2 / 3 + 4 / 5) / 3, 12);
});

test("a label that neither occurs nor is given does not count", () => {
  const { accuracy, macroF1 } = classificationScores([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ]);
  expect(accuracy).toBe(1);
  expect(macroF1).toBe(1);
});

test("a label that occurs and is never given, or is given and never occurs, counts as 0", () => {
  expect(classificationScores(confusion([0, 1], [0, 0], 2)).macroF1).toBeCloseTo((2 / 3 + 0) / 2, 12);
  expect(classificationScores(confusion([0, 0], [0, 1], 2)).macroF1).toBeCloseTo((2 / 3 + 0) / 2, 12);
});

interface Scored {
  readonly labels: number;
  readonly truth: readonly number[];
  readonly answers: readonly number[];
  readonly accuracy: number;
  readonly macroF1: number;
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  readonly f1: readonly number[];
}

test("scores of drawn answers are scikit-learn's", () => {
  const { cases } = JSON.parse(readFileSync("test/golden/scikit-learn/scores.json", "utf8")) as {
    readonly cases: readonly Scored[];
  };
  expect(cases).toHaveLength(100);
  for (const { labels, truth, answers, ...expected } of cases) {
    const { accuracy, macroF1, perLabel } = classificationScores(confusion(truth, answers, labels));
    expect(accuracy).toBeCloseTo(expected.accuracy, 12);
    expect(macroF1).toBeCloseTo(expected.macroF1, 12);
    for (const key of ["precision", "recall", "f1"] as const)
      for (const [i, scores] of perLabel.entries())
        expect(scores[key]).toBeCloseTo(expected[key][i] as number, 12);
  }
});

test("with two labels and equal errors, accuracy and macro-F1 agree", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 99 }), (right, wrong) => {
      const { accuracy, macroF1 } = classificationScores([
        [right, wrong],
        [wrong, right],
      ]);
      expect(macroF1).toBeCloseTo(accuracy, 12);
    }),
  );
});
