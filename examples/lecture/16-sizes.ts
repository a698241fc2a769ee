/**
 * "Query and key have the same size; the value is typically smaller." The value's size is free;
 * different sizes for query and key are an error.
 *
 *   npx tsx examples/lecture/16-sizes.ts
 */
import { input } from "heed";
import { attention } from "heed/nn";
import { learn } from "./learn.ts";
import { expectation, table } from "./table.ts";

const query = input("query", "float32", ["words", 8]);
const key = input("key", "float32", ["words", 6]);
try {
  attention(query, key, key);
} catch (error) {
  console.log(`refused: ${(error as Error).message}\n`);
}
const rows = [];
for (const dValue of [4, 8, 16]) {
  const { loss, bleu, parameters } = await learn(
    "model.dKey=16",
    `model.dValue=${dValue}`,
    "training.steps=200",
  );
  rows.push([`16, 16, ${dValue}`, loss, bleu, parameters]);
}
table(["query, key, value", "loss", "BLEU", "parameters"], rows);
expectation(
  "a score is a dot product, so query and key must agree; the value is only added up, so any size will do. A\n" +
    "smaller one saves parameters and loses a little.",
);
