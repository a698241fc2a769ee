/** The recipes that are arithmetic print the numbers that one gets by hand. */
import { expect, test } from "vitest";
import { numbersOf, recipe, rowOf } from "./recipe.ts";

/** Softmax in float64, as printed. */
const softmax = (scores: readonly number[]): number[] => {
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  return powers.map((power) => Number((power / powers.reduce((a, b) => a + b)).toFixed(2)));
};
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
const split = (cell = ""): number[] => cell.trim().split(/\s+/).map(Number);

test("lecture 2: most sentences have links that cross; few go word by word", async () => {
  const rows = await recipe("02-word-order");
  const share = (name: string): number => numbersOf(rowOf(rows, name))[0] ?? Number.NaN;
  expect(share("some links cross")).toBeGreaterThan(40);
  expect(share("and in the same order")).toBeLessThan(share("every word has one partner"));
  expect(rowOf(rows, "ago.").slice(1)).toEqual(["· · · ■ ■ ■ · ·", "il y a"]); // They arrived 2 weeks ago.
});

test("lecture 6: encoder vectors before a changed word are the same to the bit, and one query is asked a step", async () => {
  const rows = await recipe("06-read-only");
  for (const word of ["the", "cat", "drank"]) expect(numbersOf(rowOf(rows, word))).toEqual([0]);
  expect(numbersOf(rowOf(rows, "milk, water"))[0]).toBeGreaterThan(0.01);
  expect(rows.some(([line]) => line === "encoder vectors with another translation: difference 0")).toBe(true);
  expect(numbersOf(rowOf(rows, "7"))).toEqual([1, 5]);
});

test("lecture 7: what a changed word changes", async () => {
  const rows = await recipe("07-who-sees-whom");
  expect(rowOf(rows, "word 2")).toEqual(["word 2", "● ● · · ·", "● ● ● ● ●", "● ● · · ·"]);
  expect(rowOf(rows, "word 5")).toEqual(["word 5", "● ● ● ● ●", "● ● ● ● ●", "● ● ● ● ●"]);
});

test("lecture 9: a sharp query finds its document, a flat one the mean of all", async () => {
  const rows = await recipe("09-lookup");
  const of = (query: string, sharpness: string): number[] =>
    numbersOf(rows.find(([name, sharp]) => name === query && sharp === sharpness));
  expect(of("animals, please", "1")).toEqual([1, ...softmax([0, 1, 0]), 200, 2]);
  expect(of("animals, please", "100")).toEqual([100, 0, 1, 0, 200, 2]);
  expect(of("cats that cook", "100")).toEqual([100, 0, 0.5, 0.5, 250, 2.5]);
  expect(of("anything at all", "4")).toEqual([4, ...softmax([0, 0, 0]), 200, 2]);
});

test("lecture 10: equal words have equal vectors, and the weights are as many for any length", async () => {
  const rows = await recipe("10-one-matrix");
  expect(rowOf(rows, "saw").slice(1).map(split)).toEqual([
    [2, 1],
    [1, 1],
    [0, -1],
  ]); // x = 0 0 1: the last columns
  expect(rows.filter(([word]) => word === "the")).toHaveLength(2);
  expect(rows.some(([line]) => line === 'the two "the" differ by 0')).toBe(true);
  for (const n of ["4", "40", "400"]) expect(numbersOf(rowOf(rows, n))).toEqual([4 * (64 * 64 + 64)]);
});

test("lecture 11: softmax of a row sums to 1, is blind to a shift, and alone is always 1", async () => {
  const rows = await recipe("11-softmax");
  const across = rows.slice(rows.findIndex(([line]) => line === "softmax across each row") + 2);
  expect(numbersOf(across[0])).toEqual([...softmax([2, 1, 0, -1]), 1]);
  expect(numbersOf(across[2])).toEqual(numbersOf(across[0]));
  expect(numbersOf(across[3])).toEqual([1, 0, 0, 0, 1]);
  const alone = rows.slice(rows.findIndex(([line]) => line === "softmax of every value alone") + 2);
  expect(numbersOf(alone[0])).toEqual([1, 1, 1, 1, 4]);
});

