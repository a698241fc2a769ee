/**
 * "A by-product of the self-attention process is this attention weights matrix … not being used directly": and yet it does the
 * work. The weights of a trained model are replaced by equal ones; and a model learns with equal weights from the start.
 *
 *   npx tsx examples/lecture/27-by-product.ts
 */
import type { Intervention } from "heed/inspect";
import { learn, lookInto, test } from "./learn.ts";
import { expectation, table } from "./table.ts";

const learnt = await learn();
const look = await lookInto(learnt);
const equal = (at: string): Intervention => ({ at: `${at}.weights`, to: 1, renormalise: true }); // 1/n each
const changes: Record<string, Intervention[]> = {
  "as learnt": [],
  "equal in the encoder": [equal("encoder.*.attention")],
  "equal in cross-attention": [equal("decoder.*.cross")],
  "equal in both": [equal("encoder.*.attention"), equal("decoder.*.cross")],
};
const rows: (string | number)[][] = [];
for (const [name, intervene] of Object.entries(changes)) {
  let [sum, tokens, right] = [0, 0, 0];
  for (const pair of test.slice(0, 100)) {
    const { said } = await look.run(pair, { intervene });
    sum -= said.logProbabilities.reduce((a, b) => a + b, 0);
    tokens += said.expected.length;
    right += said.expected.filter((token, i) => token === said.likeliest[i]).length;
  }
  rows.push([name, sum / tokens, `${((100 * right) / tokens).toFixed(0)} %`]);
}
look.close();
table(["weights", "loss", "tokens right"], rows);
console.log();
const whole = await learn("training.steps=200");
const without = await learn("model.without=[attention]", "training.steps=200");
table(
  ["learnt from the start, 200 updates", "loss", "BLEU"],
  [
    ["with attention", whole.loss, whole.bleu],
    ["with equal weights everywhere", without.loss, without.bleu],
  ],
);
expectation(
  "the loss rises many times over: the matrix is how every word gets what it needs. Learnt with equal weights,\n" +
    "the model only ever sees the mean of a sentence, and translates worse.",
);
