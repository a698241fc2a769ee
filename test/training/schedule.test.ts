/** Learning rates against their formulas, at steps worked out by hand. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { learningRate, type ScheduleConfig } from "../../src/training/schedule.ts";

const base = { learningRate: 0.8, warmup: 100, totalSteps: 500, dModel: 16 };
const kinds = ["constant", "noam", "inverse-sqrt", "cosine", "plateau"] as const;
type Kind = ScheduleConfig["schedule"];
const rate = (schedule: Kind, step: number, rest: Partial<ScheduleConfig> = {}, reduction = 1): number =>
  learningRate({ ...base, schedule, ...rest }, step, reduction);

test.each<[Kind, [step: number, rate: number][]]>([
  [
    "constant",
    [
      [1, 0.008],
      [50, 0.4],
      [99, 0.792],
      [100, 0.8],
      [101, 0.8],
      [1e6, 0.8],
    ],
  ],
  // 0.8 · 16^-0.5 = 0.2; 100^-1.5 = 0.001
  [
    "noam",
    [
      [1, 0.0002],
      [50, 0.01],
      [100, 0.02],
      [400, 0.01],
      [10_000, 0.002],
    ],
  ],
  [
    "inverse-sqrt",
    [
      [1, 0.008],
      [50, 0.4],
      [100, 0.8],
      [400, 0.4],
      [10_000, 0.08],
    ],
  ],
  // Half way is 300, a quarter of the way 200.
  [
    "cosine",
    [
      [1, 0.008],
      [100, 0.8],
      [200, 0.4 * (1 + Math.SQRT1_2)],
      [300, 0.4],
      [500, 0],
      [600, 0],
    ],
  ],
  [
    "plateau",
    [
      [1, 0.008],
      [50, 0.4],
      [100, 0.8],
      [1e6, 0.8],
    ],
  ],
])("%s", (schedule, points) => {
  for (const [step, expected] of points) expect(rate(schedule, step)).toBeCloseTo(expected, 12);
});

describe("warming up", () => {
  test("takes no steps when warmup is 0", () => {
    for (const kind of ["constant", "cosine", "plateau"] as const)
      expect(rate(kind, 1, { warmup: 0 })).toBeCloseTo(0.8, 4);
    expect(rate("inverse-sqrt", 1, { warmup: 0 })).toBe(0.8);
    expect(rate("noam", 1, { warmup: 0 })).toBeCloseTo(0.2, 12);
  });

  test("rises by the same amount each step and never beyond the peak", () => {
    for (const kind of kinds) {
      const first = rate(kind, 1);
      for (let step = 2; step < 100; step++) expect(rate(kind, step)).toBeCloseTo(step * first, 12);
      const peak = rate(kind, 100);
      for (let step = 1; step < 1000; step++) expect(rate(kind, step)).toBeLessThanOrEqual(peak);
    }
  });

  test("longer than the run keeps a cosine rising", () => {
    expect(rate("cosine", 50, { totalSteps: 50 })).toBeCloseTo(0.4, 12);
    expect(rate("cosine", 100, { totalSteps: 100 })).toBeCloseTo(0.8, 12);
  });
});

test("only plateau heeds the reduction", () => {
  expect(rate("plateau", 200, {}, 0.25)).toBeCloseTo(0.2, 12);
  for (const kind of kinds.filter((each) => each !== "plateau"))
    expect(rate(kind, 200, {}, 0.25)).toBe(rate(kind, 200));
});

test("a cosine follows the clock where that is ahead", () => {
  const cosine = { schedule: "cosine", learningRate: 1, warmup: 0, totalSteps: 100, dModel: 8 } as const;
  expect(learningRate(cosine, 50, 1, 0.2)).toBe(learningRate(cosine, 50));
  expect(learningRate(cosine, 50, 1, 0.75)).toBe(learningRate(cosine, 75));
  expect(learningRate(cosine, 50, 1, 1.1)).toBe(0);
});

test("every rate of every run is a finite number and not negative", () => {
  const config = fc.record({
    schedule: fc.constantFrom(...kinds),
    learningRate: fc.double({ min: 1e-9, max: 100, noNaN: true }),
    warmup: fc.nat(5000),
    totalSteps: fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.constant(Infinity)),
    dModel: fc.integer({ min: 1, max: 4096 }),
  });
  fc.assert(
    fc.property(config, fc.integer({ min: 1, max: 20_000 }), (each, step) => {
      const found = learningRate(each, step);
      return Number.isFinite(found) && found >= 0 && found <= each.learningRate;
    }),
    { seed: 3, numRuns: 1000 },
  );
});
