/** Student's interval for the mean of a few runs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meanInterval, studentQuantile } from "../../src/evaluation/mean-interval.ts";

describe("the quantiles of Student's t", () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2: t for 0.975 and 0.995.
  const table = [
    [1, 12.706, 63.657],
    [2, 4.303, 9.925],
    [3, 3.182, 5.841],
    [4, 2.776, 4.604],
    [5, 2.571, 4.032],
    [9, 2.262, 3.25],
    [10, 2.228, 3.169],
    [29, 2.045, 2.756],
    [100, 1.984, 2.626],
  ] as const;
  for (const [degrees, t95, t99] of table) {
    test(`for ${degrees} degrees of freedom are those of the table`, () => {
      expect(studentQuantile(0.95, degrees)).toBeCloseTo(t95, 3);
      expect(studentQuantile(0.99, degrees)).toBeCloseTo(t99, 3);
    });
  }

  test("come near those of the normal distribution when there are many", () => {
    expect(studentQuantile(0.95, 10_000)).toBeCloseTo(1.96, 2);
  });
});

describe("the interval of a mean", () => {
  test("of 1, 2 and 3 is 2 ± 4.3027 / √3", () => {
    const { mean, half, n, confidence } = meanInterval([1, 2, 3]);
    expect([mean, n, confidence]).toEqual([2, 3, 0.95]);
    expect(half).toBeCloseTo(2.4841, 4);
  });

  test("of 33, 34, 35.5 and 36 is 34.625 ± 3.1824 · 1.3769 / 2", () => {
    // Deviations -1.625, -0.625, 0.875, 1.375: squares 2.640625 + 0.390625 + 0.765625 + 1.890625 = 5.6875, s² = 1.8958.
    const { mean, half } = meanInterval([33, 34, 35.5, 36]);
    expect(mean).toBe(34.625);
    expect(half).toBeCloseTo((3.18245 * Math.sqrt(5.6875 / 3)) / 2, 4);
  });

  test("of 95, where 0.95 is meant, is refused", () => {
    for (const share of [95, 1, -0.1, Number.NaN])
      expect(() => meanInterval([1, 2, 3], share)).toThrow(
        `confidence: must be at least 0 and below 1, not ${share}`,
      );
  });

  test("of one measurement has no width, of equal ones none either", () => {
    expect(meanInterval([7])).toEqual({ mean: 7, n: 1, confidence: 0.95 });
    expect(meanInterval([7, 7]).half).toBe(0);
  });

  test("moves and stretches as its measurements do", () => {
    const measurements = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), {
      minLength: 2,
      maxLength: 8,
    });
    fc.assert(
      fc.property(measurements, (values) => {
        const { mean, half } = meanInterval(values);
        const moved = meanInterval(values.map((value) => 3 * value + 5));
        expect(moved.mean).toBeCloseTo(3 * mean + 5, 6);
        expect(moved.half).toBeCloseTo(3 * (half as number), 6);
      }),
    );
  });
});
