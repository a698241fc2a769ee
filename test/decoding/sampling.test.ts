import fc from "fast-check";
import { expect, test } from "vitest";
import { draw, nextTokens } from "../../src/decoding/sampling.ts";

const logits = [Math.log(0.1), Math.log(0.4), Math.log(0.2), Math.log(0.3)];

test("as it stands the distribution is the softmax, the likeliest first", () => {
  const { ids, probabilities } = nextTokens(logits);
  expect(ids).toEqual([1, 3, 2, 0]);
  [0.4, 0.3, 0.2, 0.1].forEach((p, i) => {
    expect(probabilities[i]).toBeCloseTo(p, 12);
  });
});

test("top k keeps the k likeliest, scaled to sum to 1", () => {
  const { ids, probabilities } = nextTokens(logits, { topK: 2 });
  expect(ids).toEqual([1, 3]);
  expect(probabilities[0]).toBeCloseTo(4 / 7, 12);
});

test("what is forbidden is not among the k, in arrays of either kind", () => {
  const some = [1, 2, -Infinity, -Infinity];
  for (const given of [some, Float32Array.from(some)]) {
    expect(nextTokens(given, { topK: 4 }).ids).toEqual([1, 0]);
    expect(nextTokens(given, { topK: 4 }).probabilities[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
    expect(
      nextTokens(
        given.map(() => -Infinity),
        { topK: 2 },
      ),
    ).toEqual({ ids: [0], probabilities: [1] });
  }
});

test("top p keeps the fewest that together have p", () => {
  expect(nextTokens(logits, { topP: 0.39 }).ids).toEqual([1]);
  expect(nextTokens(logits, { topP: 0.5 }).ids).toEqual([1, 3]);
  expect(nextTokens(logits, { topP: 0.95 }).ids).toEqual([1, 3, 2, 0]);
  expect(nextTokens(logits, { topP: 0 }).ids).toEqual([1]);
});

test("temperature sharpens and flattens, and 0 takes the likeliest", () => {
  const half = nextTokens(logits, { temperature: 0.5 }).probabilities;
  [16 / 30, 9 / 30, 4 / 30, 1 / 30].forEach((p, i) => {
    expect(half[i]).toBeCloseTo(p, 12);
  });
  expect(nextTokens(logits, { temperature: 0 })).toEqual({ ids: [1], probabilities: [1] });
});

test("whatever the options, what is kept is the head of the order and sums to 1", () => {
  const options = fc.record({
    temperature: fc.double({ min: 0.05, max: 10, noNaN: true }),
    topK: fc.integer({ min: 1, max: 12 }),
    topP: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const numbers = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(
      numbers,
      options,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (all, how, u) => {
        const kept = nextTokens(all, how);
        expect(kept.ids).toEqual(nextTokens(all).ids.slice(0, kept.ids.length));
        expect(kept.ids.length).toBeLessThanOrEqual(how.topK);
        expect(kept.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        expect(kept.ids).toContain(draw(kept, u));
      },
    ),
    { seed: 3 },
  );
});

test("draws follow the distribution", () => {
  const kept = nextTokens(logits);
  const drawn = Array.from({ length: 1000 }, (_, i) => draw(kept, (i + 0.5) / 1000));
  const counts = [0, 1, 2, 3].map((id) => drawn.filter((one) => one === id).length);
  expect(counts).toEqual([100, 400, 200, 300]);
});

test("options outside their range and logits that are not numbers are refused", () => {
  expect(() => nextTokens(logits, { temperature: -1 })).toThrow("temperature: must be at least 0, not -1");
  expect(() => nextTokens(logits, { topK: 0 })).toThrow("topK: must be at least 1, not 0");
  expect(() => nextTokens(logits, { topP: 1.5 })).toThrow("topP: must be from 0 to 1, not 1.5");
  expect(() => nextTokens([0, Number.NaN])).toThrow("nextTokens: a logit is not a number");
  expect(() => nextTokens([0, Infinity])).toThrow("nextTokens: a logit is not a number");
});
