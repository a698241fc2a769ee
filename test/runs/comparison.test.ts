/** Tables of runs, as a person reads them. */
import { expect, test } from "vitest";
import { comparisonLines } from "../../src/cli/runs-text.ts";
import { flatten } from "../../src/config/flat.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { compareRuns } from "../../src/runs/compare-runs.ts";
import { comparisonPage } from "../../src/runs/comparison-page.ts";
import { groupTable } from "../../src/runs/comparison-tables.ts";
import type { RecordedRun } from "../../src/runs/recorded-run.ts";

const data = {
  translate: "{ train: { pairs: a }, valid: { pairs: b } }",
  generate: "{ train: { text: a }, valid: { text: b } }",
  classify: "{ train: { labelled: a }, valid: { labelled: b } }",
} as const;

const recorded = (name: string, task: keyof typeof data, loss: number, ...set: string[]): RecordedRun => ({
  directory: `runs/${name}`,
  state: "finished",
  config: flatten(parseConfig(`task: ${task}\ndata: ${data[task]}\n`, "run.yaml", set)),
  parameters: 1000,
  steps: 10,
  tokensPerSecond: 50,
  valid: { loss },
  curves: { training: [[1, 3]], validation: { loss: [[1, loss]] } },
});
const screen = { columns: 100, colour: false };

test("lists are written without their brackets, and an empty one as none", () => {
  const runs = [
    recorded("plain", "translate", 1),
    recorded("bare", "translate", 2, "model.without=[positions, norm]"),
  ];
  const { columns, rows } = groupTable(compareRuns(runs, "runs"));
  const without = columns.findIndex(({ name }) => name === "without");
  expect(rows.map((row) => row[without])).toEqual(["none", "positions, norm"]);
});

test("a classifier's loss and speed count texts, those of other models tokens", () => {
  const classifiers = [recorded("a", "classify", 1), recorded("b", "classify", 2, "model.heads=2")];
  const page = comparisonPage(compareRuns(classifiers, "runs"), "runs");
  for (const part of ["nats per text", ">texts/s<"]) expect(page).toContain(part);
  expect(page).not.toContain("token");
  const other = [recorded("a", "generate", 1), recorded("b", "generate", 2, "model.heads=2")];
  const lines = comparisonLines(compareRuns(other, "runs"), "runs", screen).join("\n");
  expect(lines).toContain("tokens/s");
  expect(lines).not.toContain("several tasks");
});

test("runs of several tasks stand apart, with a warning, and what they differ in stays short", () => {
  const runs = [
    recorded("t", "translate", 0.5),
    recorded("c2", "classify", 3, "model.heads=2"),
    recorded("g", "generate", 4),
    recorded("c1", "classify", 2),
  ];
  const comparison = compareRuns(runs, "runs");
  expect(comparison.groups.map(({ name }) => name)).toEqual(["c1", "c2", "g", "t"]);
  const lines = comparisonLines(comparison, "runs", screen);
  expect(lines[0]).toMatch(/they differ in (\S+, ){7}\S+ and \d+ more$/);
  expect(lines[2]).toBe(
    "These runs belong to several tasks: classify, generate, translate. Only runs of the same task can be compared.",
  );
  expect(comparisonPage(comparison, "runs")).toContain("Only runs of the same task can be compared.");
});
