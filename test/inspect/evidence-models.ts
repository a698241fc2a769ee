/** Small models with attention of every kind, and comparisons of matrices. */
import { expect } from "vitest";
import { classifierModel } from "../../src/config/classifier-model.ts";
import { languageModel } from "../../src/config/language-model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import { type Inspector, openInspector } from "../../src/inspect/looking/inspector.ts";
import type { Example, Inspected } from "../../src/inspect/looking/subject.ts";
import type { Matrix } from "../../src/inspect/matrix.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";

export const tokenizer = tokenizers.source;
export const idOf = (word: string): number => tokenizer.id(`\u2581${word}`) as number;
export const weightsOf = (of: Inspected): Map<string, HostTensor> =>
  new Map(initialise(build<unknown>(of.model).parameters, 5));
export const open = async (of: Inspected): Promise<Inspector> =>
  openInspector({ engine: await sharedEngine(), of, weights: weightsOf(of) });

/** With GELU: the slopes of ReLU jump, and integrals by steps would need many of them. */
export const translator: Inspected = {
  task: "translate",
  model: translationModel(
    tinyConfig("none.tsv", "model.layers=2", "model.activation=gelu").model,
    tokenizers,
  ),
  tokenizers,
};
export function recurrent(attention: string): Inspected {
  const model = `{ kind: gru, hidden: 16, layers: 1, dModel: 16, dropout: 0, maxLength: 16, ${attention} }`;
  const data = "{ train: { corpus: phrasebook }, valid: { corpus: phrasebook } }";
  const config = parseConfig(`data: ${data}\nmodel: ${model}`, "tiny.yaml");
  if (config.task !== "translate") throw new Error("not a translator");
  return { task: "translate", model: translationModel(config.model, tokenizers), tokenizers };
}
const small =
  "{ kind: transformer, heads: 2, feedForward: 16, layers: 2, dModel: 16, dropout: 0, activation: gelu }";
export function generator(): Inspected {
  const data = "{ train: { text: a.txt }, valid: { text: a.txt }, context: 16 }";
  const config = parseConfig(`task: generate\ndata: ${data}\nmodel: ${small}`, "tiny.yaml");
  if (config.task !== "generate") throw new Error("not a language model");
  return { task: "generate", model: languageModel(config, tokenizer.size), tokenizer };
}
export function judge(): Inspected {
  const data = "{ train: { labelled: a.tsv }, valid: { labelled: a.tsv } }";
  const config = parseConfig(`task: classify\ndata: ${data}\nmodel: ${small}`, "tiny.yaml");
  if (config.task !== "classify") throw new Error("not a classifier");
  const labels = ["no", "yes"];
  const model = classifierModel(config, { vocabulary: tokenizer.size, labels: labels.length });
  return { task: "classify", model, tokenizer, labels };
}

export const example: Example = { source: "two red house", target: "red house two two" };

export const total = (row: ArrayLike<number>): number => Array.from(row).reduce((a, b) => a + b, 0);
export function close(a: Matrix, b: Matrix, digits = 5): void {
  expect(a.length).toBe(b.length);
  for (const [i, row] of a.entries()) {
    expect(row.length).toBe(b[i]?.length);
    for (const [j, value] of row.entries())
      expect(value, `${i}, ${j}`).toBeCloseTo(b[i]?.[j] as number, digits);
  }
}
/** Slopes and integrals by steps of some hundredths, in float32. */
export const near = (a: number, b: number): void => {
  expect(Math.abs(a - b), `${a} and ${b}`).toBeLessThan(2e-4 + 0.003 * Math.abs(b));
};
