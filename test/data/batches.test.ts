import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeBatch, type PairExample } from "../../src/data/batches.ts";
import { paddingShares, planEpoch } from "../../src/data/epoch-plan.ts";
import { shuffle } from "../../src/data/shuffle.ts";

const examplesOf = (lengths: readonly (readonly [number, number])[]): PairExample[] =>
  lengths.map(([source, target]) => ({
    source: new Int32Array(source).fill(4),
    target: new Int32Array(target).fill(4),
  }));
const length = fc.integer({ min: 1, max: 60 });
const corpora = fc.array(fc.tuple(length, length), { maxLength: 300 }).map(examplesOf);
const plans = fc.record({
  batchTokens: fc.integer({ min: 1, max: 400 }),
  seed: fc.integer(),
  epoch: fc.nat(),
  maxSentences: fc.integer({ min: 1, max: 40 }),
  poolSize: fc.integer({ min: 1, max: 400 }),
});
/** Sources of 5 to 44 tokens with targets of nearly the same length. */
const alike = examplesOf(
  Array.from({ length: 5000 }, (_, i) => [5 + (i % 40), 5 + (i % 40) + (i % 3)] as const),
);

test("a pool of nothing is refused", () => {
  expect(() => planEpoch([], { batchTokens: 10, seed: 1, epoch: 0, poolSize: 0 })).toThrow(
    "poolSize: must be at least 1, not 0",
  );
});

describe("the plan of an epoch", () => {
  test("has every example exactly once", () =>
    fc.assert(
      fc.property(corpora, plans, (examples, options) => {
        const all = planEpoch(examples, options).flat();
        expect(all.sort((a, b) => a - b)).toEqual([...examples.keys()]);
      }),
    ));

  test("keeps padded tokens and sentences under their limits, unless a batch is one example", () =>
    fc.assert(
      fc.property(corpora, plans, (examples, options) => {
        for (const indices of planEpoch(examples, options)) {
          const { size, sourceLength, targetLength } = makeBatch(examples, indices, { pad: 0, bos: 1 });
          expect(size).toBeGreaterThan(0);
          if (size === 1) continue;
          expect(size * Math.max(sourceLength, targetLength)).toBeLessThanOrEqual(options.batchTokens);
          expect(size).toBeLessThanOrEqual(options.maxSentences);
        }
      }),
    ));

  test("is the same for the same seed and epoch", () =>
    fc.assert(
      fc.property(corpora, plans, (examples, options) => {
        expect(planEpoch(examples, options)).toEqual(planEpoch(examples, options));
      }),
    ));

  test("differs between epochs and between seeds, in the order of batches and in what they hold", () => {
    const examples = alike.slice(0, 500);
    const options = { batchTokens: 200, seed: 1, epoch: 0 };
    const first = planEpoch(examples, options).map(String);
    for (const other of [
      { ...options, epoch: 1 },
      { ...options, seed: 2 },
      { ...options, seed: 0, epoch: 1 },
    ]) {
      const batches = planEpoch(examples, other).map(String);
      expect(batches).not.toEqual(first);
      expect([...batches].sort()).not.toEqual([...first].sort());
    }
  });

  test("is pinned: another order would change what an older run resumes to", () => {
    const examples = examplesOf([
      [3, 2],
      [9, 8],
      [4, 4],
      [2, 3],
      [7, 6],
      [5, 5],
    ]);
    expect(planEpoch(examples, { batchTokens: 12, seed: 42, epoch: 3 })).toMatchInlineSnapshot(`
      [
        [
          5,
        ],
        [
          4,
        ],
        [
          0,
          3,
          2,
        ],
        [
          1,
        ],
      ]
    `);
  });

  test("packs and pads well when lengths of both sides go together", () => {
    const batches = planEpoch(alike, { batchTokens: 2000, seed: 1, epoch: 0 });
    const padding = paddingShares(alike, batches);
    expect(padding.target).toBeLessThan(0.05);
    expect(padding.total).toBeLessThan(0.06);
    const tokens = alike.reduce((sum, { target }) => sum + target.length, 0);
    expect(tokens / batches.length).toBeGreaterThan(0.8 * 2000);
  });

  test("has the shares of padding that its matrices have", () =>
    fc.assert(
      fc.property(corpora, plans, (examples, options) => {
        const batches = planEpoch(examples, options);
        const padding = paddingShares(examples, batches);
        const matrices = batches.map((indices) => makeBatch(examples, indices, { pad: 0, bos: 1 }));
        const sources = matrices.flatMap(({ sourceMask }) => [...sourceMask]);
        const targets = matrices.flatMap(({ targetWeight }) => [...targetWeight]);
        const zeros = (places: readonly number[]): number =>
          places.filter((place) => place === 0).length / Math.max(1, places.length);
        expect(padding.source).toBeCloseTo(zeros(sources), 12);
        expect(padding.target).toBeCloseTo(zeros(targets), 12);
        expect(padding.total).toBeCloseTo(zeros([...sources, ...targets]), 12);
      }),
    ));

  test("of no examples has no batches", () => {
    expect(planEpoch([], { batchTokens: 10, seed: 1, epoch: 0 })).toEqual([]);
    expect(paddingShares([], [])).toEqual({ source: 0, target: 0, total: 0 });
  });
});

describe("a batch", () => {
  const examples: PairExample[] = [
    { source: Int32Array.of(5, 6, 2), target: Int32Array.of(7, 2) },
    { source: Int32Array.of(8, 2), target: Int32Array.of(9, 10, 11, 2) },
    { source: Int32Array.of(2), target: Int32Array.of(2) },
  ];

  test("pads, shifts the target right and marks what is real", () => {
    const batch = makeBatch(examples, [1, 0, 2], { bos: 1, pad: 3 });
    expect(batch).toEqual({
      size: 3,
      sourceLength: 3,
      targetLength: 4,
      source: Int32Array.of(8, 2, 3, 5, 6, 2, 2, 3, 3),
      sourceMask: Float32Array.of(1, 1, 0, 1, 1, 1, 1, 0, 0),
      targetIn: Int32Array.of(1, 9, 10, 11, 1, 7, 3, 3, 1, 3, 3, 3),
      targetOut: Int32Array.of(9, 10, 11, 2, 7, 2, 3, 3, 2, 3, 3, 3),
      targetWeight: Float32Array.of(1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0),
      tokens: 7,
      examples: [1, 0, 2],
    });
  });
});

describe("shuffling", () => {
  test("comes to every order about equally often", () => {
    const tally = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = shuffle([0, 1, 2], seed, "test").join("");
      tally.set(order, (tally.get(order) ?? 0) + 1);
    }
    expect(tally.size).toBe(6);
    for (const times of tally.values()) expect(Math.abs(times - 1000)).toBeLessThan(120);
  });

  test("is another for another seed or name", () => {
    const order = (seed: number, name: string): string =>
      shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], seed, name).join("");
    expect(new Set([order(1, "a"), order(2, "a"), order(1, "b"), order(-1, "a")]).size).toBe(4);
  });
});
