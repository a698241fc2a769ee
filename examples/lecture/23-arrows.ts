/**
 * "I want to remove that arrow right here, because it might be a little confusing": which vectors does a number really depend
 * on? The graph knows: it is followed back from the score of words 1 and 2, from a12 and from z1.
 *
 *   npx tsx examples/lecture/23-arrows.ts
 */
import { input, type Value } from "heed";
import { topological } from "heed/ir";
import { add, concat, linear, matmul, mul, slice, softmax } from "heed/ops";
import { expectation, table } from "./table.ts";

const numbers = [1, 2, 3, 4];
const words = numbers.map((i) => input(`x${i}`, "float32", [1, 4]));
const project = (name: string) => words.map((x) => linear(x, input(name, "float32", [3, 4])));
const [q, k, v] = [project("W_Q"), project("W_K"), project("W_V")];
const q1 = q[0] as Value;

const scores = k.map((key) => mul(matmul(q1, key, { transposeRight: true }), 3 ** -0.5));
const a = softmax(concat(scores));
const weights = numbers.map((i) => slice(a, 1, i - 1, 1));
const z1 = v.map((value, j) => mul(value, weights[j] as Value)).reduce((left, right) => add(left, right));

const targets = { "score 1·2": scores[1], a12: weights[1], z1 } as Readonly<Record<string, Value>>;
const columns = Object.entries({ q, k, v }).flatMap(([name, all]) =>
  all.map((value, i) => ({ name: `${name}${i + 1}`, value })),
);
const rows = Object.entries(targets).map(([name, target]) => {
  const before = new Set(topological([target])); // every node it is computed from
  return [name, ...columns.map(({ value }) => (before.has(value.node) ? "●" : "·"))];
});
table(["depends on", ...columns.map(({ name }) => name)], rows);
expectation(
  "the score of words 1 and 2 needs q1 and k2 alone. The weight a12 needs every key: softmax divides by\n" +
    "the whole row. z1 needs the values too, and never q2, q3, q4: those arrows the lecturer took off the slide.",
);
