/** The recipes of the lecture run on a little of the corpus, and say what their comments promise. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { numbersOf, recipe, rowOf } from "../lecture/recipe.ts";

const cache = mkdtempSync(join(tmpdir(), "heed-lecture-"));
// Read by examples/lecture/learn.ts, which all recipes share, and with it corpus, tokenizer and engine.
Object.assign(process.env, { STEPS: "3", PAIRS: "3000", TEST: "300", LENGTHS: "8,16", LECTURE_CACHE: cache });

afterAll(() => rmSync(cache, { recursive: true, force: true }));

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

test("lecture 40: the gradient reaches the first of six layers with the way around, and less of it without", async () => {
  const rows = (await recipe("40-residuals")).slice(1, 5);
  const names = rows.map(([name]) => name);
  // What the first layer gets of what the last one gets.
  const shares = rows.map((row) => (numbersOf(row)[0] ?? 0) / (numbersOf(row)[5] ?? 0));
  const [way = 0, none = 0, normedWay = 0] = shares;
  expect(way).toBeGreaterThan(0.9);
  expect(none).toBeLessThan(0.9);
  // Norms after each sum restore the size of what passes, with and without.
  expect(normedWay).toBeGreaterThan(0.9);
  expect(names).toEqual(["pre-norm, with", "pre-norm, without", "post-norm, with", "post-norm, without"]);
});

test("lecture 1: a row for each step of encoder and decoder, and the share of the cell state that is kept", async () => {
  const rows = await recipe("01-hidden-states");
  const places = rows.map(([place]) => place);
  expect(places).toContain("encoder.layers.0.forward");
  expect(places).toContain("decoder.stack.cells.0");
  expect(rowOf(rows, "1 <s>")).toHaveLength(6);
  const kept = Number(rowOf(rows, "1 ▁We")[4]);
  expect(kept).toBeGreaterThan(0.6); // its bias starts at 1: σ(1) = 0.73
  expect(kept).toBeLessThan(0.85);
});

test("lecture 4: hardly trained, attention is spread over nearly all tokens", async () => {
  const rows = await recipe("04-entropy");
  const [, , weight, entropy, tokens] = rowOf(rows, "</s>");
  expect(Math.log(Number(tokens))).toBeCloseTo(Number(entropy), 1);
  expect(Number(weight)).toBeLessThan(0.5);
});

test("lecture 5: levels sum to 1, and every token can be given all attention", async () => {
  const rows = await recipe("05-adjust-levels");
  const forced = rows.findIndex(([cell]) => cell === "all attention on");
  const levels = rows.slice(3, forced - 1).map(([, level]) => Number(level));
  expect(levels.reduce((a, b) => a + b)).toBeCloseTo(1, 1);
  expect(rows.slice(forced + 1, forced + 1 + levels.length).every((row) => row.length >= 3)).toBe(true);
});

test("lecture 8: tied, keys and values are equal, and a matrix a layer is saved", async () => {
  const rows = await recipe("08-keys-and-values");
  const [free, tied] = rows.filter(([token]) => token === "▁We");
  expect(free?.[2]).not.toBe(free?.[3]);
  expect(tied?.[2]).toBe(tied?.[3]);
  const parameters = ["query, key and value", "key is value"].map(
    (name) => numbersOf(rowOf(rows, name))[0] ?? 0,
  );
  expect((parameters[0] ?? 0) - (parameters[1] ?? 0)).toBe(6 * (64 * 64 + 64));
});

test("lecture 13: from a vector for each token to one, to two numbers", async () => {
  const rows = await recipe("13-dog-or-not");
  expect(rowOf(rows, "encoder.0.states")).toEqual(["encoder.0.states", "length 8 · dim 32", "256"]);
  expect(rowOf(rows, "summary")).toEqual(["summary", "dim 32", "32"]);
});

test("lecture 14: the shares of all words sum to 1", async () => {
  const rows = await recipe("14-mixed-in");
  const sums = rows.filter(([name]) => name === "together").map((row) => Number(row[2]));
  expect(sums).toHaveLength(2);
  for (const sum of sums) expect(Math.abs(sum - 1)).toBeLessThan(0.05); // eight rounded numbers
});

test("lecture 19: equal queries, other attention", async () => {
  const lines = (await recipe("19-fresh")).map((cells) => cells.join("   "));
  expect(lines).toContainEqual(expect.stringMatching(/^queries of .* differ by 0; W_Q is unchanged$/));
});

test("lecture 22: each row of weights beside the lengths of what is added, and a rate for each head", async () => {
  const rows = await recipe("22-which-word");
  expect(rows.filter(([name]) => name === "|a_ij v_j|")).toHaveLength(7);
  for (const head of [0, 1, 2, 3]) {
    // The first row of that name is the head of the table above.
    const rate = numbersOf(rows.findLast(([name]) => name === `head ${head}`))[0] ?? Number.NaN;
    expect(rate).toBeGreaterThanOrEqual(0);
    expect(rate).toBeLessThanOrEqual(100);
  }
});

test("lecture 27: equal weights in a trained model, and from the start", async () => {
  const rows = await recipe("27-by-product");
  const names = ["as learnt", "equal in the encoder", "equal in cross-attention", "equal in both"];
  for (const name of names) expect(numbersOf(rowOf(rows, name))[0]).toBeGreaterThan(0);
  expect(numbersOf(rowOf(rows, "with equal weights everywhere"))).toHaveLength(2);
});

test("lecture 28: attention beside gold links, and the error rate of two models", async () => {
  const rows = await recipe("28-alignment");
  for (const name of ["Transformer", "LSTM, additive"]) {
    const aer = Number(rowOf(rows, name)[2]);
    expect(aer).toBeGreaterThan(0);
    expect(aer).toBeLessThanOrEqual(1);
  }
  expect(rows.flat().join("\n")).toContain("gold │");
});

test("lecture 30: every head of a layer is switched off", async () => {
  const rows = await recipe("30-two-heads");
  for (const head of ["0", "1", "2", "3"])
    expect(numbersOf(rowOf(rows, head)).every(Number.isFinite)).toBe(true);
});

test("lecture 32: every head against gender and tense", async () => {
  const rows = await recipe("32-contrast");
  const from = rows.findIndex(([cell]) => cell === "switched off");
  expect(rows.slice(from + 1, from + 9).every((row) => numbersOf(row).every(Number.isFinite))).toBe(true);
});

test("lecture 33: before the first update, all heads are alike", async () => {
  const rows = await recipe("33-roles");
  const start = numbersOf(rowOf(rows, "0"));
  expect(start).toHaveLength(8);
  expect(Math.max(...start) - Math.min(...start)).toBeLessThan(25);
});

test("lecture 35: an update changes a weight a little, and the error falls", async () => {
  const rows = await recipe("35-one-step");
  const [before, after] = [numbersOf(rowOf(rows, "0")), numbersOf(rowOf(rows, "2"))];
  const change = Math.abs((before[0] ?? 0) - (after[2] ?? 0));
  expect(change).toBeGreaterThan(0);
  expect(change).toBeLessThan(1e-3); // two steps of Adam: at most the sum of their rates
  expect(after[3]).toBeLessThan(before[1] ?? 0);
});

test("lecture 36: five words and the sixth, read and unseen", async () => {
  const rows = await recipe("36-sixth-word");
  expect(rows.filter(([kind]) => kind === "read")).toHaveLength(4);
  expect(rows.filter(([kind]) => kind === "unseen")).toHaveLength(4);
});
