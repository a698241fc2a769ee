/** What the views of heads, recurrent and language models draw. */
import { describe, expect, test } from "vitest";
import type { ScoredHead } from "../../studio/src/model/head-scores.ts";
import { relativeEntropy, rowWords, sinkOf } from "../../studio/src/pictures/attention.ts";
import { cellAt, matrixLayout, visibleRange } from "../../studio/src/pictures/matrix-layout.ts";
import { heatPixels, pairPixels, shrunk, signedPixels } from "../../studio/src/pictures/pixels.ts";
import { changes, lying, meanMove, standing } from "../../studio/src/pictures/vectors.ts";
import { featurePairs, kindOf } from "../../studio/src/views/heads/feature-pairs.ts";

const blue = [0, 0, 255] as const;
const gold = [200, 150, 0] as const;

describe("weights as pixels", () => {
  test("0 is transparent, 1 the whole colour, and more than 1 no more than that", () => {
    const pixels = heatPixels({ data: [0, 1, 2, Number.NaN], rows: 2, columns: 2 }, blue);
    expect([...pixels]).toEqual([0, 0, 255, 0, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 0]);
  });

  test("two matrices share every cell", () => {
    const one = { data: [1, 0], rows: 1, columns: 2 };
    const other = { data: [0, 1], rows: 1, columns: 2 };
    const pixels = pairPixels(one, other, [blue, gold]);
    expect([...pixels]).toEqual([0, 0, 255, 255, 200, 150, 0, 0, 0, 0, 255, 0, 200, 150, 0, 255]);
  });

  test("numbers below 0 have the first colour", () => {
    const pixels = signedPixels({ data: [-1, 1], rows: 1, columns: 2 }, [gold, blue]);
    expect([...pixels]).toEqual([200, 150, 0, 255, 0, 0, 255, 255]);
  });

  test("a large matrix keeps the largest weight of each block", () => {
    const data = Float32Array.from({ length: 25 }, (_, i) => (i === 24 ? 0.9 : i / 100));
    const small = shrunk({ data, rows: 5, columns: 5 }, 3);
    expect([small.rows, small.columns]).toEqual([3, 3]);
    expect(Array.from(small.data, (value) => Math.round(100 * value))).toEqual([
      6, 8, 9, 16, 18, 19, 21, 23, 90,
    ]);
  });
});

describe("what weights say", () => {
  test("a row in words: the largest, and the rest", () => {
    const { words, rest } = rowWords({ data: [0, 0, 0, 0.5, 0.1, 0.4], rows: 2, columns: 3 }, 1, 2);
    expect(words).toEqual([
      { column: 0, weight: 0.5 },
      { column: 2, weight: 0.4 },
    ]);
    expect(rest).toBeCloseTo(0.1, 12);
  });

  test("entropy is 1 for all keys alike, 0 for one, and rows without a choice are not counted", () => {
    expect(relativeEntropy({ data: [0.5, 0.5, 0.5, 0.5], rows: 2, columns: 2 }, false)).toBeCloseTo(1, 12);
    expect(relativeEntropy({ data: [0, 1, 1, 0], rows: 2, columns: 2 }, false)).toBe(0);
    expect(relativeEntropy({ data: [1, 0, 0.5, 0.5], rows: 2, columns: 2 }, true)).toBeCloseTo(1, 12);
    expect(relativeEntropy({ data: [1], rows: 1, columns: 1 }, false)).toBeNaN();
  });

  test("a sink is a special token or punctuation with half of the attention", () => {
    const most = { data: [0.2, 0.8, 0.3, 0.7], rows: 2, columns: 2 };
    expect(sinkOf(most, ["▁the", "</s>"])).toEqual({ column: 1, share: 0.75 });
    expect(sinkOf(most, ["▁the", "."])).toMatchObject({ column: 1 });
    expect(sinkOf(most, ["▁the", "▁cat"])).toBeUndefined();
    expect(sinkOf({ ...most, data: [0.6, 0.4, 0.6, 0.4] }, ["▁the", "</s>"])).toBeUndefined();
  });
});

