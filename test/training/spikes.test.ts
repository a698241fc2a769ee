import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { spikeLimit } from "../../src/training/spikes.ts";

describe("the highest loss that is no jump", () => {
  test("is known only after 20 updates", () => {
    expect(spikeLimit(new Array(19).fill(2))).toBe(Infinity);
    expect(spikeLimit(new Array(20).fill(2))).toBeLessThan(Infinity);
  });

  test("is the median and ten robust deviations, of at least 1 % of the median", () => {
    // Median 3, median distance 1.
    const losses = [1, 2, 3, 4, 5].flatMap((loss) => new Array(5).fill(loss) as number[]);
    expect(spikeLimit(losses)).toBeCloseTo(3 + 10 * 1.4826, 10);
    expect(spikeLimit(losses, 2)).toBeCloseTo(3 + 2 * 1.4826, 10);
    expect(spikeLimit(new Array(50).fill(4))).toBeCloseTo(4 + 10 * 0.04, 10);
  });

  test("hardly moves when a few losses are enormous", () => {
    const losses = Array.from({ length: 100 }, (_, i) => 2 + 0.1 * Math.sin(i));
    const limit = spikeLimit(losses);
    expect(spikeLimit(losses.map((loss, i) => (i % 25 === 0 ? 1e6 : loss)))).toBeLessThan(2 * limit);
  });

  test("is never below the median", () =>
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 20, maxLength: 100 }),
        (losses) => {
          const sorted = [...losses].sort((a, b) => a - b);
          expect(spikeLimit(losses)).toBeGreaterThanOrEqual(
            sorted[Math.floor((losses.length - 1) / 2)] as number,
          );
        },
      ),
    ));
});
