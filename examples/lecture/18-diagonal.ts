/**
 * "Why compute a11, isn't it about 1?" How often a source word attends most to itself, head by head, and the loss when
 * it may not.
 *
 *   npx tsx examples/lecture/18-diagonal.ts
 */
import { build, compile, input } from "heed";
import { matchTaps } from "heed/nn";
import { learn, test, tokenizers } from "./learn.ts";
import { engine } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const whole = await learn("training.steps=200");
const source = input("source", "int32", [1, "source"]);
const mask = input("mask", "float32", [1, "source"]);
const model = build(whole.model);
model.call.encode(source, mask);
const heads = matchTaps(model.taps, "encoder.*.attention.weights").map(
  ([, weights], layer) => [`layer ${layer}`, weights] as const,
);
const look = await compile({ engine, constants: whole.weights, outputs: Object.fromEntries(heads) });

const counts: Record<string, number[]> = {};
let words = 0;
const sample = test.slice(0, 100);
for (const pair of sample) {
  const ids = tokenizers.source.encode(pair.source);
  const n = ids.length;
  const maps: Record<string, { shape: readonly number[]; read(): unknown }> = await look({
    source: { shape: [1, n], data: Int32Array.from(ids) },
    mask: { shape: [1, n], data: new Float32Array(n).fill(1) },
  });
  words += n;
  for (const [name, tensor] of Object.entries(maps)) {
    const weights = (await tensor.read()) as Float32Array;
    for (let head = 0; head < weights.length / (n * n); head++) {
      const rows = Array.from({ length: n }, (_, i) =>
        weights.subarray((head * n + i) * n, (head * n + i + 1) * n),
      );
      const hits = rows.filter((row, i) => row[i] === Math.max(...row)).length;
      const all = counts[name] ?? [];
      all[head] = (all[head] ?? 0) + hits;
      counts[name] = all;
    }
  }
}
look.close();
const rates = Object.entries(counts).map(([name, all]) => [
  name,
  ...all.map((count) => `${((100 * count) / words).toFixed(0)} %`),
]);
// By chance, the diagonal is the maximum of one row in n.
const chance = `${((100 * sample.length) / words).toFixed(0)} %`;
rates.push(["by chance", ...[0, 1, 2, 3].map(() => chance)]);
table(["the diagonal is the row's maximum", ...[0, 1, 2, 3].map((head) => `head ${head}`)], rates);
console.log();
const masked = await learn("model.without=[diagonal]", "training.steps=200");
table(
  ["", "loss", "BLEU"],
  [
    ["unchanged", whole.loss, whole.bleu],
    ["diagonal masked", masked.loss, masked.bleu],
  ],
);
expectation(
  "above chance, and far from always: W_Q and W_K differ, so a word need not match itself best. Masked, the loss is\n" +
    "somewhat higher and not by much: the residual connection carries every word past attention anyway.",
);
