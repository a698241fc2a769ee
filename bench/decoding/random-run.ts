import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../src/config/parse.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import { randomInts } from "../../src/random.ts";
import { trainTokenizer } from "../../src/text/train.ts";

export interface RandomRun {
  readonly parameters: number;
  /** The word of a number: every sentence of such words is one that the run can read. */
  readonly word: (n: number) => string;
}

/** A run directory with a byte-pair vocabulary of 9,000 pieces and random weights: 10 million with 4 + 4 layers of 256. */
export function writeRandomRun(
  directory: string,
  { dModel = 256, layers = 4, vocab = 9000 } = {},
): RandomRun {
  const next = randomInts(1, "words");
  const letters = "etaoinshrdlucmfwypvbgk";
  const words = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 4 + (Math.abs(next()) % 6) }, () => letters[Math.abs(next()) % letters.length]).join(
      "",
    ),
  );
  const tokenizer = trainTokenizer([...words, ...words.slice(0, vocab)], { kind: "bpe", vocab });
  const text = `
data: { train: { pairs: none.tsv }, valid: { pairs: none.tsv } }
model: { layers: ${layers}, dModel: ${dModel}, heads: ${dModel / 64}, feedForward: ${4 * dModel} }
`;
  const config = parseConfig(text, "config.yaml");
  if (config.task !== "translate") throw new Error("a configuration without a task is for translating");
  const model = translationModel(config.model, { source: tokenizer, target: tokenizer });
  const weights = initialise(build(model).parameters, 1);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "config.yaml"), text);
  writeFileSync(join(directory, "tokenizer.json"), JSON.stringify(tokenizer.toJSON()));
  writeFileSync(join(directory, "model.safetensors"), encodeSafetensors(weights));
  const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { parameters, word: (n) => words[n % words.length] as string };
}
