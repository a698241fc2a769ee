/** What `heed compare` shows on a terminal. */
import { expect, test } from "vitest";
import { chosenMetrics } from "../../src/cli/chosen-metrics.ts";
import { systemComparisonLines } from "../../src/cli/system-comparison-text.ts";
import { compareSystems } from "../../src/evaluation/system-comparison.ts";
import { columnsOf } from "../../src/pictures/columns.ts";

const options = { tokenize: "13a", smoothing: "exp", lowercase: false };
const reference = "the quick brown fox jumps over the lazy dog while 東京 sleeps quietly tonight";
const comparison = compareSystems(
  [
    { name: "runs/a.txt", texts: [reference.replace("quick", "slow"), "same"] },
    { name: "runs/b.txt", texts: [reference.replace("lazy", "busy"), "same"] },
  ],
  [[reference, "same"]],
  chosenMetrics({ ...options, metrics: "chrf" }),
  { test: "bs", samples: 50, seed: 1, changes: 5 },
);

test("texts are wrapped below their labels, in as many columns as there are", () => {
  const lines = systemComparisonLines(comparison, { columns: 48, colour: false });
  const sentences = lines.slice(lines.findIndex((line) => line.startsWith("line 1:")) + 1);
  expect(sentences).toEqual([
    "  reference  the quick brown fox jumps over the",
    "             lazy dog while 東京 sleeps quietly",
    "             tonight",
    "  baseline   the slow brown fox jumps over the",
    "             lazy dog while 東京 sleeps quietly",
    "             tonight",
    "  system     the quick brown fox jumps over the",
    "             busy dog while 東京 sleeps quietly",
    "             tonight",
  ]);
  for (const line of sentences) expect(columnsOf(line)).toBeLessThanOrEqual(48);
});

test("words that only one text has are coloured where there are colours", () => {
  const shown = systemComparisonLines(comparison, { columns: 120, colour: true });
  const red = (word: string): string => `\u001b[31m${word}\u001b[0m`;
  const green = (word: string): string => `\u001b[32m${word}\u001b[0m`;
  expect(shown.at(-2)).toBe(
    `  baseline   the ${red("slow")} brown fox jumps over the ${red("lazy")} dog while 東京 sleeps quietly tonight`,
  );
  expect(shown.at(-1)).toBe(
    `  system     the ${green("quick")} brown fox jumps over the ${green("busy")} dog while 東京 sleeps quietly tonight`,
  );
});

test("directories are left out of names that are distinct without them", () => {
  const lines = systemComparisonLines(comparison, { columns: 120, colour: false });
  expect(lines.find((line) => line.startsWith("b.txt"))).toMatch(/^b\.txt +\d/u);
  expect(lines).toContain("Sentences of b.txt that changed most, by chrF:");
});
