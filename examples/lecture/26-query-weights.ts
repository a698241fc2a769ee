/**
 * "What is a query weight, what is it multiplied with?" W_Q multiplies the vector of each word. "This matrix will be learned":
 * here "drank" learns to look at "milk", by gradient descent on W_Q alone.
 *
 *   npx tsx examples/lecture/26-query-weights.ts
 */
import { compile, createState, gradients, parameter, type Value } from "heed";
import { attention } from "heed/nn";
import { log, matmul, mul, neg, slice, sub, sum } from "heed/ops";
import { engine, matrix } from "./numbers.ts";
import { expectation, fixed, table, vector } from "./table.ts";

const words = ["the", "cat", "drank", "milk"];
const x = matrix([
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [0, 1, 0.5],
]);
const keys = x; // W_K leaves them as they are

const W_Q = parameter("W_Q", "float32", [3, 3]);
const query = matmul(slice(x, 0, 2, 1), W_Q); // "drank" asks: this is where the multiplication happens
const { weights } = attention(query, keys, keys);
const loss = neg(log(sum(slice(weights, 1, 3, 1)))); // -ln of the weight on "milk"
const [gradient] = gradients(loss, [W_Q]) as [Value];

const data = Float32Array.of(0.1, 0, 0, 0, 0.1, 0, 0, 0, 0.1);
const state = createState(engine, new Map([["W_Q", { dtype: "float32", shape: [3, 3], data }]]));
const updates = new Map([[W_Q, sub(W_Q, mul(gradient, 0.5))]]);
const step = await compile({ engine, state, outputs: { loss, weights, query }, updates });

const rows: string[][] = [];
for (let update = 0; update <= 100; update++) {
  const W = [...(await state.read("W_Q")).data].map(Number);
  const results = await step(); // reads W_Q, then changes it
  const numbers = async (name: keyof typeof results) => [...(await results[name].read())].map(Number);
  if (![0, 1, 2, 5, 20, 100].includes(update)) continue;
  const matrixRows = [0, 3, 6].map((from) => vector(W.slice(from, from + 3)));
  const row = (await numbers("weights")).map(fixed);
  rows.push([
    `${update}`,
    ...matrixRows,
    vector(await numbers("query")),
    ...row,
    fixed((await numbers("loss"))[0] ?? 0),
  ]);
}
step.close();
table(["updates", "W_Q row 1", "row 2", "row 3", "q(drank)", ...words, "loss"], rows);
expectation(
  "x(drank) = 0 0 1, so q(drank) = x W_Q is the third row of W_Q, and only that row learns. The query turns\n" +
    'towards the key of "milk", 0 1 0.5, away from the others, and the weight there rises from a quarter towards 1.',
);