describe("a large matrix", () => {
  const layout = matrixLayout({ rows: 512, columns: 512, rowLabel: 60, columnLabel: 60, width: 600 });

  test("has cells that can be read however many there are, and no larger than need be", () => {
    expect([layout.cellWidth, layout.cellHeight]).toEqual([18, 18]);
    const few = matrixLayout({ rows: 3, columns: 3, rowLabel: 60, columnLabel: 60, width: 1200 });
    expect([few.cellWidth, few.cellHeight]).toEqual([64, 30]);
  });

  test("draws the cells that can be seen", () => {
    expect(visibleRange(0, 100, 18, 512)).toEqual({ from: 0, to: 6 });
    expect(visibleRange(9000, 400, 18, 512)).toEqual({ from: 500, to: 512 });
    expect(visibleRange(0, -20, 18, 512)).toEqual({ from: 0, to: 0 });
  });

  test("knows the cell under the pointer, scrolled or not", () => {
    const size = { rows: 512, columns: 512 };
    const { left, top } = layout;
    expect(cellAt(layout, { x: left + 1, y: top + 19 }, { x: 0, y: 0 }, size)).toEqual({ row: 1, column: 0 });
    expect(cellAt(layout, { x: left + 1, y: top + 1 }, { x: 180, y: 36 }, size)).toEqual({
      row: 2,
      column: 10,
    });
    expect(cellAt(layout, { x: 2, y: 2 }, { x: 180, y: 36 }, size)).toEqual({ row: -1, column: -1 });
  });
});

describe("vectors", () => {
  const vectors = { data: [3, 4, 3, 4, 0, 0], length: 3, units: 2 };

  test("stand as columns, and lie as rows; what is not read yet is blank", () => {
    expect([...standing(vectors).data]).toEqual([3, 3, 0, 4, 4, 0]);
    expect([...standing(vectors, (i) => i > 0).data]).toEqual([0, 3, 0, 0, 4, 0]);
    expect([...lying(vectors).data]).toEqual([3, 4, 3, 4, 0, 0]);
  });

  test("change from zeros, forwards or backwards", () => {
    expect(changes(vectors)).toEqual([5, 0, 5]);
    expect(changes(vectors, -1)).toEqual([0, 5, 0]);
  });

  test("move by 0 where all are the same", () => {
    expect(meanMove({ data: [1, 2, 1, 2], length: 2, units: 2 })).toBe(0);
    expect(meanMove(vectors)).toBeCloseTo(2.5 / (10 / 3), 12);
    expect(meanMove({ data: [], length: 0, units: 2 })).toBe(0);
  });
});

describe("heads that carry features", () => {
  const head = (place: string, number: number, features: Record<string, number>): ScoredHead => ({
    place,
    head: number,
    name: `${place} ${number + 1}`,
    roles: [],
    delta: 0,
    half: undefined,
    entropy: 0,
    sink: undefined,
    features: Object.entries(features).map(([name, share]) => ({ name, share })),
  });

  test("are laid over each other where both read the same, tense and negation first", () => {
    const heads = [
      head("encoder.0.attention", 0, { tense: 0.9, number: 0.5 }),
      head("encoder.0.attention", 1, { number: 0.8 }),
      head("decoder.1.cross", 0, { tense: 0.1 }),
      head("decoder.0.cross", 3, { negation: 0.4 }),
      head("decoder.1.cross", 3, { negation: 0.2 }),
    ];
    const pairs = featurePairs(heads).map(({ name, first, second }) => [name, first.name, second.name]);
    expect(pairs).toEqual([
      ["tense + negation", "decoder.1.cross 1", "decoder.0.cross 4"],
      ["tense + number", "encoder.0.attention 1", "encoder.0.attention 2"],
    ]);
  });

  test("are of four kinds", () => {
    const places = [
      "decoder.0.cross",
      "decoder.cross",
      "decoder.0.attention",
      "encoder.0.attention",
      "layers.0.attention",
    ];
    expect(places.map(kindOf)).toEqual(["cross", "cross", "decoder", "encoder", "self"]);
  });
});
