/**
 * "Divide by the square root of d_k": queries and keys of variance 1 have dot products of variance d_k. Softmax of such
 * numbers picks one key, and hardly any gradient passes through it.
 *
 *   npx tsx examples/lecture/25-scale.ts
 */
import { compile, gradients, input, type Value } from "heed";
import { attention, initialise, normal } from "heed/nn";
import { sum } from "heed/ops";
import { learn } from "./learn.ts";
import { engine } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const WORDS = 64;
const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

const rows: (string | number)[][] = [];
for (const size of [4, 16, 64, 256]) {
  const shapes = { query: [WORDS, size], key: [WORDS, size], value: [WORDS, 1] };
  const specs = Object.entries(shapes).map(
    ([name, shape]) => [name, { spec: { shape, init: normal(1) } }] as const,
  );
  const random = initialise(new Map(specs), 1);
  const [query, key] = [input("query", "float32", shapes.query), input("key", "float32", shapes.key)];
  const value = input("value", "float32", shapes.value);
  for (const scale of [1, size ** -0.5]) {
    const { scores, weights, context } = attention(query, key, value, { scale });
    const [slope] = gradients(sum(context), [scores]) as [Value];
    const look = await compile({ engine, outputs: { scores, weights, slope } });
    const results = await look(Object.fromEntries(random));
    const read = async (name: keyof typeof results): Promise<number[]> =>
      Array.from((await results[name].read()) as Float32Array);
    const variance = mean((await read("scores")).map((s) => s * s));
    const terms = (await read("weights")).map((a) => (a > 0 ? -a * Math.log(a) : 0));
    const gradient = mean((await read("slope")).map(Math.abs));
    look.close();
    rows.push([`${size}`, scale === 1 ? "no" : "yes", variance, WORDS * mean(terms), gradient]);
  }
}
const most = Math.log(WORDS).toFixed(2);
table(["d_k", "divided", "variance of scores", `entropy (at most ${most})`, "mean |gradient|"], rows);
console.log();

const [plain, unscaled] = [
  await learn("model.heads=1", "training.steps=200"),
  await learn("model.heads=1", "model.without=[scale]", "training.steps=200"),
];
const trained = [
  ["divided by 8", plain.loss, plain.bleu],
  ["not divided", unscaled.loss, unscaled.bleu],
];
table(["one head of 64", "loss", "BLEU"], trained);
expectation(
  "undivided, the variance is d_k and the entropy falls towards 0: one key takes all, and the gradient vanishes.\n" +
    "Divided, nothing depends on d_k; and the trained model shows what it is worth.",
);
