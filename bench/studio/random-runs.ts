/** Runs with random weights, large enough that attention is not the same for all words: speed does not depend on more. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { languageModel } from "../../src/config/language-model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { trainTokenizer } from "../../src/text/train.ts";

const vocabulary = Array.from({ length: 300 }, (_, i) => `word${i}`);
const tokenizer = trainTokenizer([vocabulary.join(" ")], { kind: "word", vocab: 304 });

/** A text of so many tokens, </s> included. */
export const textOf = (tokens: number): string =>
  Array.from({ length: tokens - 1 }, (_, i) => vocabulary[(7 * i) % vocabulary.length]).join(" ");

/** A translator of 2 + 2 layers of 8 heads that reads 512 tokens, and writes as many: it knows no end. */
export function writeLongTranslator(folder: string): void {
  const config = `
data: { train: { pairs: none.tsv }, valid: { pairs: none.tsv } }
model: { layers: 2, dModel: 64, heads: 8, feedForward: 128, maxLength: 512 }
`;
  const parsed = parseConfig(config, "config.yaml");
  if (parsed.task !== "translate") throw new Error("a configuration without a task is for translating");
  const model = translationModel(parsed.model, { source: tokenizer, target: tokenizer });
  write(folder, config, model);
}

/** A language model of 6 layers of 8 heads that looks back on 128 tokens. */
export function writeLanguageModel(folder: string): void {
  const config = `
task: generate
data: { train: { text: none.txt }, valid: { text: none.txt }, context: 128 }
model: { layers: 6, dModel: 64, heads: 8, feedForward: 128 }
`;
  const parsed = parseConfig(config, "config.yaml");
  if (parsed.task !== "generate") throw new Error("it is a language model");
  write(folder, config, languageModel(parsed, tokenizer.size));
}

function write(folder: string, config: string, model: Layer<unknown>): void {
  const weights = initialise(build(model).parameters, 1);
  for (const [name, { data }] of weights)
    if (/query|key/.test(name)) for (let i = 0; i < data.length; i++) data[i] = 4 * Number(data[i]);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.yaml"), config);
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer.toJSON()));
  writeFileSync(join(folder, "model.safetensors"), encodeSafetensors(weights));
}
