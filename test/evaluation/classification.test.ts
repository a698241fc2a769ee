import fc from "fast-check";
import { expect, test } from "vitest";
import { confusion, scoresOf } from "../../src/evaluation/classification.ts";

test("answers are counted by truth and answer", () => {
  expect(confusion([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 0, 2], 3)).toEqual([
    [1, 1, 0],
    [0, 1, 0],
    [1, 0, 2],
  ]);
});

test("precision, recall, F1 and their mean, as worked out by hand", () => {
  const { accuracy, macroF1, perLabel } = scoresOf([
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

test("a label that neither occurs nor is given counts as 0", () => {
  const { accuracy, macroF1 } = scoresOf([
    [3, 0],
    [0, 0],
  ]);
  expect(accuracy).toBe(1);
  expect(macroF1).toBe(0.5);
});

test("with two labels and equal errors, accuracy and macro-F1 agree", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 99 }), (right, wrong) => {
      const { accuracy, macroF1 } = scoresOf([
        [right, wrong],
        [wrong, right],
      ]);
      expect(macroF1).toBeCloseTo(accuracy, 12);
    }),
  );
});
