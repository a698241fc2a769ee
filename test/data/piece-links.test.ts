import { describe, expect, test } from "vitest";
import { pieceLinks } from "../../src/data/piece-links.ts";

const span = (from: number, to: number) => ({ from, to });
/** "x yy z" in 4 pieces and </s>, "a bbb" in 4 and </s>. */
const spans = { source: [span(0, 1), span(1, 3), span(3, 4)], target: [span(0, 1), span(1, 4)] };
const rows = (matrix: Float32Array, source: number): number[][] =>
  Array.from({ length: matrix.length / source }, (_, i) =>
    Array.from(matrix.subarray(i * source, (i + 1) * source), (x) => Math.round(1e4 * x) / 1e4),
  );

describe("links between pieces", () => {
  test("share a row equally between linked words, and a word's share between its pieces", () => {
    const builder = pieceLinks();
    const links = [
      { source: 1, target: 1 },
      { source: 2, target: 1 },
      { source: 1, target: 1 },
    ];
    builder.add(links, spans);
    const linked = [0, 0.25, 0.25, 0.5, 0];
    const none = [0, 0, 0, 0, 0];
    expect(rows(builder.finish().matrix([0], 5, 5), 5)).toEqual([none, linked, linked, linked, none]);
  });

  test("of a batch are padded with 0, in the order of its examples", () => {
    const builder = pieceLinks();
    builder.add([{ source: 0, target: 0 }], spans);
    builder.add([], spans);
    builder.add([{ source: 2, target: 0 }], spans);
    const matrix = rows(builder.finish().matrix([2, 1, 0], 2, 4), 4);
    expect(matrix).toEqual([
      [0, 0, 0, 1],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  test("of many pairs are all kept", () => {
    const builder = pieceLinks();
    for (let i = 0; i < 2000; i++) builder.add([{ source: i % 3, target: i % 2 }], spans);
    const { matrix } = builder.finish();
    for (const i of [0, 1, 999, 1999]) {
      const sums = rows(matrix([i], 4, 4), 4).map((row) => row.reduce((a, b) => a + b, 0));
      expect(sums).toEqual(i % 2 === 0 ? [1, 0, 0, 0] : [0, 1, 1, 1]);
      expect(matrix([i], 4, 4)[(i % 2) * 4 + (i % 3 === 2 ? 3 : i % 3)]).toBe(i % 3 === 1 ? 0.5 : 1);
    }
  });

  test("refuse words that are not there", () => {
    expect(() => pieceLinks().add([{ source: 3, target: 0 }], spans)).toThrow("no word 3 among 3");
  });
});
