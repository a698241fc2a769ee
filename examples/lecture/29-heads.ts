/**
 * "Why several heads? Like the filters of a convolution": the same width cut into more and more heads.
 *
 *   npx tsx examples/lecture/29-heads.ts
 */
import { learn } from "./learn.ts";
import { expectation, table } from "./table.ts";

const rows = [];
for (const heads of [1, 2, 4, 8, 16]) {
  const { loss, bleu, parameters, msPerStep } = await learn(`model.heads=${heads}`, "training.steps=200");
  rows.push([`${heads}`, 64 / heads, loss, bleu, parameters, msPerStep]);
}
table(["heads", "d_key", "loss", "BLEU", "parameters", "ms per step"], rows);
expectation(
  "as many parameters with any number of heads: they share the width. One head has one relation for each word; very\n" +
    "many have too few dimensions each. The best number lies between.",
);
