/**
 * "Is this a dog or not? … a huge input, reduced to a single binary answer": a classifier of sentences, animal or not, and the
 * sizes of its tensors on the way down.
 *
 *   npx tsx examples/lecture/13-dog-or-not.ts
 */
import { classifierModel, parseConfig } from "heed/config";
import { type Axis, openInspector } from "heed/inspect";
import { phrasebook } from "heed/phrasebook";
import { encodeLabelled, openClassificationTask } from "heed/tasks";
import { trainTokenizer } from "heed/text";
import { engine } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const STEPS = Math.min(150, Number(process.env.STEPS ?? 150));
const isAnimal = (text: string): boolean =>
  /\b(dog|cat|bird|horse|cow|goat|rabbit|mouse|fish)s?\b/i.test(text);
const { train, test } = phrasebook({ size: 30_000, valid: 0, test: 1200 });
/** As many sentences without an animal as with one: otherwise "no" is nearly always right. */
const balanced = (pairs: typeof train) => {
  const animals = pairs.filter(({ source }) => isAnimal(source));
  return [...animals, ...pairs.filter(({ source }) => !isAnimal(source)).slice(0, animals.length)];
};
const labels = ["no animal", "animal"];
const tokenizer = trainTokenizer(
  balanced(train).map(({ source }) => source),
  { kind: "word", vocab: 2000 },
);
const encode = ({ source }: { source: string }) =>
  encodeLabelled(source, isAnimal(source) ? 1 : 0, tokenizer, 64);
const config = parseConfig(
  `task: classify
data: { train: { labelled: "-" }, valid: { labelled: "-" } }
model: { layers: 1, dModel: 32, heads: 2, feedForward: 64, dropout: 0 }
training: { batchTokens: 1024 }`,
  "13",
);
if (config.task !== "classify") throw new Error("the recipe needs task: classify");
const task = await openClassificationTask({
  ...{ engine, config, tokenizer, labels },
  ...{ train: balanced(train).map(encode), valid: balanced(test).map(encode) },
});
let n = 0;
while (n < STEPS)
  for await (const { feeds } of task.batches(n, 0)) if (n++ < STEPS) await task.step.run(n, 3e-3, [feeds]);
const scores = (await task.validate(undefined))?.scores;

const model = classifierModel(config, { vocabulary: tokenizer.size, labels: labels.length });
const of = { task: "classify", model, tokenizer, labels } as const;
const look = await openInspector({ engine, of, state: task.step.state });
const source = "The small dog sees the horse.";
const { taps, said } = await look.run(
  { source, target: "animal" },
  { taps: ["**.states", "**.weights", "**.output", "summary"] },
);
const axesOf = (axes: readonly Axis[]): string =>
  axes
    .slice(1)
    .map(({ name, size }) => `${name} ${size}`)
    .join(" · ");
table(
  ["tensor", "axes", "numbers"],
  [
    ["ids", `length ${tokenizer.encode(source).length}`, tokenizer.encode(source).length],
    ...[...taps.values()].map(({ path, axes, data }) => [path, axesOf(axes), data.length]),
    ["probabilities", "labels 2", 2],
  ],
);
console.log(
  `\n"${source}": ${said.likeliest[0]}, p(animal) = ${Math.exp(said.logProbabilities[0] ?? 0).toFixed(3)}`,
);
console.log(`unseen sentences labelled right: ${((scores?.accuracy ?? 0) * 100).toFixed(1)} %`);
look.close();
task.close();
expectation(
  "self-attention keeps a vector for each token; the reduction is the mean over tokens (summary), and two\n" +
    "numbers at the end. The input could be of any length: the last two rows would not change.",
);
