/**
 * "We have four words, we produce 16 attention weights": row by row, as on the board, and all at once, as in practice.
 *
 *   npx tsx examples/lecture/20-sixteen-weights.ts
 */
import { attention } from "heed/nn";
import { slice } from "heed/ops";
import { gap, matrix, read } from "./numbers.ts";
import { expectation, fixed, table } from "./table.ts";

const words = ["the", "cat", "drank", "milk"];
const queries = matrix([
  [1, 0],
  [0, 1],
  [2, 1],
  [1, 1.5],
]);
const keys = matrix([
  [0, 1],
  [2, 0],
  [1, 1],
  [2.5, 0.5],
]);

let count = 0;
const byRow: number[][] = [];
for (const [i, word] of words.entries()) {
  const query = slice(queries, 0, i, 1); // this word asks; every word answers
  const { weights } = await read({ weights: attention(query, keys, keys).weights });
  const row = weights[0] ?? [];
  byRow.push(row);
  count += row.length;
  console.log(`${word.padEnd(6)} asks:   ${row.map(fixed).join("   ")}   weights so far: ${count}`);
}
const { together } = await read({ together: attention(queries, keys, keys).weights });
console.log(`\nall at once, the largest difference is ${gap(byRow, together)}\n`);
table(
  ["words", "weights", "of 4 bytes"],
  [4, 16, 128, 1024, 8192].map((n) => [`${n}`, n * n, `${((4 * n * n) / 1e6).toFixed(2)} MB`]),
);
expectation(
  "4, 8, 12, 16: each word adds a row of n. Twice the words are four times the weights, for each head\n" +
    "of each layer: 8,192 words need 268 MB for one head, which is what long texts cost.",
);
