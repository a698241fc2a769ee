/** Small language models and a classifier as they are trained here, with weights that depend on their names alone. */
import { parseConfig } from "../../src/config/parse.ts";
import { exportedRun } from "../../src/runs/exported-run.ts";
import type { OpenedRun } from "../../src/runs/open-run.ts";
import { type DescribedRun, taskOf } from "../../src/tasks/tasks.ts";
import type { Tokenizer } from "../../src/text/tokenizer.ts";
import { trainTokenizer } from "../../src/text/train.ts";
import { weightsOf } from "../sample-weights.ts";

const lines = ["the cat eats the bread", "the dog sees the apple", "Who sees the cat?", "the dog eats!"];
export const tokenizer: Tokenizer = trainTokenizer(lines, {
  ...{ kind: "word", vocab: 60, lowercase: false, minFrequency: 1 },
});

const generate = (model: string): string => `
task: generate
data: { train: { text: x }, valid: { text: x }, context: 24 }
model: { kind: transformer, layers: 2, dModel: 12, heads: 2, feedForward: 20, dropout: 0.1, ${model} }`;
const classify = (model: string): string => `
task: classify
data: { train: { labelled: x }, valid: { labelled: x }, maxTokens: 24 }
model: { layers: 2, dModel: 12, heads: 2, feedForward: 20, dropout: 0.1, ${model} }`;

/** By model_type of the folder. */
export const configs = {
  gpt2: generate("positions: learned, norm: pre"),
  "gpt2-untied": generate("positions: sinusoidal, norm: pre, activation: gelu, tieEmbeddings: false"),
  opt: generate("positions: sinusoidal, norm: post"),
  "opt-untied": generate("positions: learned, norm: post, tieEmbeddings: false, activation: gelu"),
  starcoder2: generate("positions: rotary, norm: pre"),
  "llama-own": generate(
    "heads: 4, keyValueHeads: 2, dKey: 6, norm: pre, normKind: rms, activation: swiglu, positions: rotary, fixNorm: true",
  ).replace("heads: 2, ", ""),
  "gpt2-fixed": generate("positions: learned, norm: pre, activation: relu2, fixNorm: true"),
  llama: `
task: generate
data: { train: { text: x }, valid: { text: x }, context: 24 }
model: { kind: llama, layers: 2, dModel: 12, heads: 2, keyValueHeads: 1, dKey: 6, feedForward: 20, dropout: 0, rotaryBase: 10000, biases: none, epsilon: 1.0e-6, tieEmbeddings: true }`,
  bert: classify("kind: bert, activation: gelu, epsilon: 1.0e-12, tokenTypes: 2"),
} as const;
export type SampleName = keyof typeof configs;
export const labels = ["poor", "fair", "good"] as const;

export function sampleRun(name: SampleName): OpenedRun {
  const config = parseConfig(configs[name], name);
  const files: Readonly<Record<string, unknown>> = {
    "tokenizer.json": tokenizer.toJSON(),
    "labels.json": labels,
  };
  const described = taskOf(config).describe(config, {
    where: name,
    has: (file) => file in files,
    json: (file) => files[file],
  }) as DescribedRun;
  return { ...described, weights: weightsOf(name, described.model) } as OpenedRun;
}

export const folderOf = (name: SampleName): Map<string, Uint8Array> =>
  exportedRun(sampleRun(name), { where: name });
