/** What a page reads of a run's configuration, beside what the schemas read. */
import { describe, expect, test } from "vitest";
import { type Described, described, unwrapped } from "../../src/config/described.ts";
import { modelKinds } from "../../src/config/families/families.ts";
import type { TaskName } from "../../src/config/families/family.ts";
import type { ModelKind } from "../../src/config/families/kinds.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { readPlainConfig } from "../../src/config/plain.ts";
import { type PlainKeys, plainKeys } from "../../src/config/plain-keys.ts";
import { printConfig } from "../../src/config/print.ts";
import { type Config, schemaOf, taskNames } from "../../src/config/schema.ts";

const data = {
  translate: '{ train: { pairs: "a: b.tsv" }, valid: { source: b.en, target: b.fr } }',
  generate: "{ train: { text: a.txt }, valid: { text: b.txt }, context: 77 }",
  classify: "{ train: { labelled: a.tsv }, valid: { labelled: b.tsv }, maxTokens: 77 }",
} as const satisfies Record<TaskName, string>;

const every = taskNames.flatMap((task) => modelKinds.map((model) => ({ task, model })));
const configOf = ({ task, model }: { task: TaskName; model: ModelKind }, set: string[] = []): Config =>
  parseConfig(`task: ${task}\ndata: ${data[task]}\nmodel: { kind: ${model} }\n`, "run.yaml", set);

/** What running the model takes, of a whole configuration. */
function settingsOf(config: Config): unknown {
  const { task, model } = config;
  if (config.task === "translate") return { task, model, decoding: config.decoding };
  return config.task === "generate"
    ? { task, model, data: { context: config.data.context } }
    : { task, model, data: { maxTokens: config.data.maxTokens } };
}

describe.each(every)("$task with a model of kind $model", ({ task, model }) => {
  test("is read as the schemas read it, with optional keys and without", () => {
    const plain = configOf({ task, model });
    expect(readPlainConfig(printConfig(plain))).toEqual(settingsOf(plain));
    const set = ["model.layers=2", "model.dropout=0", "training.steps=7"];
    if (model === "transformer") set.push("model.dKey=24", "model.without=[positions, residuals]");
    if (model === "transformer")
      set.push("model.normKind=rms", "model.qkNorm=true", "model.keyValueHeads=2", "model.activation=swiglu");
    if (task === "translate" && model === "transformer")
      set.push("model.encoderLayers=5", "model.decoder=ssru");
    const changed = configOf({ task, model }, set);
    expect(readPlainConfig(printConfig(changed))).toEqual(settingsOf(changed));
  });

  test("has the keys of the schema, and their words", () => {
    const { shape = {} } = unwrapped(
      described(schemaOf({ task, model })) as Described & { shape: Record<string, Described> },
    );
    const keys = Object.entries(unwrapped(shape.model as Described).shape ?? {}).filter(
      ([key]) => key !== "kind",
    );
    const known: PlainKeys =
      (plainKeys[task] as Readonly<Partial<Record<ModelKind, PlainKeys>>>)[model] ?? {};
    expect(Object.keys(known).sort()).toEqual(keys.map(([key]) => key).sort());
    for (const [key, schema] of keys) {
      const plain = known[key];
      const inner = unwrapped(schema) as { options?: string[]; def?: { element?: { options?: string[] } } };
      if (typeof plain === "object" && "one" in plain) expect(inner.options, key).toEqual(plain.one);
      if (typeof plain === "object" && "some" in plain)
        expect(inner.def?.element?.options).toEqual(plain.some);
    }
  });
});

describe("whatever is not plain is left to the parser", () => {
  const printed = printConfig(configOf({ task: "translate", model: "transformer" }));
  test.each([
    ["a key that is missing", printed.replace(/^ {2}heads:.*\n/m, "")],
    ["a key that there is not", printed.replace("  heads:", "  hands: 4\n  heads:")],
    ["a key that occurs twice", printed.replace("  heads:", "  heads: 2\n  heads:")],
    ["a word that there is not", printed.replace("norm: post", "norm: prenorm")],
    ["a number that is none", printed.replace("heads: 4", "heads: -4")],
    ["an alias", printed.replace("heads: 4", "heads: *all")],
    ["a section in braces", printed.replace(/^decoding:\n.*\n.*\n/m, "decoding: { beam: 1, alpha: 0 }\n")],
    ["a value on several lines", printed.replace("duplicates: drop", "duplicates: |\n    drop")],
    ["a section that occurs twice", `${printed}\nmodel:\n  kind: gru\n`],
    ["a kind that is imported", printed.replace("kind: transformer", "kind: bart")],
    ["another task", printed.replace("task: translate", "task: constructor")],
    ["a vocabulary from elsewhere", printed.replace("kind: bpe", "kind: imported")],
    ["a # in a name", printed.replace(`"a: b.tsv"`, `"a #b.tsv"`)],
    ["no YAML", "<!doctype html>"],
    ["nothing", ""],
  ])("%s", (_, text) => {
    expect(text).not.toBe(printed);
    expect(readPlainConfig(text)).toBeUndefined();
  });
});
