/**
 * "Take these five words. You already have the sixth word. Let's see if your model predicts it correctly": a language model
 * from any plain text file. The labels are in the text.
 *
 *   npx tsx examples/lecture/36-sixth-word.ts [file]
 */
import { readFileSync } from "node:fs";
import { languageModel, parseConfig } from "heed/config";
import { openInspector } from "heed/inspect";
import { encodeText, openLanguageTask } from "heed/tasks";
import { trainTokenizer } from "heed/text";
import { engine } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const STEPS = Math.min(200, Number(process.env.STEPS ?? 200));
const file = process.argv[2] ?? new URL("../../docs/design.md", import.meta.url);
const lines = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line.split(" ").length > 6);
const split = Math.floor(0.9 * lines.length);
const [known, unseen] = [lines.slice(0, split), lines.slice(split)];
const tokenizer = trainTokenizer(known, { kind: "word", vocab: 4000 });
const config = parseConfig(
  `task: generate
data: { train: { text: "-" }, valid: { text: "-" }, context: 32 }
model: { layers: 2, dModel: 64, heads: 4, feedForward: 128, dropout: 0.1, norm: pre }
training: { batchTokens: 512 }`,
  "36",
);
if (config.task !== "generate") throw new Error("the recipe needs task: generate");
const [train, valid] = [encodeText(known, tokenizer), encodeText(unseen, tokenizer)];
const task = await openLanguageTask({ engine, config, tokenizer, train, valid });
let n = 0;
while (n < STEPS)
  for await (const { feeds } of task.batches(n, 0)) if (n++ < STEPS) await task.step.run(n, 3e-3, [feeds]);
const loss = (await task.validate(undefined))?.loss ?? Number.NaN;

const model = languageModel(config, tokenizer.size);
const look = await openInspector({
  engine,
  of: { task: "generate", model, tokenizer },
  state: task.step.state,
});
const rows: string[][] = [];
for (const [kind, some] of Object.entries({ read: known.slice(4, 8), unseen: unseen.slice(0, 4) })) {
  for (const line of some) {
    const words = line.split(" ");
    const { said } = await look.run({ source: words.slice(0, 6).join(" ") });
    const at = said.expected.length - 2; // the last word; after it comes the end of the text
    rows.push([
      kind,
      words.slice(0, 5).join(" "),
      words[5] ?? "",
      said.likeliest[at] ?? "",
      Math.exp(said.logProbabilities[at] ?? 0).toFixed(3),
    ]);
  }
}
look.close();
task.close();
table(["", "five words", "the sixth", "the model says", "p(sixth)"], rows);
console.log(
  `\n${train.length} tokens read ${((STEPS * 512) / train.length).toFixed(0)} times; unseen text: ${loss.toFixed(2)} nats per token, of ${Math.log(tokenizer.size).toFixed(2)} by chance`,
);
expectation(
  "nobody labelled anything: every word is the label of those before it. A small text is soon known by heart,\n" +
    "and what was not read stays hard. More text is the cure (configs/tiny-shakespeare.yaml).",
);
