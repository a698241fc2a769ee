import { describe, expect, test } from "vitest";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { dropoutMask } from "../../src/ops/index.ts";
import { randomInts } from "../../src/random.ts";
import { type HostValue, host } from "./graph-run.ts";
import { open } from "./native-run.ts";

const ROWS = 512;
const COLUMNS = 256;
const SITES = 8;
const tables = {
  rows: input("rows", "int32", ["rows"]),
  columns: input("columns", "int32", ["columns"]),
};

const drawn = (seed: number): Record<string, HostValue> => ({
  rows: host("int32", [ROWS], randomInts(seed, "rows")),
  columns: host("int32", [COLUMNS], randomInts(seed, "columns")),
});

/** Masks [ROWS, COLUMNS] of 1 for kept and 0 for dropped. */
async function masks(keep: number, seed: number): Promise<Float32Array[]> {
  const graph: Record<string, Value> = {};
  for (let site = 0; site < SITES; site++)
    graph[`${site}`] = dropoutMask(tables, { shape: [ROWS, COLUMNS], keep, site });
  const run = await open(graph);
  const results = await run(drawn(seed));
  run.close();
  return Object.values(results).map(({ data }) => (data as Float32Array).map((v) => Math.sign(v)));
}

/** Correlation of two equally long lists of numbers. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    sa += x;
    sb += y;
    saa += x * x;
    sbb += y * y;
    sab += x * y;
  }
  return (sab - (sa * sb) / n) / Math.sqrt((saa - (sa * sa) / n) * (sbb - (sb * sb) / n));
}

const row = (mask: Float32Array, i: number): Float32Array => mask.subarray(i * COLUMNS, (i + 1) * COLUMNS);
const column = (mask: Float32Array, j: number): Float32Array =>
  Float32Array.from({ length: ROWS }, (_, i) => mask[i * COLUMNS + j] as number);
const size = ROWS * COLUMNS;
/** Five deviations of the correlation of `n` independent pairs. */
const chance = (n: number): number => 5 / Math.sqrt(n);

describe.each([0.9, 0.5, 0.7])("a mask that keeps %f", (keep) => {
  test("keeps that share of every site, and of no row or column far from it", async () => {
    for (const mask of await masks(keep, 3)) {
      const share = mask.reduce((total, v) => total + v, 0) / size;
      expect(Math.abs(share - keep)).toBeLessThan(0.01);
      const within = (list: Float32Array): void => {
        const own = list.reduce((total, v) => total + v, 0) / list.length;
        expect(Math.abs(own - keep)).toBeLessThan(6.5 * Math.sqrt((keep * (1 - keep)) / list.length));
      };
      for (let i = 0; i < ROWS; i++) within(row(mask, i));
      for (let j = 0; j < COLUMNS; j++) within(column(mask, j));
    }
  });

  test("has rows, columns and neighbours that know nothing of each other", async () => {
    for (const mask of await masks(keep, 4)) {
      for (const lag of [1, 2, 3, 7, 16, COLUMNS, 2 * COLUMNS, COLUMNS + 1]) {
        expect(Math.abs(correlation(mask.subarray(0, size - lag), mask.subarray(lag)))).toBeLessThan(
          chance(size),
        );
      }
      for (let i = 0; i + 1 < ROWS; i += 37) {
        expect(Math.abs(correlation(row(mask, i), row(mask, i + 1)))).toBeLessThan(chance(COLUMNS));
      }
      for (let j = 0; j + 1 < COLUMNS; j += 17) {
        expect(Math.abs(correlation(column(mask, j), column(mask, j + 1)))).toBeLessThan(chance(ROWS));
      }
    }
  });

  test("differs from site to site and from seed to seed, without a trace of the other", async () => {
    const [one, other] = [await masks(keep, 5), await masks(keep, 6)];
    for (let a = 0; a < SITES; a++) {
      const seeds = correlation(one[a] as Float32Array, other[a] as Float32Array);
      expect(Math.abs(seeds)).toBeLessThan(chance(size));
      for (let b = 0; b < a; b++) {
        const sites = correlation(one[a] as Float32Array, one[b] as Float32Array);
        expect(Math.abs(sites)).toBeLessThan(chance(size));
      }
    }
  });
});

test("the same tables give the same mask, to the bit", async () => {
  const [one, again] = [await masks(0.9, 8), await masks(0.9, 8)];
  one.forEach((mask, site) => {
    expect(Buffer.compare(Buffer.from(mask.buffer), Buffer.from((again[site] as Float32Array).buffer))).toBe(
      0,
    );
  });
});

test("survivors are scaled by 1 / keep, so that the expectation stays", async () => {
  const run = await open({
    mask: dropoutMask(tables, { shape: [2, ROWS / 2, COLUMNS], keep: 0.8, site: 0 }),
  });
  const { mask } = await run(drawn(1));
  run.close();
  expect(new Set(mask?.data as Float32Array)).toEqual(new Set([0, 1.25]));
  expect(mask?.shape).toEqual([2, ROWS / 2, COLUMNS]);
});