test("lecture 17: dot products and cosines", async () => {
  const rows = await recipe("17-dot-product");
  const ends = (name: string): string[] => rowOf(rows, name).slice(-2);
  expect(ends("the query itself")).toEqual(["9.00", "1.00"]);
  expect(ends("twice the query")).toEqual(["18.00", "1.00"]);
  expect(ends("a little like it")).toEqual(["5.00", (5 / (3 * 2)).toFixed(2)]);
  expect(ends("nothing in common")).toEqual(["0.00", "0.00"]);
  expect(ends("the opposite")).toEqual(["-9.00", "-1.00"]);
});

test("lecture 20: 16 weights row by row equal those made at once", async () => {
  const rows = await recipe("20-sixteen-weights");
  const asks = (word: string): string[] => {
    const line = rows
      .map((cells) => cells.join("   "))
      .find((text) => /asks:/.test(text) && text.startsWith(word));
    return line?.split(/ {3,}/).slice(-5) ?? [];
  };
  const keys = [
    [0, 1],
    [2, 0],
    [1, 1],
    [2.5, 0.5],
  ];
  const drank = keys.map((key) => dot([2, 1], key) / Math.SQRT2);
  expect(asks("drank").slice(0, 4).map(Number)).toEqual(softmax(drank));
  expect(asks("milk").at(-1)).toBe("weights so far: 16");
  expect(rows.some(([line]) => line === "all at once, the largest difference is 0")).toBe(true);
  expect(numbersOf(rowOf(rows, "128"))[0]).toBe(128 * 128);
});

test("lecture 23: a score needs one query and one key, a weight all keys, z the values too", async () => {
  const rows = await recipe("23-arrows");
  const needs = (name: string): string => rowOf(rows, name).slice(1).join("");
  //                                q1-4    k1-4    v1-4
  expect(needs("score 1·2")).toBe("●···" + "·●··" + "····");
  expect(needs("a12")).toBe("●···" + "●●●●" + "····");
  expect(needs("z1")).toBe("●···" + "●●●●" + "●●●●");
});

test("lecture 24: stacked and one by one are the same numbers", async () => {
  const lines = (await recipe("24-stacked")).map((cells) => split(cells.join(" ")));
  expect(lines.filter((line) => line.join() === "2,1,3")).toHaveLength(4); // x1 W_Q, twice, and z1 rounds to it
  expect(lines.filter((line) => line.join() === "0,1,-1")).toHaveLength(2);
  const [q1, q2] = [
    [2, 1, 3],
    [0, 1, -1],
  ] as const;
  const [a1 = 0, a2 = 0] = [dot(q2, q1), dot(q2, q2)].map((s, _, all) => {
    const powers = all.map((score) => Math.exp(score / Math.sqrt(3)));
    return Math.exp(s / Math.sqrt(3)) / powers.reduce((x, y) => x + y);
  });
  const z2 = q1.map((x, d) => Number((a1 * x + a2 * (q2[d] ?? 0)).toFixed(2)));
  expect(lines.filter((line) => line.join() === z2.join())).toHaveLength(2);
});

test("lecture 26: only the third row of W_Q learns, by the gradient that one gets by hand", async () => {
  const rows = await recipe("26-query-weights");
  const of = (update: string): number[][] => rowOf(rows, update).slice(1).map(split);
  expect(of("100").slice(0, 2)).toEqual(of("0").slice(0, 2));
  const keys = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0, 1, 0.5],
  ];
  const powers = keys.map((key) => Math.exp(dot([0, 0, 0.1], key) / Math.sqrt(3)));
  const slope = powers.map((power, j) => power / powers.reduce((a, b) => a + b) - (j === 3 ? 1 : 0));
  const next = [0, 0, 0.1].map(
    (w, d) =>
      w -
      (0.5 *
        dot(
          slope,
          keys.map((key) => key[d] ?? 0),
        )) /
        Math.sqrt(3),
  );
  expect(of("1")[2]).toEqual(next.map((w) => Number(w.toFixed(2))));
  const onMilk = ["0", "1", "2", "5", "20", "100"].map((update) => of(update)[7]?.[0] ?? 0);
  expect(onMilk).toEqual([...onMilk].sort((a, b) => a - b));
  expect(onMilk.at(-1)).toBeGreaterThan(0.6);
});

