/** Runs beside each other in a page: the tables of `heed runs`, and the geometry of their pictures. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findRuns } from "heed/runs";
import { beforeAll, expect, test } from "vitest";
import { tableLines } from "../../src/pictures/table.ts";
import { type ComparedRuns, comparedRuns, logs } from "../../studio/src/model/compare.ts";
import { intervalDots } from "../../studio/src/pictures/interval-dots.ts";
import { nearest, overTime, runCurves, thinned, timeUnit } from "../../studio/src/pictures/run-curves.ts";
import { folder, heed } from "../cli/heed.ts";

const { path } = folder();
const runs = join(path, "runs");

/** A run that was never trained: what one would have written down. */
function record(name: string, heads: number, seed: number, losses: readonly number[], isDone = true): void {
  const directory = join(runs, name);
  mkdirSync(directory, { recursive: true });
  const put = (file: string, text: string): void => writeFileSync(join(directory, file), text);
  const lines = (records: readonly object[]): string =>
    records.map((one) => `${JSON.stringify(one)}\n`).join("");
  put(
    "config.yaml",
    `data: { train: { pairs: a }, valid: { pairs: b } }\nseed: ${seed}\nmodel: { dModel: 32, heads: ${heads} }\n`,
  );
  const steps = losses.map((loss, i) => ({ step: 10 * (i + 1), loss }));
  put(
    "metrics.jsonl",
    lines(
      steps.flatMap(({ step, loss }) => [
        { kind: "step", step, negativeLogLikelihood: loss + 0.5, tokens: 100 },
        { kind: "validation", step, loss, bleu: 50 - 10 * loss },
      ]),
    ),
  );
  put("timings.jsonl", lines(steps.map(({ step }) => ({ step, seconds: heads / 100 }))));
  if (!isDone) return;
  const loss = Math.min(...losses);
  const valid = { loss, bleu: 50 - 10 * loss };
  put(
    "result.json",
    JSON.stringify({ steps: 10 * losses.length, epochs: 1, seconds: 1, valid, parameters: 1234 }),
  );
}

const compared = (): ComparedRuns =>
  comparedRuns(
    findRuns(runs).map((directory) => {
      const texts = logs.flatMap((file) => {
        try {
          return [[file, readFileSync(join(directory, file), "utf8")] as const];
        } catch {
          return [];
        }
      });
      return { name: directory.slice(runs.length + 1), texts: Object.fromEntries(texts) };
    }),
  );

beforeAll(() => {
  record("heads=1/seed=1", 1, 1, [3, 2, 1.5]);
  record("heads=1/seed=2", 1, 2, [3.5, 2.5, 1.75]);
  record("heads=4/seed=1", 4, 1, [3, 1.5, 1]);
  record("heads=4/seed=2", 4, 2, [3, 1.25, 1.125]);
  record("copy", 4, 2, [3, 1.25, 1.125]);
  record("going", 2, 1, [4, 3], false);
});

test("the tables and notes are those of `heed runs`, to the last digit", async () => {
  const { stdout, status } = await heed(["runs", runs]);
  const { tables, notes, summary } = compared();
  expect(status).toBe(0);
  for (const table of [tables.groups, tables.runs, tables.others])
    expect(stdout).toContain(tableLines(table as NonNullable<typeof table>).join("\n"));
  for (const text of [summary, notes.kept, notes.interval, notes.curves]) expect(stdout).toContain(text);
});

test("groups come best first, each with the mean of its curves; unfinished runs come last", () => {
  const { groups, measures, score } = compared();
  expect(groups.map(({ name, isFinished }) => [name, isFinished])).toEqual([
    ["heads=4", true],
    ["heads=1", true],
    ["going", false],
  ]);
  expect([score, measures.map(({ name }) => name)]).toEqual([
    "bleu",
    ["training loss", "validation loss", "BLEU"],
  ]);
  const [, one] = groups;
  expect(one?.curves.loss?.mean).toEqual([
    [10, 3.25],
    [20, 2.25],
    [30, 1.625],
  ]);
  expect(one?.curves.training?.each).toHaveLength(2);
  expect(one?.valid.loss).toMatchObject({ mean: 1.625, n: 2, values: [1.5, 1.75] });
  // Ten updates of 0.01 s each, up to every logged one.
  expect(one?.elapsed.map(([step, seconds]) => [step, seconds.toFixed(6)])).toEqual([
    [10, "0.100000"],
    [20, "0.200000"],
    [30, "0.300000"],
  ]);
});

