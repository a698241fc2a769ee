/** Defaults fit the corpus: what the user chose stays, and a run that goes on stays as it began. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { modelKinds } from "../../src/config/families/families.ts";
import type { TaskName } from "../../src/config/families/family.ts";
import { fitToData, fitToRun, fittedKeys } from "../../src/config/fit.ts";
import { parseConfig, readConfig } from "../../src/config/parse.ts";
import { printConfig } from "../../src/config/print.ts";
import { taskNames } from "../../src/config/schema.ts";
import { trainingCost } from "../../src/config/training-cost.ts";
import { forewarnings } from "../../src/runs/forewarnings.ts";

const recipes = join(import.meta.dirname, "../../configs");
const data = {
  translate: "{ train: { pairs: a.tsv }, valid: { pairs: b.tsv } }",
  generate: "{ train: { text: a.txt }, valid: { text: b.txt } }",
  classify: "{ train: { labelled: a.tsv }, valid: { labelled: b.tsv } }",
} as const satisfies Record<TaskName, string>;

const read = (...set: string[]) => readConfig(`data: ${data.translate}`, "run.yaml", set);
/** Short sentences: eight words a side. */
const pairs = (examples: number) => ({
  name: `${examples.toLocaleString("en")} pairs`,
  examples,
  words: 8 * examples,
  allWords: 16 * examples,
  types: Math.round(4 * (16 * examples) ** 0.6),
});
const small = pairs(2000);
const large = pairs(500_000);

test("given are the keys that the user wrote, in the file or after --set", () => {
  const { given } = read("model.dModel=64", "training={ epochs: 3 }");
  expect([...given]).toEqual(["data.train.pairs", "data.valid.pairs", "model.dModel", "training.epochs"]);
});

test("a small corpus gets a small model, a small vocabulary, and many short epochs", () => {
  const [little, much] = [fitToData(read(), small).config, fitToData(read(), large).config];
  expect(little.tokenizer.vocab).toBeLessThan(much.tokenizer.vocab);
  expect((little.model as { dModel: number }).dModel).toBeLessThan((much.model as { dModel: number }).dModel);
  expect(little.training.batchTokens).toBeLessThan(much.training.batchTokens);
  expect(little.training.epochs).toBeGreaterThan(much.training.epochs);
});

test("each value is given with its reason", () => {
  const { choices } = fitToData(read("model.dropout=0.5"), small);
  const keys = choices.map((line) => line.split(" ", 1)[0]);
  expect(keys).toEqual([...fittedKeys(read("model.dropout=0.5"))]);
  expect(keys).not.toContain("model.dropout");
  for (const line of choices) expect(line).toMatch(/^[a-z]+\.\w+ \S+: \S.*[^.]$/i);
  expect(choices.join("\n")).toContain("2,000 pairs of 16,000 words");
});

test.each([300, 500, 1000, 2000, 4500, 10_000, 31_000, 100_000, 1_000_000])(
  "what %d pairs get would not be warned of",
  (examples) => {
    const size = pairs(examples);
    const { config } = fitToData(read(), size);
    const { parameters, tokens, updatesPerPass } = trainingCost(config, size);
    const outlook = {
      config,
      parameters,
      tokens: 2 * tokens,
      stepsPerEpoch: updatesPerPass,
      totalSteps: config.training.epochs * updatesPerPass,
      vocabulary: config.tokenizer.vocab,
    };
    expect(forewarnings(outlook)).toEqual([]);
  },
);

test("the warm-up ends early, whatever the length that was asked for", () => {
  expect(fitToData(read("training.steps=50"), small).config.training.warmup).toBe(5);
  expect(fitToData(read("training.epochs=1"), small).config.training.warmup).toBeLessThan(10);
});

