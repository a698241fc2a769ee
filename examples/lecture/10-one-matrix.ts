/**
 * "Three fixed weight matrices. Notice that they're the same ones for every word": one W_Q, W_K and W_V, however long the
 * sentence is. The same word, twice in a sentence, asks and answers the same.
 *
 *   npx tsx examples/lecture/10-one-matrix.ts
 */
import { build } from "heed";
import { MultiHeadAttention } from "heed/nn";
import { linear } from "heed/ops";
import { gap, matrix, read } from "./numbers.ts";
import { expectation, fixed, table } from "./table.ts";

const vectors = { the: [1, 0, 0], cat: [0, 1, 0], saw: [0, 0, 1], dog: [0, 1, 1] };
const words = ["the", "cat", "saw", "the", "dog"] as const;
const x = matrix(words.map((word) => vectors[word]));
const matrices = {
  W_Q: [
    [1, 0, 2],
    [0, 1, 1],
  ],
  W_K: [
    [0, 2, 1],
    [1, 0, 1],
  ],
  W_V: [
    [1, 0, 0],
    [0, 1, -1],
  ],
};
const project = (name: keyof typeof matrices) => linear(x, matrix(matrices[name])); // x Wᵀ

const { q, k, v } = await read({ q: project("W_Q"), k: project("W_K"), v: project("W_V") });
const show = (row: number[] = []): string => row.map(fixed).join(" ");
table(
  ["word", "query", "key", "value"],
  words.map((word, i) => [word, show(q[i]), show(k[i]), show(v[i])]),
);
const same = Math.max(...[q, k, v].map((m) => gap([m[0] ?? []], [m[3] ?? []])));
console.log(`\nthe two "the" differ by ${same}\n`);

const { parameters } = build(MultiHeadAttention({ dModel: 64, heads: 4 }));
const numbers = [...parameters.values()].reduce(
  (sum, { spec: { shape } }) => sum + shape.reduce((a, b) => a * b),
  0,
);
table(
  ["words in the sentence", "weights of self-attention, d = 64"],
  [4, 40, 400].map((n) => [`${n}`, numbers]),
);
expectation(
  "two equal words have equal queries, keys and values (no positions yet: row 38), and 100 times as many\n" +
    `words need no weight more: 4 matrices of 64 x 64 and their biases are ${numbers.toLocaleString("en")} numbers, for every word of every sentence.`,
);
