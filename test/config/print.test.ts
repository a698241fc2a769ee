/** A configuration printed: nothing that could be set is left out, and it reads back as it was. */
import { describe, expect, test } from "vitest";
import { type Described, described, meaningOf, unwrapped } from "../../src/config/described.ts";
import { modelKinds } from "../../src/config/families/families.ts";
import type { TaskName } from "../../src/config/families/family.ts";
import { fittedKeys } from "../../src/config/fit.ts";
import { parseConfig, readConfig } from "../../src/config/parse.ts";
import { printConfig } from "../../src/config/print.ts";
import { schemaOf, taskNames } from "../../src/config/schema.ts";

const data = {
  translate: "{ train: { pairs: a.tsv }, valid: { source: b.en, target: b.fr } }",
  generate: "{ train: { text: a.txt }, valid: { text: b.txt } }",
  classify: "{ train: { labelled: a.tsv }, valid: { labelled: b.tsv } }",
} as const satisfies Record<TaskName, string>;

/** Every key of a schema with its meaning; those of data that comes in several forms are in the meaning. */
function keysOf(schema: Described): [key: string, meaning: string | undefined][] {
  return Object.entries(unwrapped(schema).shape ?? {}).flatMap(([key, inner]) => {
    const isSection = Object.values(unwrapped(inner).shape ?? {}).some((one) => meaningOf(one));
    return [[key, meaningOf(inner)] as [string, string | undefined], ...(isSection ? keysOf(inner) : [])];
  });
}

describe.each(taskNames.flatMap((task) => modelKinds.map((model) => ({ task, model }))))(
  "$task with a model of kind $model",
  ({ task, model }) => {
    const text = `task: ${task}\ndata: ${data[task]}\nmodel: { kind: ${model} }\n`;
    const config = parseConfig(text, "run.yaml");
    const printed = printConfig(config);

    test("has every key on a line, with its meaning", () => {
      const keys = keysOf(described(schemaOf({ task, model })));
      expect(keys.length).toBeGreaterThan(35);
      for (const [key, meaning] of keys) {
        const line = printed.split("\n").find((one) => new RegExp(`^\\s*(# +)?${key}:`).test(one));
        expect(line, key).toBeDefined();
        if (!["data", "tokenizer", "model", "training", "decoding"].includes(key))
          expect(meaning, `meaning of ${key}`).toBeTruthy();
        if (meaning) expect(printed).toContain(`# ${meaning}`);
      }
    });

    test("reads back as it was, with optional keys and without", () => {
      expect(parseConfig(printed, "printed.yaml")).toEqual(config);
      const set = ["training.steps=7", "training.patience=3", "training.minutes=1.5"];
      const changed = parseConfig(text, "run.yaml", set);
      expect(parseConfig(printConfig(changed), "printed.yaml")).toEqual(changed);
    });
  },
);

test("keys that are left out are comments where they would stand", () => {
  const printed = printConfig(parseConfig(`data: ${data.translate}`, "run.yaml", ["training.steps=7"]));
  expect(printed).toContain(
    "\n  steps: 7 # stop after this many updates, even if epochs are left\n  # minutes: … # ",
  );
  expect(printed).toContain("\n  # dKey: … # size of queries and keys per head; default dModel / heads\n");
  expect(printed).toContain("\n  # target: # the target's own vocabulary");
  expect(printed).toContain("\n  #   vocab: 8000 # maximum entries");
});

test("keys that a training fits to its data are comments, so that a printed configuration trains the same", () => {
  const asked = readConfig(`data: ${data.translate}`, "run.yaml", ["training.warmup=1000"]);
  const printed = printConfig(asked.config, fittedKeys(asked));
  expect(printed).toContain("\n  # epochs: … # passes over the data; left out, it follows from the corpus\n");
  expect(printed).toContain("\n  warmup: 1000 # updates to reach the peak rate\n");
  const again = readConfig(printed, "printed.yaml");
  expect(again.config).toEqual(asked.config);
  expect(fittedKeys(again)).toEqual(fittedKeys(asked));
});

test("a key that is commented out can be given in its place", () => {
  const printed = printConfig(parseConfig(`data: ${data.translate}`, "run.yaml"));
  const given = printed.replace(/# target:.*\n( +# {3}.*\n)+/, "target: { kind: char }\n");
  expect(parseConfig(given, "run.yaml")).toMatchObject({
    tokenizer: { target: { kind: "char", vocab: 8000 } },
  });
});
