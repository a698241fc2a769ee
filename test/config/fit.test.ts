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

const recipes = join(import.meta.dirname, "../../configs");
const data = {
  translate: "{ train: { pairs: a.tsv }, valid: { pairs: b.tsv } }",
  generate: "{ train: { text: a.txt }, valid: { text: b.txt } }",
  classify: "{ train: { labelled: a.tsv }, valid: { labelled: b.tsv } }",
} as const satisfies Record<TaskName, string>;

const read = (...set: string[]) => readConfig(`data: ${data.translate}`, "run.yaml", set);
const small = { name: "2,000 pairs", characters: 60_000 };
const large = { name: "200,000 pairs", characters: 8_000_000 };

test("given are the keys that the user wrote, in the file or after --set", () => {
  const { given } = read("model.dModel=64", "training={ epochs: 3 }");
  expect([...given]).toEqual(["data.train.pairs", "data.valid.pairs", "model.dModel", "training.epochs"]);
});

test("a small corpus gets a small model, a small vocabulary, and many short epochs", () => {
  const { config, changes } = fitToData(read(), small);
  expect(config).toMatchObject({
    tokenizer: { vocab: 1000 },
    model: { layers: 2, dModel: 128, heads: 4, feedForward: 256, dropout: 0.2 },
    training: { batchTokens: 512, epochs: 40, warmup: 200, learningRate: 2e-3, schedule: "inverse-sqrt" },
  });
  expect(changes).toContain("tokenizer.vocab 1000");
  expect(changes).not.toContain("model.heads 4");
});

test("a large one gets the defaults of the schema", () => {
  expect(fitToData(read(), large)).toEqual({ config: read().config, changes: [] });
});

test("what the user chose stays, also where it is the default", () => {
  const asked = read("tokenizer.vocab=8000", "training.epochs=10", "training.warmup=1000");
  const { config } = fitToData(asked, small);
  expect(config).toMatchObject({
    tokenizer: { vocab: 8000 },
    training: { epochs: 10, warmup: 1000, batchTokens: 512 },
  });
});

test.each(["model.heads=256", "model.dKey=7", "model.dModel=512"])(
  "sizes that must agree stay together: %s",
  (set) => {
    const asked = read(set);
    const { config } = fitToData(asked, small);
    expect(config.model).toMatchObject({ dModel: asked.config.model.dModel, layers: 2 });
    expect(parseConfig(printConfig(config), "printed.yaml")).toEqual(config);
  },
);

test("training that the user gave an end has no other number of epochs", () => {
  for (const set of ["training.steps=100", "training.minutes=1"])
    expect(fitToData(read(set), small).config.training.epochs).toBe(10);
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

    test.each([60_000, 1_000_000])(
      "fits %d characters with a configuration that can be read",
      (characters) => {
        const { config, changes } = fitToData(asked, { name: "a text", characters });
        expect(changes.length).toBeGreaterThan(4);
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
