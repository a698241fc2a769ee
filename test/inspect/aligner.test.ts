import { beforeAll, describe, expect, test } from "vitest";
import { translationModel } from "../../src/config/translation-model.ts";
import { alignmentErrorRate } from "../../src/evaluation/alignment.ts";
import { openAligner } from "../../src/inspect/alignment/aligner.ts";
import {
  type AlignmentReading,
  chooseByAgreement,
  chooseByGold,
  describeReading,
  linksUnder,
  readingsOf,
  weightsOf,
} from "../../src/inspect/alignment/alignment-reading.ts";
import { type AlignedPair, openCrossAttention } from "../../src/inspect/alignment/cross-attention.ts";
import { linksOf } from "../../src/inspect/matrix.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { pairs, sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";

const model = translationModel(tinyConfig("none.tsv", "model.layers=2").model, tokenizers);
const weights = new Map<string, HostTensor>(initialise(build(model).parameters, 7));
const few = pairs.slice(0, 9);

describe("an aligner", () => {
  const whole: Partial<Record<"input" | "output", AlignedPair[]>> = {};
  beforeAll(async () => {
    const engine = await sharedEngine();
    for (const row of ["output", "input"] as const) {
      const attention = await openCrossAttention({ engine, model, weights, ...tokenizers, row });
      whole[row] = await attention.align(few);
      attention.close();
    }
  });

  test("reads words on both sides, and rows that sum to what is not looked at </s>", () => {
    const [first] = whole.output ?? [];
    expect(first?.sourceWords).toEqual(["one", "cat"]);
    expect(first?.targetWords).toEqual(["cat", "one", "one"]);
    expect(first?.heads.map((heads) => heads.length)).toEqual([2, 2]);
    for (const row of first?.heads[1]?.[0] ?? []) {
      const sum = row.reduce((a, b) => a + b, 0);
      expect(sum).toBeGreaterThan(0);
      expect(sum).toBeLessThan(1);
    }
  });

  test.each([
    { row: "output", layer: 1, head: 0, share: 1 },
    { row: "output", layer: 0, head: "mean", share: 0.9 },
    { row: "input", layer: 0, head: 1, share: 1 },
    { row: "input", layer: "mean", head: "mean", share: 0.5 },
    { row: "output", layer: 1, head: 1, share: 1, sourceShare: 0.8 },
  ] as const satisfies readonly AlignmentReading[])(
    "computes what all of cross-attention has at $row, layer $layer, head $head",
    async (reading) => {
      const aligner = await openAligner({
        engine: await sharedEngine(),
        model,
        weights,
        tokenizers,
        reading,
        maxLength: 16,
      });
      const aligned = await aligner.align(few);
      aligner.close();
      const all = whole[reading.row] as AlignedPair[];
      expect(aligned.map(({ targetWords }) => targetWords)).toEqual(
        all.map(({ targetWords }) => targetWords),
      );
      for (const [i, one] of aligned.entries()) {
        const pair = all[i] as AlignedPair;
        one.weights.forEach((row, target) => {
          row.forEach((weight, source) => {
            expect(weight).toBeCloseTo(weightsOf(pair, reading)[target]?.[source] as number, 6);
          });
        });
        expect(one.links).toEqual(linksUnder(pair, reading));
      }
    },
  );

  test("gives the same with batches side by side", async () => {
    const reading: AlignmentReading = { row: "output", layer: 1, head: 1, share: 1 };
    const many = Array.from({ length: 40 }, () => pairs).flat();
    const links: unknown[] = [];
    for (const [streams, threads] of [
      [1, 2],
      [4, 1],
    ] as const) {
      const options = { model, weights, tokenizers, reading, maxLength: 16, streams, session: { threads } };
      const aligner = await openAligner({ engine: await sharedEngine(), ...options });
      links.push((await aligner.align(many)).map((one) => one.links));
      aligner.close();
    }
    expect(links[1]).toEqual(links[0]);
  });

  test("cuts what is longer than the model reads", async () => {
    const reading: AlignmentReading = { row: "input", layer: 0, head: 0, share: 1 };
    const engine = await sharedEngine();
    const aligner = await openAligner({ engine, model, weights, tokenizers, reading, maxLength: 4 });
    const [one] = await aligner.align([
      { source: "one two three four five", target: "cat dog sun tree one two" },
    ]);
    aligner.close();
    expect(one?.sourceWords).toEqual(["one", "two", "three"]);
    expect(one?.targetWords).toEqual(["cat", "dog"]);
  });
});

