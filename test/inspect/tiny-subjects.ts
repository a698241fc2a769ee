/** Models of every kind with random weights: what holds for them holds for any. */
import { expect } from "vitest";
import { classifierModel } from "../../src/config/classifier-model.ts";
import { languageModel } from "../../src/config/language-model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import { type Inspector, openInspector } from "../../src/inspect/looking/inspector.ts";
import type { NamedTensor } from "../../src/inspect/looking/look.ts";
import type { Inspected } from "../../src/inspect/looking/subject.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";

export const tokenizer = tokenizers.source;
export const translator = (...set: string[]): Inspected => ({
  task: "translate",
  model: translationModel(tinyConfig("none.tsv", "model.layers=2", ...set).model, tokenizers),
  tokenizers,
});
export function recurrentTranslator(model: string): Inspected {
  const data = "{ train: { corpus: phrasebook }, valid: { corpus: phrasebook } }";
  const config = parseConfig(`data: ${data}\nmodel: { ${model}, maxLength: 16 }`, "tiny.yaml");
  if (config.task !== "translate") throw new Error("not a translator");
  return { task: "translate", model: translationModel(config.model, tokenizers), tokenizers };
}
const text = "{ train: { text: a.txt }, valid: { text: a.txt }, context: 16 }";
const labelled = "{ train: { labelled: a.tsv }, valid: { labelled: a.tsv } }";
const small = "layers: 1, dModel: 16, dropout: 0";
export const transformer = `kind: transformer, heads: 2, feedForward: 16, ${small}`;
export const recurrent = `kind: gru, hidden: 16, ${small}`;
export function generator(model: string): Inspected {
  const config = parseConfig(`task: generate\ndata: ${text}\nmodel: { ${model} }`, "tiny.yaml");
  if (config.task !== "generate") throw new Error("not a language model");
  return { task: "generate", model: languageModel(config, tokenizer.size), tokenizer };
}
export function judge(model: string): Inspected {
  const config = parseConfig(`task: classify\ndata: ${labelled}\nmodel: { ${model} }`, "tiny.yaml");
  if (config.task !== "classify") throw new Error("not a classifier");
  const labels = ["no", "yes"];
  const vocabulary = { vocabulary: tokenizer.size, labels: labels.length };
  return { task: "classify", model: classifierModel(config, vocabulary), tokenizer, labels };
}

export const randomWeights = ({ model }: Inspected): Map<string, HostTensor> =>
  new Map(initialise(build<unknown>(model).parameters, 3));

export async function open(of: Inspected, weights = randomWeights(of)): Promise<Inspector> {
  return openInspector({ engine: await sharedEngine(), of, weights });
}

export const example = { source: "two red house", target: "red house two two" };
export const numbersAt = ({ axes, data }: NamedTensor, ...index: number[]): Float32Array => {
  const sizes = axes.map(({ size }) => size);
  const at = index.reduce((sum, i, axis) => sum + i * sizes.slice(axis + 1).reduce((a, b) => a * b, 1), 0);
  return data.subarray(at, at + sizes.slice(index.length).reduce((a, b) => a * b, 1));
};
export const tapOf = (taps: ReadonlyMap<string, NamedTensor>, path: string): NamedTensor =>
  taps.get(path) as NamedTensor;
export const close = (a: ArrayLike<number>, b: ArrayLike<number>, digits = 5): void => {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i] as number, digits);
};
