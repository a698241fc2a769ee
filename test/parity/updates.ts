/** Some updates of a small Transformer and of a small GRU with attention, on an engine. For Node and for the page. */

import { parseConfig } from "../../src/config/parse.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import { makeBatch } from "../../src/data/batches.ts";
import { translationObjective } from "../../src/models/objective.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { encodePair, pairFeeds } from "../../src/tasks/translate/pairs.ts";
import { trainTokenizer } from "../../src/text/train.ts";
import { openTrainingStep } from "../../src/training/step.ts";

const models = {
  transformer:
    "layers: 2, dModel: 32, heads: 4, feedForward: 64, dropout: 0.1, norm: post, maxLength: 16, positions: learned, activation: gelu",
  recurrent: "kind: gru, layers: 1, dModel: 16, hidden: 32, attention: additive, dropout: 0.1",
} as const;
export type ModelName = keyof typeof models;

export interface Updated {
  /** Loss of each update. */
  readonly losses: readonly number[];
  /** The weights at the end, all in one row. */
  readonly weights: readonly number[];
}

const words = ["one", "two", "three", "four", "five", "six", "seven"];
const pairs = Array.from({ length: 80 }, (_, i) => {
  const sentence = Array.from({ length: 2 + (i % 5) }, (_, k) => words[(i * 3 + k * k) % 7] as string);
  return { source: sentence.join(" "), target: sentence.toReversed().join(" ") };
});

/** @param count  Ten, or three where an update takes a second. */
export async function updates(engine: Engine, name: ModelName, count = 10): Promise<Updated> {
  const text = `data: { train: { corpus: phrasebook }, valid: { corpus: phrasebook } }\nmodel: { ${models[name]} }`;
  const config = parseConfig(text, "parity.yaml");
  if (config.task !== "translate") throw new Error("the parity model translates");
  const tokenizer = trainTokenizer(
    pairs.map(({ source }) => source),
    { kind: "word", vocab: 40 },
  );
  const tokenizers = { source: tokenizer, target: tokenizer };
  const examples = pairs.map((pair) => encodePair(pair, tokenizers));
  const step = await openTrainingStep({
    engine,
    model: translationModel(config.model, tokenizers),
    objective: (model) => translationObjective(model, 0.1),
    seed: 7,
  });
  const losses: number[] = [];
  for (let i = 0; i < count; i++) {
    const indices = Array.from({ length: 8 }, (_, k) => (i * 8 + k) % examples.length);
    const batch = pairFeeds(makeBatch(examples, indices, tokenizer.special));
    losses.push((await step.run(i + 1, 0.003, [batch])).loss);
  }
  const weights: number[] = [];
  for (const path of step.weights) weights.push(...Array.from((await step.state.read(path)).data, Number));
  step.close();
  step.state.dispose();
  return { losses, weights };
}
