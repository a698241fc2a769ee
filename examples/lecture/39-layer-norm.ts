/**
 * "Zero mean and variance of one … squished, but not in the softmax sense, in a more gentle way": one vector before and after,
 * and what the learned gain and bias make of it.
 *
 *   npx tsx examples/lecture/39-layer-norm.ts
 */
import { constant, layerNorm, softmax } from "heed/ops";
import { matrix, read } from "./numbers.ts";
import { bar, expectation, fixed, table } from "./table.ts";

const SIZE = 512;
const before = Array.from({ length: SIZE }, (_, i) => 40 + 12 * Math.sin(7.3 * i) + 8 * Math.sin(1.7 * i)); // far from 0
const x = matrix([before]);
const vector = (value: number) => constant("float32", [SIZE], Array<number>(SIZE).fill(value));

const after = await read({
  norm: layerNorm(x, vector(1), vector(0), 1e-5), // (x - mean) / √(variance + ε)
  learned: layerNorm(x, vector(0.5), vector(3), 1e-5), // 0.5 · that + 3
  softmax: softmax(x),
});
const stages = {
  before,
  "layer norm": after.norm[0] ?? [],
  "gain 0.5, bias 3": after.learned[0] ?? [],
  softmax: after.softmax[0] ?? [],
};

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
const rows = Object.entries(stages).map(([name, xs]) => {
  const variance = mean(xs.map((value) => (value - mean(xs)) ** 2));
  return [name, fixed(mean(xs)), fixed(variance), fixed(Math.min(...xs)), fixed(Math.max(...xs))];
});
table(["", "mean", "variance", "least", "largest"], rows);

for (const name of ["before", "layer norm", "softmax"] as const) {
  const xs = stages[name];
  const [least, most] = [Math.min(...xs), Math.max(...xs)];
  console.log(`\n${name}: how many of the ${SIZE} numbers are where`);
  for (let bin = 0; bin < 8; bin++) {
    const from = least + (bin * (most - least)) / 8;
    const count = xs.filter(
      (value) => Math.min(7, Math.floor((8 * (value - least)) / (most - least))) === bin,
    ).length;
    console.log(`${fixed(from).padStart(7)}  ${bar(count / SIZE, 60)} ${count}`);
  }
}
expectation(
  "mean 0 and variance 1, and the histogram keeps its shape: every number keeps its rank and its distance.\n" +
    "Softmax does not: nearly all of its numbers fall into the lowest bin. Gain and bias move mean and deviation to 3 and 0.5.",
);
