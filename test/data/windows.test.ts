import fc from "fast-check";
import { expect, test } from "vitest";
import { coverWindows, makeWindows, planWindows } from "../../src/data/windows.ts";

const sizes = fc.record({
  length: fc.integer({ min: 2, max: 500 }),
  context: fc.integer({ min: 1, max: 60 }),
  batchTokens: fc.integer({ min: 1, max: 300 }),
  seed: fc.nat(1000),
  epoch: fc.nat(5),
});

test("windows of an epoch lie in the text, do not overlap, and leave out less than two of them", () => {
  fc.assert(
    fc.property(sizes, ({ length, ...options }) => {
      const batches = planWindows(length, options);
      const span = Math.min(options.context, length - 1);
      const starts = batches.flat().sort((a, b) => a - b);
      expect(starts.length).toBeGreaterThan(0);
      starts.forEach((start, i) => {
        expect(start + span).toBeLessThan(length);
        if (i > 0) expect(start - (starts[i - 1] as number)).toBe(span);
      });
      expect(starts.length * span).toBeGreaterThan(length - 1 - 2 * span);
      for (const batch of batches)
        expect(batch.length * span <= options.batchTokens || batch.length === 1).toBe(true);
    }),
    { seed: 1 },
  );
});

test("their order is a function of seed and epoch, and every epoch cuts elsewhere", () => {
  const plan = (seed: number, epoch: number): number[][] =>
    planWindows(10_000, { context: 64, batchTokens: 256, seed, epoch });
  expect(plan(1, 0)).toEqual(plan(1, 0));
  expect(plan(1, 0)).not.toEqual(plan(2, 0));
  const offsets = new Set([0, 1, 2, 3].map((epoch) => Math.min(...plan(1, epoch).flat())));
  expect(offsets.size).toBe(4);
});

test("a text is scored in windows that predict each of its tokens but the first, once", () => {
  fc.assert(
    fc.property(sizes, ({ length, context }) => {
      const windows = coverWindows(length, context);
      const predicted = windows.flatMap(({ start, size }) =>
        Array.from({ length: size }, (_, i) => start + 1 + i),
      );
      expect(predicted).toEqual(Array.from({ length: length - 1 }, (_, i) => i + 1));
    }),
    { seed: 2 },
  );
});

test("a batch holds tokens and their successors", () => {
  const { tokens, labels } = makeWindows(Int32Array.of(5, 6, 7, 8, 9), [2, 0], 2);
  expect([...tokens]).toEqual([7, 8, 5, 6]);
  expect([...labels]).toEqual([8, 9, 6, 7]);
});
