/**
 * "The dot product gives you a scalar … cosine similarity is based on the dot product": the products of elements, their sum,
 * and what remains when the lengths are divided out.
 *
 *   npx tsx examples/lecture/17-dot-product.ts
 */
import { div, mul, sqrt, sum } from "heed/ops";
import { matrix, read } from "./numbers.ts";
import { expectation, fixed, table } from "./table.ts";

const query = [1, 2, 0, 2];
const keys = {
  "the query itself": [1, 2, 0, 2],
  "twice the query": [2, 4, 0, 4],
  "a little like it": [1, 1, 1, 1],
  "nothing in common": [0, 0, 3, 0],
  "the opposite": [-1, -2, 0, -2],
};

const rows: string[][] = [];
for (const [name, key] of Object.entries(keys)) {
  const [q, k] = [matrix([query]), matrix([key])];
  const products = mul(q, k);
  const dot = sum(products);
  const lengths = mul(sqrt(sum(mul(q, q))), sqrt(sum(mul(k, k))));
  const numbers = await read({ products, dot, cosine: div(dot, lengths) });
  const shown = numbers.products[0]?.map((product) => `${product}`.padStart(2)).join(" + ") ?? "";
  rows.push([
    name,
    key.join(" "),
    shown,
    fixed(numbers.dot[0]?.[0] ?? 0),
    fixed(numbers.cosine[0]?.[0] ?? 0),
  ]);
}
console.log(`query: ${query.join(" ")}\n`);
table(["key", "", "q₁k₁ + q₂k₂ + q₃k₃ + q₄k₄", "dot product", "cosine"], rows);
expectation(
  "one number for each key. A key twice as long scores twice as much, but its cosine is the same, 1;\n" +
    "vectors with nothing in common score 0, opposite ones below 0. Attention uses the dot product: long keys are loud.",
);
