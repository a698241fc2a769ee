/** Runs of every task that are trained in a second, with several updates, validations and an average at the end. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tsv } from "../training/tiny.ts";

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => `${line(i)}\n`).join("");

const corpora = {
  "pairs.tsv": tsv,
  "text.txt": lines(40, (i) => `the ${i % 3 ? "cat" : "dog"} sees ${i % 5} ${i % 2 ? "suns" : "trees"}`),
  "labelled.tsv": lines(40, (i) => `${i % 2 ? "up" : "down"}\t${i % 2 ? "rise" : "fall"} ${i % 9}`),
};

const data = {
  translate: (folder: string) => `{ pairs: ${join(folder, "pairs.tsv")} }`,
  generate: (folder: string) => `{ text: ${join(folder, "text.txt")} }`,
  classify: (folder: string) => `{ labelled: ${join(folder, "labelled.tsv")} }`,
} as const;

const transformer = "{ layers: 1, dModel: 16, heads: 2, feedForward: 16, dropout: 0.1, norm: pre }";
const recurrent = (kind: "gru" | "lstm", more = ""): string =>
  `{ kind: ${kind}, layers: 1, dModel: 16, hidden: 16, dropout: 0.1${more} }`;

interface Kind {
  readonly task: keyof typeof data;
  readonly model: string;
  readonly batchTokens: number;
  /** Sentences translated in a validation; without, the loss decides. */
  readonly bleu?: number;
}

const kinds = {
  "a translator": { task: "translate", model: transformer, batchTokens: 40, bleu: 0 },
  "a recurrent translator": {
    task: "translate",
    model: recurrent("gru", ", attention: additive"),
    batchTokens: 40,
    bleu: 4,
  },
  "a language model": { task: "generate", model: transformer, batchTokens: 64 },
  "a recurrent language model": { task: "generate", model: recurrent("lstm"), batchTokens: 64 },
  "a classifier": { task: "classify", model: transformer, batchTokens: 30 },
  "a recurrent classifier": { task: "classify", model: recurrent("gru"), batchTokens: 30 },
} as const satisfies Record<string, Kind>;

/** What a run learns, with which model. */
export type SmallRun = keyof typeof kinds;
export const smallRuns = Object.keys(kinds) as SmallRun[];

/** Writes the configuration of a small run, and its corpus, to a folder. @returns the file */
export function writeSmallRun(folder: string, name: SmallRun): string {
  const { task, model, batchTokens, bleu }: Kind = kinds[name];
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(corpora)) writeFileSync(join(folder, file), content);
  const file = join(folder, `${name.replaceAll(" ", "-")}.yaml`);
  const corpus = data[task](folder);
  writeFileSync(
    file,
    `task: ${task}
data: { train: ${corpus}, valid: ${corpus}${task === "generate" ? ", context: 16" : ""} }
tokenizer: { kind: word, vocab: 40 }
model: ${model}
training:
  { batchTokens: ${batchTokens}, accumulate: 2, epochs: 2, learningRate: 0.1, warmup: 1, schedule: constant,
    ${task === "translate" ? `validBleu: ${bleu}, ` : ""}logEvery: 1, average: 2, keep: 2 }
`,
  );
  return file;
}
