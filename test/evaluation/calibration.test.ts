import fc from "fast-check";
import { expect, test } from "vitest";
import { calibrate, calibrationError, confidenceOf } from "../../src/evaluation/calibration.ts";

const judged = (rows: readonly (readonly [number, 0 | 1])[]): { score: number; isRight: boolean }[] =>
  rows.map(([score, right]) => ({ score, isRight: right === 1 }));

test("neighbours that fall are pooled, and equal scores have one probability", () => {
  // scikit-learn's IsotonicRegression fits 0, 1/3 three times, 1 to these.
  const found = calibrate(
    judged([
      [-4, 0],
      [-3, 1],
      [-2, 0],
      [-1, 0],
      [0, 1],
    ]),
  );
  expect(found).toEqual({ scores: [-4, -3, 0], probabilities: [0, 1 / 3, 1] });
  expect(
    calibrate(
      judged([
        [1, 1],
        [1, 0],
      ]),
    ),
  ).toEqual({ scores: [1], probabilities: [1 / 2] });
});

test("between scores the step below counts, and outside them the nearest", () => {
  const steps = { scores: [-2, -1], probabilities: [0.25, 0.75] };
  expect([-9, -2, -1.5, -1, 3].map((score) => confidenceOf(score, steps))).toEqual([
    0.25, 0.25, 0.25, 0.75, 0.75,
  ]);
});

test("the error is the weighted mean gap of the bins", () => {
  const said = [
    { confidence: 0.95, isRight: true },
    { confidence: 0.95, isRight: false },
    { confidence: 0.25, isRight: false },
    { confidence: 1, isRight: true },
  ];
  expect(calibrationError(said)).toBeCloseTo((Math.abs(0.95 + 0.95 + 1 - 2) + 0.25) / 4, 12);
});

test("a calibration never falls, is right on average, and does not err on what it was made from", () => {
  const row = fc.record({ score: fc.integer({ min: -20, max: 0 }), isRight: fc.boolean() });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
      const found = calibrate(rows);
      expect(found.probabilities).toEqual(found.probabilities.toSorted((a, b) => a - b));
      const said = rows.map(({ score, isRight }) => ({ confidence: confidenceOf(score, found), isRight }));
      expect(calibrationError(said, 1000)).toBeLessThan(1e-9);
    }),
  );
});
