/** Intervals and tests: sacreBLEU's own numbers for equal seeds, and what must hold for any. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bleu } from "../../src/evaluation/bleu.ts";
import { chrf } from "../../src/evaluation/chrf.ts";
import { exact } from "../../src/evaluation/exact-match.ts";
import { signatureOf, tabulate } from "../../src/evaluation/metric.ts";
import { numpyDraws } from "../../src/evaluation/numpy-random.ts";
import {
  bootstrapInterval,
  type PairedResult,
  pairedBootstrap,
  pairedRandomisation,
} from "../../src/evaluation/significance.ts";
import { ter } from "../../src/evaluation/ter.ts";

type MetricKey = "bleu" | "chrf" | "ter";

interface Expected {
  readonly score: number;
  readonly p: number | null;
  readonly mean: number | null;
  readonly half: number | null;
}

const golden = JSON.parse(readFileSync("test/golden/sacrebleu/significance.json", "utf8")) as {
  readonly references: readonly (readonly string[])[];
  /** The first is the baseline. */
  readonly systems: readonly (readonly string[])[];
  readonly names: readonly string[];
  readonly tests: readonly {
    readonly kind: "bs" | "ar";
    readonly seed: number;
    readonly samples: number;
    readonly intervals: number;
    readonly metrics: Readonly<
      Record<MetricKey, { signature: string; short: string; systems: readonly Expected[] }>
    >;
  }[];
  readonly confidence: Readonly<Record<MetricKey, { mean: number; half: number; signature: string }>>;
  readonly draws: readonly { seed: number; below: number; first: number[]; bits: number[]; then: number[] }[];
};
const metrics = { bleu: bleu(), chrf: chrf({ wordOrder: 2 }), ter: ter() };
const keys = Object.keys(metrics) as MetricKey[];
const tablesOf = (key: MetricKey) =>
  golden.systems.map((system) => tabulate(metrics[key], system, golden.references));

/** sacreBLEU adds and divides in float32 when it resamples. */
const SINGLE = 1e-4;

describe("draws are NumPy's", () => {
  test.each(golden.draws)("seed $seed, below $below", ({ seed, below, first, bits, then }) => {
    const draws = numpyDraws(seed);
    expect(first.map(() => draws.index(below))).toEqual(first);
    const coin = draws.bits();
    expect(bits.map(() => coin())).toEqual(bits);
    expect(then.map(() => draws.index(below))).toEqual(then);
  });
});

describe.each(golden.tests)("$kind with seed $seed is sacreBLEU's", (tested) => {
  const { kind, seed, samples, intervals } = tested;
  test.each(keys)("%s", (key) => {
    const tables = tablesOf(key);
    const results =
      kind === "bs"
        ? pairedBootstrap(tables, { resamples: samples, seed })
        : pairedRandomisation(tables, { trials: samples, resamples: intervals, seed });
    const { systems, signature, short } = tested.metrics[key];
    for (const [i, { score, p, mean, half }] of systems.entries()) {
      const found = results[i] as PairedResult;
      expect(found.score).toBeCloseTo(score, 9);
      expect(found.p ?? null, `${golden.names[i]}: p`).toBe(p);
      expect(Math.abs((found.interval?.mean ?? 0) - (mean ?? 0))).toBeLessThan(SINGLE);
      expect(Math.abs((found.interval?.half ?? 0) - (half ?? 0))).toBeLessThan(SINGLE);
    }
    const drawn =
      kind === "bs" ? { bs: samples, seed } : { ar: samples, seed, ...(intervals ? { bs: intervals } : {}) };
    const [baseline] = tables;
    if (!baseline) throw new Error("no systems");
    expect(signatureOf(baseline, drawn)).toBe(signature);
    expect(signatureOf(baseline, drawn, true)).toBe(short);
  });
});

test.each(keys)("the interval of one system is sacreBLEU's: %s", (key) => {
  const [table] = tablesOf(key);
  if (!table) throw new Error("no systems");
  const { mean, half, signature } = golden.confidence[key];
  const found = bootstrapInterval(table, { resamples: 500 });
  expect(Math.abs(found.mean - mean)).toBeLessThan(SINGLE);
  expect(Math.abs(found.half - half)).toBeLessThan(SINGLE);
  expect(found.high - found.low).toBeCloseTo(2 * found.half, 9);
  expect(signatureOf(table, { bs: 500, seed: 12345 })).toBe(signature);
});

describe("where the answer is known", () => {
  // 400 sentences of which the baseline has 200 right. Exact match is a mean of 0 and 1.
  const references = [Array.from({ length: 400 }, () => "right")];
  const system = (isRight: (i: number) => boolean) =>
    tabulate(
      exact(),
      Array.from({ length: 400 }, (_, i) => (isRight(i) ? "right" : "wrong")),
      references,
    );
  const baseline = system((i) => i < 200);

  test("the interval of a share is near the normal one: 50 ± 1.96 · 2.5", () => {
    const { low, high, mean } = bootstrapInterval(baseline, { resamples: 4000 });
    expect(mean).toBeCloseTo(50, 0);
    expect(Math.abs(low - (50 - 4.9))).toBeLessThan(0.6);
    expect(Math.abs(high - (50 + 4.9))).toBeLessThan(0.6);
  });

  test("a coin decides 12 sentences gained and 4 lost as the sign test does: p = 2 · P(X <= 3) of 16 coins", () => {
    const other = system((i) => (i < 200 ? i >= 4 : i < 212));
    const [, result] = pairedRandomisation([baseline, other], { trials: 20_000 });
    expect(result?.difference).toBeCloseTo(2, 9);
    // Strictly above |8|: 3 or fewer of 16 on one side. 2 · (1 + 16 + 120 + 560) / 2^16
    expect(Math.abs((result?.p as number) - (2 * 697) / 65536)).toBeLessThan(0.003);
  });

  test("another seed gives another p, the same seed the same", () => {
    const other = system((i) => i % 2 === 0 || i > 385);
    const p = (seed: number) => pairedBootstrap([baseline, other], { seed })[1]?.p;
    expect(p(1)).toBe(p(1));
    expect(p(1)).not.toBe(p(2));
  });
});