test("lecture 31: attention keeps its weight wherever the word stands, a filter does not", async () => {
  const rows = (await recipe("31-content")).slice(1, 4);
  expect(rows.map((row) => row.slice(1))).toEqual([
    ["+1", "0.70", "0.99"],
    ["+2", "0.00", "0.99"],
    ["-3", "0.00", "0.99"],
  ]);
});

test("lecture 37: an emoji has its own id, an unknown word none", async () => {
  const rows = await recipe("37-ids");
  expect(rowOf(rows, "▁🥛")[1]).toMatch(/^\d+$/);
  expect(rowOf(rows, "<unk>")[1]).toBe("1");
  expect(rows.flat().some((cell) => cell.includes("<0xF0> <0x9F> <0x90> <0x84>"))).toBe(true); // 🐄 in UTF-8
});

test("lecture 38: sines and cosines; two equal words at one position cannot be told apart", async () => {
  const rows = await recipe("38-positions");
  const second = [0, 1, 2, 3].flatMap((i) => [Math.sin(1 / 10 ** i), Math.cos(1 / 10 ** i)]);
  expect(split(rowOf(rows, "2")[1])).toEqual(second.map((x) => Number(x.toFixed(2))));
  expect(numbersOf(rowOf(rows, "1 2 3 4 5"))[0]).toBeGreaterThan(0.1);
  expect(numbersOf(rowOf(rows, "1 2 3 1 5"))).toEqual([0]);
});

test("lecture 39: mean 0, variance 1, the same histogram; gain and bias move them; softmax piles up", async () => {
  const rows = await recipe("39-layer-norm");
  expect(numbersOf(rowOf(rows, "layer norm")).slice(0, 2)).toEqual([0, 1]);
  expect(numbersOf(rowOf(rows, "gain 0.5, bias 3")).slice(0, 2)).toEqual([3, 0.25]);
  const counts = (name: string): number[] => {
    const from = rows.findIndex(([line]) => line?.startsWith(`${name}: how many`)) + 1;
    return rows.slice(from, from + 8).map((row) => Number(row.join(" ").split(" ").at(-1)));
  };
  expect(counts("layer norm")).toEqual(counts("before"));
  expect(counts("before").reduce((a, b) => a + b)).toBe(512);
  expect(counts("softmax")[0]).toBeGreaterThan(450);
});

test("lecture 41: the copy is added element by element; another size is refused, or scaled down", async () => {
  const rows = await recipe("41-copied");
  for (const word of ["word 1", "word 2"]) {
    const [x = [], z = [], sum = []] = rowOf(rows, word).slice(1).map(split);
    for (const [i, value] of sum.entries()) expect(value).toBeCloseTo((x[i] ?? 0) + (z[i] ?? 0), 1);
  }
  expect(rows.flat().join("\n")).toContain("add: axis -1 of left is 4 but of right is 3");
  expect(rows.flat().join("\n")).toContain("scaled down to 3 numbers:  0.50  1.00  1.50"); // [1 0 2 1] · [½ ½ 0 0], …
});

test("lecture 42: three blocks have the weights that the formula says", async () => {
  const rows = await recipe("42-block");
  const d = 32;
  const [attention, feedForward, norms] = [4 * d * d + 4 * d, 8 * d * d + 5 * d, 4 * d];
  expect(numbersOf(rowOf(rows, "blocks.0.attention"))).toEqual([attention]);
  expect(numbersOf(rowOf(rows, "blocks.0.feedForward"))).toEqual([feedForward]);
  expect(numbersOf(rowOf(rows, "three blocks"))).toEqual([3 * (attention + feedForward + norms)]);
});

test("lecture 43: every tap with its axes, and the transposes counted", async () => {
  const rows = await recipe("43-shapes");
  expect(rowOf(rows, "decoder.0.cross.weights")[1]).toBe("batch 2 · heads 4 · queries 4 · keys 5");
  expect(rowOf(rows, "encoder.0.attention.values")[1]).toBe("batch 2 · heads 4 · keys 5 · dValue 8");
  expect(rows.flat().some((line) => line.includes(" 12 transpose,"))).toBe(true);
  expect(rows.flat().some((line) => line.includes("23 multiply matrices"))).toBe(true); // 3 · 6 + 2 · 2 + 1
});
