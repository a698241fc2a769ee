/** What run directories tell, and how runs are put beside each other. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { flatten } from "../../src/config/flat.ts";
import { printConfig } from "../../src/config/print.ts";
import { median } from "../../src/evaluation/median.ts";
import { compareRuns, meanCurve, relative } from "../../src/runs/compare-runs.ts";
import { findRuns, readRecordedRun } from "../../src/runs/recorded-run.node.ts";
import type { RecordedRun } from "../../src/runs/recorded-run.ts";
import { tinyConfig } from "../training/tiny.ts";
import { corpus, directory, folder, linesOf, run, stoppedAfter } from "../training/tiny-runs.ts";

const recorded = (name: string, loss: number, ...set: string[]): RecordedRun => ({
  directory: `runs/${name}`,
  state: "finished",
  config: flatten(tinyConfig("pairs.tsv", ...set)),
  parameters: 1000,
  steps: 10,
  valid: { loss, bleu: 100 - loss },
  curves: { training: [], validation: {} },
});

describe("runs beside each other", () => {
  const comparison = compareRuns(
    [
      recorded("heads=1/seed=1", 3, "model.heads=1", "seed=1"),
      recorded("heads=1/seed=2", 4, "model.heads=1", "seed=2"),
      recorded("heads=1/seed=3", 5, "model.heads=1", "seed=3"),
      recorded("alone", 1, "model.heads=4", "seed=1"),
      { ...recorded("broken", 0, "model.layers=2"), state: "diverged", reason: "why" },
    ],
    "runs",
  );

  test("make a group when only their seed differs, named as the directory they share", () => {
    expect(comparison.groups.map(({ name, seeds }) => [name, seeds])).toEqual([
      ["alone", [1]],
      ["heads=1", [1, 2, 3]],
    ]);
  });

  test("tell what the finished ones differ in", () => {
    expect(comparison.differing).toEqual(["model.heads"]);
    expect(comparison.names).toEqual(new Map([["model.heads", "heads"]]));
    expect(comparison.differingAnywhere).toEqual(["model.layers", "model.heads"]);
  });

  test("have means with intervals, and stand best first", () => {
    const [alone, three] = comparison.groups;
    expect(comparison.score).toBe("bleu");
    expect(alone?.valid.loss).toEqual({ mean: 1, n: 1, confidence: 0.95 });
    expect(three?.valid.loss).toMatchObject({ mean: 4, n: 3 });
    expect(three?.valid.loss?.half).toBeCloseTo(4.30265 / Math.sqrt(3), 4);
  });

  test("are left out when they are not finished", () => {
    expect(comparison.others.map(({ directory: path, reason }) => [path, reason])).toEqual([
      ["runs/broken", "why"],
    ]);
  });

  test("count once when they have the same seed as well", () => {
    const runs = ["a", "b"].map((name) => recorded(name, 1, "seed=1"));
    const { groups, others } = compareRuns(runs, "runs");
    expect(groups.map(({ seeds }) => seeds)).toEqual([[1]]);
    expect(others.map(({ reason }) => reason)).toEqual(["same configuration and seed as a"]);
  });

  test("are ordered by the loss, the smallest first, when there is no other score", () => {
    const runs = [3, 1, 2].map((loss) => ({
      ...recorded(`${loss}`, loss, `model.layers=${loss}`),
      valid: { loss },
    }));
    expect(compareRuns(runs, "runs").groups.map(({ name }) => name)).toEqual(["1", "2", "3"]);
  });

  test("are named by their settings when they do not share a directory of their own", () => {
    const runs = [
      recorded("a", 1, "model.layers=1", "seed=1"),
      recorded("b", 2, "model.layers=1", "seed=2"),
      recorded("c", 3, "model.layers=2", "training.steps=7"),
    ];
    const { groups, names } = compareRuns(runs, "runs");
    expect(groups.map(({ name }) => name)).toEqual(["layers=1,training.steps=–", "c"]);
    expect(names.get("training.steps")).toBe("training.steps");
  });
});

describe("the mean of curves", () => {
  test("is taken where all of them have a point", () => {
    const a = [[1, 1] as const, [2, 2] as const, [3, 3] as const];
    expect(meanCurve([a, [[1, 3] as const, [3, 5] as const, [4, 9] as const]])).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(meanCurve([a])).toEqual(a);
    expect(meanCurve([])).toEqual([]);
  });
});

test("the median of an even number of values is between the middle two", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, undefined]);
});

test("a path is said relative to what was searched", () => {
  expect([relative("runs/a/b", "runs"), relative("runs/a", "runs/"), relative("runs/a", "runs/a")]).toEqual([
    "a/b",
    "a",
    "a",
  ]);
});

describe("a run directory", () => {
  const set = ["training.validateEvery=3"];
  beforeAll(async () => {
    await run("whole", { set });
    await stoppedAfter("stopped", 2, { set });
    for (const name of ["damaged", "nothing", "project", "diverged", ".hidden"]) mkdirSync(directory(name));
    const config = printConfig(tinyConfig(corpus));
    for (const name of ["damaged", "project", "diverged"])
      writeFileSync(join(directory(name), "config.yaml"), config);
    writeFileSync(
      join(directory("damaged"), "metrics.jsonl"),
      '{"kind":"step","step":1}\n{"ki\n{"kind":"step"}\n',
    );
    writeFileSync(join(directory("nothing"), "metrics.jsonl"), "");
    writeFileSync(join(directory(".hidden"), "metrics.jsonl"), "");
    writeFileSync(join(directory("diverged"), "diverged.json"), '{"step":7}');
    writeFileSync(join(directory("diverged"), "metrics.jsonl"), '{"kind":"step","step":6}\n{"kind":"st');
  }, 60_000);

  test("is found at any depth; a configuration alone is none", () => {
    const names = findRuns(folder).map((path) => relative(path, folder));
    expect(names).toEqual(["damaged", "diverged", "nothing", "stopped", "whole"]);
    expect(findRuns(directory("whole"))).toEqual([directory("whole")]);
    expect(() => findRuns(join(folder, "absent"))).toThrow(/absent: cannot be read \(ENOENT\)/);
  });

  test("tells size, steps, speed, scores and curves", () => {
    const found = readRecordedRun(directory("whole"));
    const lines = linesOf("whole");
    const validations = lines.filter(({ kind }) => kind === "validation");
    expect(found).toMatchObject({
      state: "finished",
      steps: lines.filter(({ kind }) => kind === "step").length,
    });
    expect(found.parameters).toBeGreaterThan(1000);
    expect(found.millisecondsPerStep).toBeGreaterThan(0);
    expect(found.tokensPerSecond).toBeGreaterThan(0);
    expect(found.curves.training).toHaveLength(found.steps);
    expect(found.curves.validation).toEqual({ loss: validations.map(({ step, loss }) => [step, loss]) });
    expect(found.config.get("model.heads")).toBe(2);
  });

  test("that is not finished tells why, and what it has reached", () => {
    const stopped = readRecordedRun(directory("stopped"));
    expect(stopped).toMatchObject({ state: "unfinished", reason: "stopped after step 2", steps: 2 });
    expect(readRecordedRun(directory("diverged"))).toMatchObject({ state: "diverged", steps: 6 });
    expect(readRecordedRun(directory("diverged")).reason).toContain("at step 7");
  });

  test("that is damaged says what is wrong with it, and the others can be read", () => {
    const reasons = ["damaged", "nothing"].map((name) => readRecordedRun(directory(name)));
    expect(reasons.map(({ state }) => state)).toEqual(["damaged", "damaged"]);
    expect(reasons[0]?.reason).toMatch(/metrics\.jsonl:2: is not a record/);
    expect(reasons[1]?.reason).toMatch(/config\.yaml: is missing/);
  });

  test("that is being trained names the process", () => {
    writeFileSync(
      join(directory("stopped"), "lock"),
      JSON.stringify({ pid: process.pid, host: "elsewhere" }),
    );
    expect(readRecordedRun(directory("stopped"))).toMatchObject({
      state: "training",
      reason: `process ${process.pid} on elsewhere is at step 2`,
    });
  });
});
