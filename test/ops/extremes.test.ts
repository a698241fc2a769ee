/** Softmax and its relatives at the ends of the range of numbers, against float64 arithmetic. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { input } from "../../src/ir/leaf.ts";
import { paddingBias } from "../../src/nn/attention.ts";
import { crossEntropy } from "../../src/ops/cross-entropy.ts";
import { add } from "../../src/ops/elementwise.ts";
import { logSoftmax, logSumExp, softmax } from "../../src/ops/softmax.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { type GraphRun, openOn } from "./graph-run.ts";

let graphs: GraphRun;
let loss: GraphRun;
beforeAll(async () => {
  const engine = await openEngine("cpu");
  const x = input("x", "float32", ["rows", "columns"]);
  graphs = await openOn(engine, { softmax: softmax(x), logSoftmax: logSoftmax(x), logSumExp: logSumExp(x) });
  loss = await openOn(engine, { loss: crossEntropy(x, input("targets", "int32", ["rows"])) });
});
afterAll(() => {
  graphs.close();
  loss.close();
});

/** What float64 arithmetic gives for one row. */
function exactly(row: readonly number[]): { softmax: number[]; logSoftmax: number[]; logSumExp: number } {
  const top = Math.max(...row);
  const sum = row.reduce((total, x) => total + Math.exp(x - top), 0);
  const all = top + Math.log(sum);
  return {
    softmax: row.map((x) => Math.exp(x - top) / sum),
    logSoftmax: row.map((x) => x - top - Math.log(sum)),
    logSumExp: all,
  };
}

async function computed(
  row: readonly number[],
): Promise<Record<"softmax" | "logSoftmax" | "logSumExp", number[]>> {
  const x = { dtype: "float32", shape: [1, row.length], data: Float32Array.from(row) } as const;
  const results = await graphs({ x });
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  ) as never;
}

/** The nearest float32, so that both start from the same numbers. */
const single = (most: number): fc.Arbitrary<number> =>
  fc.double({ min: -most, max: most, noNaN: true }).map(Math.fround);
const rows = (number: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.array(number, { minLength: 1, maxLength: 40 });
/** Rounding of a float32 of this size, a few times over. */
const rounding = (size: number): number => 4e-7 * (1 + Math.abs(size));

test.each([
  ["between -1 and 1", 1],
  ["up to 10,000", 1e4],
  ["of the range of float16", 65_504],
  ["of 10^30", 1e30],
])("numbers %s: each is finite and as exact as float32", async (_, most) => {
  await fc.assert(
    fc.asyncProperty(rows(single(most)), async (row) => {
      const [expected, results] = [exactly(row), await computed(row)];
      const size = Math.max(...row.map(Math.abs));
      for (const [i, share] of expected.softmax.entries()) {
        expect(Math.abs((results.softmax[i] as number) - share)).toBeLessThan(2e-6);
        const log = results.logSoftmax[i] as number;
        expect(Number.isFinite(log)).toBe(true);
        expect(Math.abs(log - (expected.logSoftmax[i] as number))).toBeLessThanOrEqual(rounding(2 * size));
      }
      expect(Math.abs((results.logSumExp[0] as number) - expected.logSumExp)).toBeLessThanOrEqual(
        rounding(size),
      );
      expect(results.softmax.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    }),
    { numRuns: 100 },
  );
});

test("what a mask of -Infinity leaves out has weight 0, and the others weigh as if it were not there", async () => {
  const masked = rows(fc.oneof(single(1e4), fc.constant(Number.NEGATIVE_INFINITY))).filter((row) =>
    row.some(Number.isFinite),
  );
  await fc.assert(
    fc.asyncProperty(masked, async (row) => {
      const { softmax: weights } = await computed(row);
      const expected = exactly(row.filter(Number.isFinite)).softmax.values();
      for (const [i, x] of row.entries()) {
        if (x === Number.NEGATIVE_INFINITY) expect(weights[i]).toBe(0);
        else expect(Math.abs((weights[i] as number) - (expected.next().value as number))).toBeLessThan(2e-6);
      }
    }),
    { numRuns: 100 },
  );
});

test("the loss is finite and exact however sure the model is of the wrong word", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc
        .integer({ min: 2, max: 30 })
        .chain((classes) =>
          fc.tuple(fc.array(single(1e4), { minLength: classes, maxLength: classes }), fc.nat(classes - 1)),
        ),
      async ([row, target]) => {
        const results = await loss({
          x: { dtype: "float32", shape: [1, row.length], data: Float32Array.from(row) },
          targets: { dtype: "int32", shape: [1], data: Int32Array.of(target) },
        });
        const value = Number(results.loss?.data[0]);
        const expected = -(exactly(row).logSoftmax[target] as number);
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(rounding(2e4));
      },
    ),
    { numRuns: 100 },
  );
});

test("the mask of attention gives padding weight 0 exactly, and a row without anything visible stays finite", async () => {
  const engine = await openEngine("cpu");
  const [x, visible] = [
    input("x", "float32", ["batch", 1, 1, "keys"]),
    input("visible", "float32", ["batch", "keys"]),
  ];
  const masked = await openOn(engine, { weights: softmax(add(x, paddingBias(visible))) });
  const rowsWithMask = fc
    .integer({ min: 1, max: 20 })
    .chain((keys) =>
      fc.tuple(
        fc.array(single(1e4), { minLength: keys, maxLength: keys }),
        fc.array(fc.boolean(), { minLength: keys, maxLength: keys }),
      ),
    );
  await fc.assert(
    fc.asyncProperty(rowsWithMask, async ([row, isVisible]) => {
      const results = await masked({
        x: { dtype: "float32", shape: [1, 1, 1, row.length], data: Float32Array.from(row) },
        visible: { dtype: "float32", shape: [1, row.length], data: Float32Array.from(isVisible, Number) },
      });
      const weights = Array.from(results.weights?.data as Float32Array);
      expect(weights.every((weight) => weight >= 0 && weight <= 1)).toBe(true);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      if (!isVisible.some(Boolean)) return;
      for (const [i, weight] of weights.entries()) if (!isVisible[i]) expect(weight).toBe(0);
    }),
    { numRuns: 100 },
  );
  masked.close();
});
