/**
 * "Take these five words. You already have the sixth word. Let's see if your model predicts it correctly": a language model
 * from any plain text file. The labels are in the text.
 *
 *   npx tsx examples/lecture/36-sixth-word.ts [file…]
 */
import { readFileSync } from "node:fs";
import { languageModel, parseConfig } from "heed/config";
import { openInspector } from "heed/inspect";
import { encodeText, openLanguageTask } from "heed/tasks";
import { trainTokenizer } from "heed/text";
import { engine } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const DOCS = ["design", "decisions", "performance", "results"].map((name) => `docs/${name}.md`);
const STEPS = Math.min(400, Number(process.env.STEPS ?? 400));
const files = process.argv.length > 2 ? process.argv.slice(2) : ["README.md", "CHANGELOG.md", ...DOCS];
const lines = files
  .flatMap((file) => readFileSync(file, "utf8").split("\n"))
  .filter((line) => /^[\p{L}-]/u.test(line) && line.length > 60); // sentences, no tables
const known = lines.filter((_, i) => i % 10 !== 0);
const unseen = lines.filter((_, i) => i % 10 === 0);
const tokenizer = trainTokenizer(known, { kind: "word", vocab: 4000, minFrequency: 2 });
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
    const ids = Int32Array.from(tokenizer.encode(line).slice(0, 6)); // words and punctuation marks
    const { said } = await look.run({ source: ids, target: new Int32Array() });
    const [sixth = "", guess = ""] = [said.expected[4], said.likeliest[4]];
    const chance = Math.exp(said.logProbabilities[4] ?? 0).toFixed(3);
    rows.push([
      kind,
      tokenizer.decode(ids.slice(0, 5)),
      ...[sixth, guess].map((token) => token.replace("▁", "")),
      chance,
    ]);
  }
}
look.close();
task.close();
table(["", "five words", "the sixth", "the model says", "p(sixth)"], rows);
console.log(
  `\n${train.length} tokens read ${((STEPS * 512) / train.length).toFixed(0)} times; unseen text: ${loss.toFixed(2)} nats per token; ${Math.log(tokenizer.size).toFixed(2)} by guessing`,
);
expectation(
  "nobody labelled anything: every word is the label of those before it. A small text is soon known by heart,\n" +
    "and what was not read stays hard. More text is the cure (configs/tiny-shakespeare.yaml).",
);
