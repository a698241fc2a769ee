/** Permutation tests and the correction of their p-values. */
import { describe, expect, test } from "vitest";
import { holm } from "../../src/evaluation/holm.ts";
import { labelPermutationTest, signFlipTest } from "../../src/evaluation/permutation-test.ts";
import { randomStream } from "../../src/random.ts";

describe("a permutation test", () => {
  test("counts what may happen by chance: three signs, or one of three labels", () => {
    // All of 2³ signs: only + + + reaches 6. Of three values one is inside: 3 in a third of cases.
    expect(signFlipTest([1, 2, 3])).toBeCloseTo(1 / 8, 1);
    expect(signFlipTest([-1, -2, -3])).toBe(1);
    expect(labelPermutationTest([3], [1, 2])).toBeCloseTo(1 / 3, 1);
    expect(labelPermutationTest([1], [2, 3])).toBe(1);
    expect(labelPermutationTest([2, 3], [1, 1])).toBeCloseTo(1 / 6, 1);
  });

  test("has a smallest p, and takes equal sums for reached", () => {
    const many = Array.from({ length: 40 }, () => 1);
    expect(signFlipTest(many, { permutations: 99 })).toBe(0.01);
    expect(signFlipTest([0, 0, 0])).toBe(1);
    expect(labelPermutationTest([0.1, 0.1], [0.1, 0.1, 0.1])).toBe(1);
  });

  test("depends on its seed alone", () => {
    const values = [0.3, -0.1, 0.4, 0.2];
    expect(signFlipTest(values, { seed: 3 })).toBe(signFlipTest(values, { seed: 3 }));
    expect(signFlipTest(values, { seed: 3 })).not.toBe(signFlipTest(values, { seed: 4 }));
  });

  // Kolmogorov-Smirnov: the largest distance from the uniform distribution is above 1.63 / √n in 1 % of samples.
  test.each([
    [
      "signs",
      (normal: () => number, seed: number) =>
        signFlipTest(Array.from({ length: 24 }, normal), { permutations: 499, seed }),
    ],
    [
      "labels",
      (normal: () => number, seed: number) =>
        labelPermutationTest(Array.from({ length: 12 }, normal), Array.from({ length: 40 }, normal), {
          permutations: 499,
          seed,
        }),
    ],
  ] as const)("of %s has p-values that are uniform where there is no effect", (_, p) => {
    const next = randomStream(11, "null");
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const values = Array.from({ length: 500 }, (_, i) => p(normal, i)).sort((a, b) => a - b);
    const distance = values.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - i / 500), Math.abs(value - (i + 1) / 500)),
      0,
    );
    expect(distance).toBeLessThan(1.63 / Math.sqrt(500) + 1 / 500);
  });
});

test("groups of one mean are not told apart by their spread: a small wide one beside a large narrow one", () => {
  const next = randomStream(7, "spread");
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const below = Array.from({ length: 400 }, (_, seed) => {
    const inside = Array.from({ length: 24 }, () => 5 * normal());
    const outside = Array.from({ length: 144 }, normal);
    return labelPermutationTest(inside, outside, { permutations: 199, seed });
  }).filter((p) => p <= 0.05).length;
  // 20 of 400 by chance, 13 more than that have a probability below 1 %; without the standard error it is above 80.
  expect(below).toBeLessThanOrEqual(33);
});

describe("Holm's correction", () => {
  test("rejects three of the fifteen hypotheses in the example of Benjamini & Hochberg 1995, section 4.1", () => {
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
      0.759, 1,
    ];
    const corrected = holm(p);
    // 15 · 0.0001, 14 · 0.0004, 13 · 0.0019, 12 · 0.0095, …; no value is below the one before it.
    const expected = [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213, 1, 1, 1, 1, 1, 1];
    expect(corrected.map((value) => Number(value.toFixed(6)))).toEqual(expected);
    expect(corrected.filter((value) => value <= 0.05)).toHaveLength(3);
  });

  test("keeps the order of its values", () => {
    const corrected = holm([0.04, 0.01, 0.03]);
    [0.06, 0.03, 0.06].forEach((value, i) => {
      expect(corrected[i]).toBeCloseTo(value, 12);
    });
    expect(holm([])).toEqual([]);
  });
});