test("one run alone has no interval, and no table of groups", () => {
  const metrics = '{"kind":"step","step":1,"negativeLogLikelihood":2}\n';
  const config = "data: { train: { pairs: a }, valid: { pairs: b } }\n";
  const result = '{"steps":1,"parameters":3,"valid":{"loss":2}}';
  const texts = { "config.yaml": config, "metrics.jsonl": metrics, "result.json": result };
  const { tables, notes, groups } = comparedRuns([{ name: "mine", texts }]);
  expect([tables.groups, notes.interval, groups[0]?.valid.loss?.half]).toEqual([undefined, "", undefined]);
});

test("a run that is being trained says so, and one that is damaged says how", () => {
  const config = "data: { train: { pairs: a }, valid: { pairs: b } }\n";
  const { tables } = comparedRuns([
    { name: "on", texts: { "config.yaml": config }, trainer: { pid: 7, host: "here" } },
    { name: "off", texts: {} },
  ]);
  expect(tables.others.rows).toEqual([
    ["on", "training", "process 7 on here is at step 0"],
    ["off", "damaged", "off/config.yaml: is missing"],
  ]);
});

test("over time a curve has the same values, and steps between logged ones the time between", () => {
  const elapsed = [
    [10, 2],
    [20, 6],
  ] as const;
  const points = [5, 10, 15, 20, 25].map((step) => [step, step] as const);
  expect(overTime(points, elapsed)).toEqual([
    [1, 5],
    [2, 10],
    [4, 15],
    [6, 20],
    [8, 25],
  ]);
  expect(overTime(points, [])).toEqual([]);
  expect([100, 600, 20_000].map((seconds) => timeUnit(seconds).name)).toEqual(["s", "min", "h"]);
});

test("curves stay inside their picture, and what is not a number is left out", () => {
  const mean = [
    [0, 4],
    [10, Number.NaN],
    [20, 2],
  ] as const;
  const { curves, x, xAt } = runCurves([{ name: "a", mean, each: [] }], { width: 400, height: 200 });
  expect(curves[0]?.mean).not.toContain("NaN");
  expect(curves[0]?.dots).toHaveLength(2);
  for (const dot of curves[0]?.dots ?? []) {
    expect(dot.x).toBeGreaterThanOrEqual(0);
    expect(dot.x).toBeLessThanOrEqual(400);
    expect(dot.y).toBeGreaterThanOrEqual(0);
    expect(dot.y).toBeLessThanOrEqual(200);
  }
  expect(xAt(x(10))).toBeCloseTo(10);
  expect(runCurves([], { width: 400, height: 200 }).curves).toEqual([]);
});

test("the nearest point is found, and many points are thinned to their means", () => {
  expect(nearest([[0, 1], [10, 2], [20, 3]], 14)).toEqual([10, 2]); // biome-ignore format: a row of points
  expect(nearest([], 1)).toBeUndefined();
  const many = Array.from({ length: 1200 }, (_, i) => [i, 2 * i] as const);
  expect(thinned(many)).toHaveLength(600);
  expect(thinned(many)[0]).toEqual([0.5, 1]);
});

test("an interval is a bar around its mean, with a ring for each run; one run has a dot alone", () => {
  const rows = [
    { name: "a", mean: 2, half: 1, values: [1.5, 2.5] },
    { name: "b", mean: 4, half: undefined, values: [4] },
  ];
  for (const width of [390, 1200]) {
    const drawn = intervalDots(rows, { width, names: 60, texts: 100 });
    const [a, b] = drawn.rows;
    expect(((a?.bar?.[0] ?? 0) + (a?.bar?.[1] ?? 0)) / 2).toBeCloseTo(a?.mean ?? 0);
    expect([a?.rings.length, b?.rings.length, b?.bar]).toEqual([2, 0, undefined]);
    expect(b?.mean).toBeLessThanOrEqual(drawn.right);
    const [long] = intervalDots([{ ...rows[0], name: "x".repeat(300) } as never], {
      width,
      names: 2000,
      texts: 100,
    }).rows;
    expect(long?.shown.length).toBeLessThan(width / 7);
    expect(long?.shown).toMatch(/x…$/);
    expect(a?.bar?.[0]).toBeGreaterThanOrEqual(drawn.left);
  }
});
