/** The recipes of the lecture run on a little of the corpus, and say what their comments promise. */
import { afterEach, expect, test, vi } from "vitest";

// Read by examples/lecture/learn.ts, which all recipes share, and with it corpus, tokenizer and engine.
Object.assign(process.env, { STEPS: "3", PAIRS: "1500", TEST: "100", LENGTHS: "8,16" });

afterEach(() => vi.restoreAllMocks());

/** The rows of a recipe's tables, cells apart, after three steps of training. */
async function recipe(name: string): Promise<string[][]> {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  await import(`../../examples/lecture/${name}.ts`);
  const printed = log.mock.calls.map(([line = ""]) => String(line));
  return printed.flatMap((text) => text.split("\n")).map((line) => line.trim().split(/ {3,}/));
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
    /^refused: attention: query has size 8 but key has size 6: a score is their dot product/,
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