describe("links from weights", () => {
  const weights = [
    [0.6, 0.3, 0.1],
    [0.5, 0.35, 0.05],
  ];
  const written = (...shares: number[]): string =>
    linksOf(weights, ...shares)
      .map(({ source, target }) => `${source}-${target}`)
      .join(" ");

  test("go from each target word to its largest weight, or all of at least a share of it", () => {
    expect(written()).toBe("0-0 0-1");
    expect(written(0.5)).toBe("0-0 1-0 0-1 1-1");
  });

  test("go from each source word too, if asked", () => {
    expect(written(1, 1)).toBe("0-0 2-0 0-1 1-1");
    expect(written(1, 0.8)).toBe("0-0 1-0 2-0 0-1 1-1");
  });

  test("do not go from a source word that nothing looks at", () => {
    expect(linksOf([[1, 0]], 1, 0)).toEqual([{ source: 0, target: 0 }]);
  });
});

describe("which attention to read", () => {
  const sharp = (links: readonly (readonly [source: number, target: number])[]): number[][] =>
    [0, 1].map((target) =>
      [0, 1].map((source) => (links.some(([s, t]) => s === source && t === target) ? 0.8 : 0.1)),
    );
  const crossed = sharp([
    [0, 1],
    [1, 0],
  ]);
  const straight = sharp([
    [0, 0],
    [1, 1],
  ]);
  const pair = (first: number[][], second: number[][]): AlignedPair => ({
    sourceWords: ["a", "b"],
    targetWords: ["x", "y"],
    layers: [first, first],
    heads: [[first, second]],
  });
  const gold = [
    {
      sure: [
        { source: 0, target: 1 },
        { source: 1, target: 0 },
      ],
      possible: [],
    },
  ];

  test("is the one that agrees with gold links, whichever row, layer and head that is", () => {
    const { reading, aer } = chooseByGold(
      { output: [pair(straight, straight)], input: [pair(straight, crossed)] },
      gold,
    );
    expect(reading).toEqual({ row: "input", layer: 0, head: 1, share: 1 });
    expect(aer).toBe(0);
    expect(describeReading(reading)).toBe("decoder layer 1, head 2, at the step that reads a word");
  });

  test("links source words too where that agrees better, and has the error rate of its links", () => {
    const rows = [
      [0.6, 0.3, 0.1],
      [0.5, 0.35, 0.05],
    ];
    const one = { ...pair(rows, rows), sourceWords: ["a", "b", "c"] };
    const sure = [
      { source: 0, target: 0 },
      { source: 0, target: 1 },
      { source: 1, target: 1 },
      { source: 2, target: 0 },
    ];
    const known = [{ sure, possible: [{ source: 1, target: 0 }] }];
    const { reading, aer } = chooseByGold({ output: [one] }, known);
    expect(reading).toEqual({ row: "output", layer: 0, head: 0, share: 1, sourceShare: 1 });
    expect(aer).toBe(0);
    expect(describeReading(reading)).toBe(
      "decoder layer 1, head 1, at the step that writes a word, each source word linked too",
    );
    const few = [{ sure: sure.slice(0, 1), possible: sure.slice(3) }];
    const other = chooseByGold({ output: [one] }, few);
    expect(other.aer).toBeCloseTo(alignmentErrorRate([linksUnder(one, other.reading)], few).aer, 12);
  });

  test("is those of two directions that agree", () => {
    const turned = crossed; // Crossed links look the same from the other side.
    const chosen = chooseByAgreement(
      { output: [pair(straight, crossed)] },
      { output: [pair(turned, turned)] },
    );
    expect(chosen).toMatchObject({
      agreement: 1,
      forward: { layer: 0, head: 1 },
      backward: { layer: 0, head: 0 },
    });
  });

  test("is among every head, every layer's mean and the mean of all", () => {
    expect(
      readingsOf(pair(straight, crossed), "output").map(({ layer, head }) => `${layer} ${head}`),
    ).toEqual(["0 0", "0 1", "0 mean", "mean mean"]);
  });
});
