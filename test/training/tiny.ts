/** A language of 30 sentences and a Transformer small enough to train in a blink. */

import { parseConfig } from "../../src/config/parse.ts";
import type { TranslateConfig } from "../../src/config/schema.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import { makeBatch, type PairExample } from "../../src/data/batches.ts";
import { translationObjective } from "../../src/models/objective.ts";
import type { Seq2Seq } from "../../src/models/seq2seq.ts";
import type { BatchFeeds } from "../../src/runtime/compile.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import type { SentencePair } from "../../src/tasks/translate/pairs.ts";
import { encodePair, pairFeeds } from "../../src/tasks/translate/pairs.ts";
import { trainTokenizer } from "../../src/text/train.ts";
import { openTrainingStep, type TrainingStep, type TrainingStepOptions } from "../../src/training/step.ts";

const numbers = ["one", "two", "three", "four", "five", "six"] as const;
const things = ["cat", "dog", "sun", "tree", "red house"] as const;

/** "two cat" -> "cat two two": the number goes behind the thing and is said twice. */
export const pairs: readonly SentencePair[] = numbers.flatMap((number) =>
  things.map((thing) => ({ source: `${number} ${thing}`, target: `${thing} ${number} ${number}` })),
);

/** The pairs as a tab-separated file. */
export const tsv = pairs.map(({ source, target }) => `${source}\t${target}\n`).join("");

/** A configuration with the sizes of these tests; `overrides` as after `--set`. */
export function tinyConfig(file: string, ...overrides: string[]): TranslateConfig {
  const text = `
data: { train: { pairs: ${JSON.stringify(file)} }, valid: { pairs: ${JSON.stringify(file)} } }
tokenizer: { kind: word, vocab: 40 }
model: { layers: 1, dModel: 16, heads: 2, feedForward: 16, dropout: 0.1, norm: pre, maxLength: 16 }
training: { batchTokens: 30, epochs: 2, learningRate: 0.01, warmup: 2, schedule: constant, validBleu: 4, logEvery: 1 }
`;
  const config = parseConfig(text, "tiny.yaml", overrides);
  if (config.task !== "translate")
    throw new Error(`the tiny language is for translating, not for ${config.task}`);
  return config;
}

const tokenizer = trainTokenizer(
  pairs.flatMap(({ source, target }) => [source, target]),
  { kind: "word", vocab: 40 },
);
export const tokenizers = { source: tokenizer, target: tokenizer };
export const examples: readonly PairExample[] = pairs.map((pair) => encodePair(pair, tokenizers));

export const batchOf = (...indices: number[]): BatchFeeds =>
  pairFeeds(makeBatch(examples, indices, tokenizer.special));

let engine: Promise<Engine> | undefined;
/** One engine for all tests of a file. */
export function sharedEngine(): Promise<Engine> {
  engine ??= openEngine("cpu");
  return engine;
}

/** A training step of the tiny Transformer: AdamW, no clipping, no label smoothing, seed 1 unless said otherwise. */
export async function openTinyStep(
  options: Partial<TrainingStepOptions<Seq2Seq>> & { dropout?: number } = {},
): Promise<TrainingStep> {
  const { dropout = 0, ...rest } = options;
  const config = tinyConfig("none.tsv", `model.dropout=${dropout}`);
  return openTrainingStep({
    engine: await sharedEngine(),
    model: translationModel(config.model, tokenizers),
    objective: (model) => translationObjective(model, 0),
    optimiser: config.training,
    clip: 0,
    seed: 1,
    ...rest,
  });
}
