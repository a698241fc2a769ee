/**
 * Scaled dot-product attention over four words, with every number along the way.        npx tsx examples/attention.ts
 *
 *   Attention(Q, K, V) = softmax(Q Kᵀ / √d) V        Vaswani et al. 2017, Eq. 1 - https://arxiv.org/abs/1706.03762
 */
import { compile, input, openEngine } from "heed";
import { attention } from "heed/nn";
import { linear } from "heed/ops";

const words = ["the", "cat", "drank", "milk"];
const x = input("x", "float32", [4, 3]); // one vector per word: is it an article, a being, an action
const project = (name: string) => linear(x, input(name, "float32", [2, 3])); // W of size [d, 3]

// Each word has a query to search with, a key to match, and a value to pass on.
const [query, key, value] = [project("W query"), project("W key"), project("W value")];
const { scores, weights, context } = attention(query, key, value);

const engine = await openEngine("cpu");
const look = await compile({ engine, outputs: { query, key, value, scores, weights, context } });

const matrix = (rows: number[][]) => ({
  shape: [rows.length, rows[0]?.length ?? 0],
  data: Float32Array.from(rows.flat()),
});
const results = await look({
  x: matrix([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0, 1, 0.5],
  ]),
  "W query": matrix([
    [1, 0, 2],
    [0, 1, 1],
  ]),
  "W key": matrix([
    [0, 2, 1],
    [1, 0, 1],
  ]),
  "W value": matrix([
    [1, 0, 0],
    [0, 1, -1],
  ]),
});

const titles = {
  query: "q = x W_Qᵀ: what each word looks for",
  key: "k = x W_Kᵀ: what each word matches",
  value: "v = x W_Vᵀ: what each word passes on",
  scores: "scores = q · k / √2: how well each query (row) matches each key (column)",
  weights: "softmax(scores): where each word looks; every row sums to 1",
  context: "weights · v: what each word has learnt from the others",
} as const;
for (const name of Object.keys(titles) as (keyof typeof titles)[]) {
  const numbers = [...(await results[name].read())].map((number) => Number(number).toFixed(2).padStart(7));
  const columns = numbers.length / words.length;
  console.log(`\n${titles[name]}`);
  words.forEach((word, row) => {
    console.log(`  ${word.padEnd(6)}${numbers.slice(row * columns, (row + 1) * columns).join("")}`);
  });
}
