/** What goes wrong for certain is said before the first update, with what to set. */
import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { forewarnings } from "../../src/runs/forewarnings.ts";

const configOf = (...set: string[]) =>
  parseConfig("data: { train: { pairs: a }, valid: { pairs: b } }", "run.yaml", set);
const config = configOf();
const outlook = {
  config,
  totalSteps: 5000,
  stepsPerEpoch: 500,
  parameters: 1e6,
  tokens: 2e6,
  vocabulary: 8000,
};

test("nothing is said of a training that can succeed", () => {
  expect(forewarnings(outlook)).toEqual([]);
  const flat = configOf("training.warmup=0");
  expect(forewarnings({ ...outlook, config: flat, totalSteps: 1 })).toEqual([
    expect.stringContaining("parameters"),
  ]);
});

test("a schedule that ends inside its warm-up", () => {
  expect(forewarnings({ ...outlook, totalSteps: 30, stepsPerEpoch: 3 })).toEqual([
    "training ends after 30 updates, inside its warm-up of 1,000: set training.warmup to 6, or raise training.epochs, or lower training.batchTokens",
  ]);
  expect(forewarnings({ ...outlook, totalSteps: 1001 })).toEqual([]);
});

test("more parameters than tokens in the whole training", () => {
  expect(forewarnings({ ...outlook, parameters: 5_600_000, tokens: 40_000, vocabulary: 500 })).toEqual([
    "the model has 5,600,000 parameters, but all of training reads only 400,000 tokens: too few to learn them; set a smaller model.dModel or tokenizer.vocab, or raise training.epochs",
  ]);
});

test("a vocabulary larger than the corpus carries, unless merges ran out, which has been said", () => {
  expect(forewarnings({ ...outlook, tokens: 40_000, vocabulary: 8000, parameters: 1e5 })).toEqual([
    "a vocabulary of 8,000 pieces is larger than 40,000 tokens carry, 5 for each: set tokenizer.vocab to about 2000",
  ]);
  expect(forewarnings({ ...outlook, tokens: 40_000, vocabulary: 6000, parameters: 1e5 })).toEqual([]);
});
