import { expect, test } from "vitest";
import { seesBack, spearman } from "../../src/inspect/evidence/spearman.ts";

test("the correlation is that of ranks, ties sharing theirs", () => {
  expect(spearman([[1, 2, 3, 4]], [[10, 20, 30, 40]])).toBeCloseTo(1, 12);
  expect(spearman([[1, 2, 3, 4]], [[4, 3, 2, 1]])).toBeCloseTo(-1, 12);
  // scipy 1.17.1: spearmanr([1, 2, 2, 4], [1, 3, 2, 4]).statistic
  expect(spearman([[1, 2, 2, 4]], [[1, 3, 2, 4]])).toBeCloseTo(0.9486832980505139, 12);
});

test("equal numbers correlate with nothing, and matrices of two shapes are refused", () => {
  expect(spearman([[1, 1]], [[1, 2]])).toBeNaN();
  expect(() => spearman([[1, 2]], [[1], [2]])).toThrow("spearman: the matrices differ in shape");
});

test("of causal attention, only what a query sees counts", () => {
  const a = [
    [0.1, 0.3, 0.3],
    [0.05, 0.25, 0],
    [0.9, -0.2, 0.4],
  ];
  const b = [
    [0.2, 0.1, 0.5],
    [0.5, -0.3, 0],
    [1.1, 0, 0.7],
  ];
  // scipy 1.17.1: spearmanr of all nine numbers, and of the six of the lower triangle.
  expect(spearman(a, b)).toBeCloseTo(0.679330941746919, 12);
  expect(spearman(a, b, seesBack)).toBeCloseTo(0.6, 12);
});
