/**
 * "It's not applied to a single value. It wouldn't make much sense": softmax goes across the row of raw scores, and the row
 * then sums to 1.
 *
 *   npx tsx examples/lecture/11-softmax.ts
 */
import { softmax } from "heed/ops";
import { matrix, read } from "./numbers.ts";
import { expectation, fixed, table } from "./table.ts";

const words = ["the", "cat", "drank", "milk"];
const scores = [
  [2.0, 1.0, 0.0, -1.0],
  [0.5, 0.5, 0.5, 0.5],
  [12, 11, 10, 9], // the first row, plus 10
  [20, 10, 0, -10], // the first row, times 10
];
const { across } = await read({ across: softmax(matrix(scores)) });
const { alone } = await read({ alone: softmax(matrix(scores.flat().map((score) => [score]))) });

const sum = (row: readonly number[]): string => fixed(row.reduce((a, b) => a + b, 0));
const print = (title: string, rows: readonly (readonly number[])[]): void => {
  console.log(`\n${title}`);
  table(
    [`query of`, ...words, "sum"],
    rows.map((row, i) => [words[i] ?? "", ...row.map(fixed), sum(row)]),
  );
};
print("raw scores", scores);
print("softmax across each row", across);
print(
  "softmax of every value alone",
  words.map((_, i) => words.map((__, j) => alone[4 * i + j]?.[0] ?? 0)),
);
expectation(
  "each row sums to 1. Equal scores share it equally; adding 10 to a row changes nothing (0.64 stays\n" +
    "0.64), as only differences count; times 10, the largest takes all. Alone, every value becomes 1: nothing to choose.",
);