describe("a budget of minutes", () => {
  test("leaves the passes to the clock, and says how many it may allow", () => {
    const [short, long] = [2, 600].map((minutes) => fitToData(read(`training.minutes=${minutes}`), small));
    const { config } = fitToData(read(), small);
    expect(short?.config.training.epochs).toBe(config.training.epochs);
    expect(short?.choices.join("\n")).toMatch(
      /epochs \d+: at most; 2 minutes allow some \d+ passes at [\d,]+ tokens a second, assumed for two cores/,
    );
    expect(long?.config).toEqual({ ...config, training: { ...config.training, minutes: 600 } });
    expect(long?.choices.join("\n")).toMatch(/epochs \d+: some [\d,]+ updates in \d+ \w+ at/);
  });

  test("ends the warm-up in a tenth of the passes that it may allow", () => {
    const warmup = (...set: string[]): number => fitToData(read(...set), large).config.training.warmup;
    expect(warmup("training.minutes=2")).toBeLessThan(warmup());
  });

  test("that is short for the corpus takes a smaller model", () => {
    const widthIn = (minutes: number): number =>
      (fitToData(read(`training.minutes=${minutes}`), large).config.model as { dModel: number }).dModel;
    expect(widthIn(10)).toBeLessThan(widthIn(1000));
  });

  test("keeps the row of the corpus where the size is set: a smaller one would not make it smaller", () => {
    const vocabIn = (...set: string[]): number =>
      fitToData(read("preset=base", ...set), large).config.tokenizer.vocab;
    expect(vocabIn("training.minutes=10")).toBe(vocabIn());
  });

  test("knows that a short decoder, or a recurrent one, costs less", () => {
    const student = ["tokenizer.vocab=6000", "model.dModel=128", "model.encoderLayers=3"];
    const parametersOf = (...set: string[]): number =>
      trainingCost(fitToData(read(...student, ...set), large).config, large).parameters;
    // 768,000 of the vocabulary, 196,608 a layer; a decoder's has 65,536 more, or half of its own attention less.
    expect(parametersOf("model.decoderLayers=1")).toBe(1_619_968);
    expect(parametersOf("model.decoderLayers=1", "model.decoder=ssru")).toBe(1_587_200);
    expect(parametersOf("model.layers=3")).toBe(2_144_256);
    // A third matrix of 128 · 512 in each of six feed-forward layers.
    expect(parametersOf("model.layers=3", "model.activation=swiglu")).toBe(2_537_472);
  });

  test("leaves what the user chose", () => {
    const { config } = fitToData(read("training.minutes=1", "model.dModel=512", "training.epochs=7"), large);
    expect(config).toMatchObject({ model: { dModel: 512 }, training: { epochs: 7 } });
  });
});

test("what the user chose stays, also where it is the default", () => {
  const asked = read("tokenizer.vocab=8000", "training.epochs=10", "training.warmup=1000");
  const { config } = fitToData(asked, small);
  expect(config).toMatchObject({
    tokenizer: { vocab: 8000 },
    training: { epochs: 10, warmup: 1000, batchTokens: 512 },
  });
});

test("a corpus of few different words has a smaller vocabulary, as has a short one", () => {
  const vocab = (size: Partial<typeof large>): number =>
    fitToData(read(), { ...large, ...size }).config.tokenizer.vocab;
  expect(vocab({ types: 600 })).toBe(600);
  expect(vocab({ words: 1000, allWords: 2000 })).toBe(300);
});

test("wide models and recurrent ones get a lower rate", () => {
  const rate = (...set: string[]): number => fitToData(read(...set), small).config.training.learningRate;
  expect([rate(), rate("model.dModel=512"), rate("model.kind=gru")]).toEqual([3e-3, 1.5e-3, 1e-3]);
});

test("a rate is fitted only to the optimiser, schedule and norm that it is for", () => {
  for (const set of ["training.optimizer=sgd", "training.schedule=noam", "model.norm=post"])
    expect(fitToData(read(set), small).config.training.learningRate).toBe(7e-4);
});

test.each(["model.heads=256", "model.dKey=7", "model.dModel=512"])(
  "sizes that must agree stay together: %s",
  (set) => {
    const asked = read(set);
    const { config } = fitToData(asked, small);
    expect(config.model).toMatchObject({
      dModel: (asked.config.model as { dModel: number }).dModel,
      layers: 2,
    });
    expect(parseConfig(printConfig(config), "printed.yaml")).toEqual(config);
  },
);

test("training that the user gave a last step has no other number of epochs", () => {
  expect(fitToData(read("training.steps=100"), small).config.training.epochs).toBe(10);
});

test.each(
  readdirSync(recipes, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml")),
)("the recipe %s leaves nothing to be fitted", (name) => {
  const text = readFileSync(join(recipes, name), "utf8");
  expect([...fittedKeys(readConfig(text, name))]).toEqual([]);
});

test("a vocabulary of words has those that occur", () => {
  expect(fitToData(read("tokenizer.kind=word"), small).config.tokenizer.vocab).toBe(8000);
});

describe.each(taskNames.flatMap((task) => modelKinds.map((kind) => ({ task, kind }))))(
  "$task with a model of kind $kind",
  ({ task, kind }) => {
    const asked = readConfig(`task: ${task}\ndata: ${data[task]}`, "run.yaml", [`model.kind=${kind}`]);

    test.each([500, 2000, 10_000, 100_000])(
      "fits %d pairs with a configuration that can be read",
      (examples) => {
        const { config, choices } = fitToData(asked, pairs(examples));
        expect(choices.length).toBeGreaterThan(4);
        expect(choices.join("\n")).not.toMatch(/undefined|NaN|Infinity/);
        expect(parseConfig(printConfig(config), "printed.yaml")).toEqual(config);
      },
    );

    test("goes on as it began, whatever the corpus is now", () => {
      const { config: begun } = fitToData(asked, small);
      expect(fitToRun(asked, begun)).toEqual(begun);
      const longer = readConfig(`task: ${task}\ndata: ${data[task]}`, "run.yaml", [
        `model.kind=${kind}`,
        "training.epochs=99",
      ]);
      expect(fitToRun(longer, begun)).toEqual({ ...begun, training: { ...begun.training, epochs: 99 } });
    });
  },
);
