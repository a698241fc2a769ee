/** A run's page names the model that its figures are of. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { readRecordedRun } from "../../src/runs/recorded-run.node.ts";
import { writeReport } from "../../src/runs/report.node.ts";

const root = mkdtempSync(join(tmpdir(), "heed-report-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const text = "data: { train: { pairs: a.tsv }, valid: { pairs: b.tsv } }\n";
const config = parseConfig(text, "config.yaml");
const log = [
  { kind: "validation", step: 800, loss: 2, bleu: 30 },
  { kind: "validation", step: 1200, loss: 1.5, bleu: 28 },
];
const validation = (step: number, loss: number, bleu: number) => ({
  step,
  loss,
  score: bleu,
  scores: { bleu },
  sections: () => [{ title: "What it says", note: "Two sentences.", content: "<p>x</p>" }],
});

function runIn(name: string, valid?: object): string {
  const directory = join(root, name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "config.yaml"), text);
  writeFileSync(join(directory, "metrics.jsonl"), log.map((line) => `${JSON.stringify(line)}\n`).join(""));
  if (valid)
    writeFileSync(join(directory, "result.json"), JSON.stringify({ steps: 1200, parameters: 9, valid }));
  return directory;
}
const pageOf = (directory: string): string => readFileSync(join(directory, "report.html"), "utf8");

test("the best checkpoint's, with its step, where it is not the last", () => {
  const directory = runIn("best");
  writeReport({ directory, config, parameters: 9 }, validation(1200, 1.5, 28), validation(800, 2, 30));
  const page = pageOf(directory);
  expect(page).toContain("<dt>Best after</dt><dd>800</dd>");
  expect(page).toContain(
    "the figures above are those of the model of step 800, the best on validation data.",
  );
  expect(page).toContain("Two sentences. By the model of step 800, the best on validation data.");
});

test("the average's, with the steps of its checkpoints", () => {
  const directory = runIn("average");
  const found = validation(1200, 1.4, 31);
  writeReport({ directory, config, parameters: 9, averaged: [800, 1200] }, found, found);
  const page = pageOf(directory);
  expect(page).toContain("<dt>Model kept</dt><dd>average of 2 checkpoints</dd>");
  expect(page).toContain("By the average of the checkpoints of steps 800 · 1,200.");
});

test("is titled by its cell and its seed where a sweep trained it", () => {
  const directory = runIn("heads=4/seed=1");
  const found = validation(1200, 1.4, 31);
  writeReport({ directory, config, parameters: 9 }, found, found);
  expect(pageOf(directory)).toContain("<h1>heads=4, seed=1</h1>");
});

test("a recorded run knows which model its scores are of", () => {
  expect(readRecordedRun(runIn("kept", { loss: 2, bleu: 30 })).kept).toBe("step 800");
  expect(readRecordedRun(runIn("mean", { loss: 1.4, bleu: 31 })).kept).toBe("average");
  expect(readRecordedRun(runIn("unfinished")).kept).toBeUndefined();
});
