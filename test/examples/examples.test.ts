/** The examples run as they are, and say what their comments promise. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

async function example(name: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", `examples/${name}.ts`], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  return stdout;
}

test("attention: prints each matrix, rows of weights sum to 1, and the verb looks at the milk", async () => {
  const printed = await example("attention");
  const rows = (title: string): Record<string, number[]> => {
    const block = printed.slice(printed.indexOf(title)).split("\n").slice(1, 5);
    return Object.fromEntries(
      block.map((line) => {
        const [word = "", ...numbers] = line.trim().split(/ +/);
        return [word, numbers.map(Number)];
      }),
    );
  };
  expect(Object.keys(rows("q = "))).toEqual(["the", "cat", "drank", "milk"]);
  expect(rows("q = ").drank).toEqual([2, 1]);
  const weights = rows("softmax");
  for (const row of Object.values(weights)) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 1);
  expect(Math.max(...(weights.drank ?? []))).toBe(weights.drank?.[3]);
  // The weighted sum of the values, by hand.
  const value = Object.values(rows("v = "));
  const context = (weights.drank ?? []).reduce((sum, weight, i) => sum + weight * (value[i]?.[1] ?? 0), 0);
  expect(rows("weights ·").drank?.[1]).toBeCloseTo(context, 1);
});

test("translator: fits on a slide, learns and translates", async () => {
  const lines = readFileSync(join(root, "examples/translator.ts"), "utf8").trimEnd().split("\n");
  expect(lines.length).toBeLessThan(60);
  const printed = await example("translator", { EPOCHS: "2" });
  const losses = [...printed.matchAll(/loss ([\d.]+)/g)].map((match) => Number(match[1]));
  expect(losses.length).toBeGreaterThan(2);
  expect(losses.at(-1)).toBeLessThan(0.6 * (losses[0] ?? 0));
  expect(printed.match(/ → {2}\p{L}/gu)).toHaveLength(8);
});

/** The rows of a recipe's tables, cells apart, after three steps of training on a little of the corpus. */
async function recipe(name: string): Promise<string[][]> {
  const printed = await example(`lecture/${name}`, { STEPS: "3", PAIRS: "1500", LENGTHS: "8,16" });
  return printed.split("\n").map((line) => line.trim().split(/ {3,}/));
}
const numbersOf = (row: readonly string[] | undefined): number[] =>
  (row ?? []).slice(1).map((cell) => Number(cell.replaceAll(",", "").replace(" %", "")));

test("lecture 3: three models, each by length of the source", async () => {
  const rows = await recipe("03-static-summary");
  expect(rows.slice(0, 4).map(([name]) => name)).toEqual([
    "BLEU",
    "LSTM, one summary",
    "LSTM, attention",
    "Transformer",
  ]);
  for (const row of rows.slice(1, 4)) expect(numbersOf(row).every(Number.isFinite)).toBe(true);
});

test("lecture 12: without positions, shuffled words give shuffled states to within rounding", async () => {
  const rows = await recipe("12-bag-of-words");
  expect(numbersOf(rows.find(([name]) => name === "with positions"))[0]).toBeGreaterThan(0.1);
  expect(numbersOf(rows.find(([name]) => name === "without"))[0]).toBeLessThan(1e-5);
});

test("lecture 15: wider has more parameters", async () => {
  const sizes = (await recipe("15-width")).slice(1, 5).map((row) => numbersOf(row)[2] ?? 0);
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
});

test("lecture 16: two sizes for query and key are refused with the reason, the value's is free", async () => {
  const rows = await recipe("16-sizes");
  expect(rows[0]?.[0]).toMatch(
    /^refused: attention: query has size 8 but key 6: each score is the dot product/,
  );
  expect(rows.slice(3, 6).map(([sizes]) => sizes)).toEqual(["16, 16, 4", "16, 16, 8", "16, 16, 16"]);
});

test("lecture 18: a rate for every head, and what masking the diagonal costs", async () => {
  const rows = await recipe("18-diagonal");
  for (const row of rows.slice(1, 3))
    for (const rate of numbersOf(row)) expect(rate).toBeLessThanOrEqual(100);
  expect(rows.some(([name]) => name === "diagonal masked")).toBe(true);
});

test("lecture 21: times of a recurrent layer and of attention by length", async () => {
  const rows = await recipe("21-parallel");
  expect(rows.slice(1, 3).map(([length]) => length)).toEqual(["8", "16"]);
  for (const row of rows.slice(1, 3)) for (const ms of numbersOf(row)) expect(ms).toBeGreaterThan(0);
});

test("lecture 25: undivided scores have variance d_k, divided ones 1", async () => {
  const rows = (await recipe("25-scale")).slice(1, 9);
  for (const [size, divided, variance] of rows) {
    const ratio = Number(variance) / (divided === "yes" ? 1 : Number(size));
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.2);
  }
});

test("lecture 29: as many parameters with any number of heads", async () => {
  const sizes = (await recipe("29-heads")).slice(1, 6).map((row) => numbersOf(row)[3]);
  expect(new Set(sizes).size).toBe(1);
});

test("lecture 34: heads that start alike stay alike", async () => {
  const [, random, identical, zero] = await recipe("34-alike");
  expect(Math.abs(numbersOf(random)[0] ?? 1)).toBeLessThan(0.5);
  expect(numbersOf(identical)[0]).toBe(1);
  expect(zero?.[1]).toBe("still 0");
});

test("lecture 40: the gradient reaches six layers with the way around, and fades without", async () => {
  const rows = (await recipe("40-residuals")).slice(1, 5);
  const names = rows.map(([name]) => name);
  // What the first layer gets of what the last one gets.
  const shares = rows.map((row) => (numbersOf(row)[0] ?? 0) / (numbersOf(row)[5] ?? 0));
  for (const [way, none] of [shares.slice(0, 2), shares.slice(2)] as [number, number][]) {
    expect(way).toBeGreaterThan(0.9);
    expect(none).toBeLessThan(0.8);
  }
  expect(names).toEqual(["pre-norm, with", "pre-norm, without", "post-norm, with", "post-norm, without"]);
});
