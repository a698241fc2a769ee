/**
 * "Capital Q is a matrix of individual lowercase q vectors stacked together": two words of four elements each, times a matrix
 * that makes three of them. One vector after the other, and all rows at once.
 *
 *   npx tsx examples/lecture/24-stacked.ts
 */
import { attention } from "heed/nn";
import { concat, matmul } from "heed/ops";
import { gap, matrix, read } from "./numbers.ts";
import { expectation, vector } from "./table.ts";

const x = [
  [1, 0, 2, 1],
  [0, 1, -1, 0],
];
const W_Q = matrix([
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 1, 1],
]);
const [W_K, W_V] = [W_Q, W_Q]; // to keep it short

// All at once.
const X = matrix(x);
const [Q, K, V] = [matmul(X, W_Q), matmul(X, W_K), matmul(X, W_V)];
const stacked = await read({ Q, Z: attention(Q, K, V).context });

// One word after the other; each asks the keys of both.
const queries = x.map((row) => matmul(matrix([row]), W_Q));
const outputs = queries.map((query) => attention(query, K, V).context);
const single = await read({ q: concat(queries, 0), z: concat(outputs, 0) });

const print = (title: string, rows: readonly number[][]): void =>
  console.log(`${title}\n${rows.map((row) => `  ${vector(row)}`).join("\n")}`);
print("X [2 words, 4]", x);
print("\nQ = X W_Q [2, 3]", stacked.Q);
print("q1 = x1 W_Q, and q2 = x2 W_Q", single.q);
print("\nZ = softmax(Q Kᵀ / √3) V [2, 3]", stacked.Z);
print("z1, and z2", single.z);
console.log(`\nlargest difference: ${gap(stacked.Q, single.q)} and ${gap(stacked.Z, single.z)}`);
expectation(
  "the same numbers: stacking is bookkeeping, and it turns many small products into one large one. W_Q has\n" +
    "4 rows and 3 columns, so vectors of 4 become vectors of 3: x1 W_Q = 1·row1 + 0·row2 + 2·row3 + 1·row4 = 2 1 3.",
);
