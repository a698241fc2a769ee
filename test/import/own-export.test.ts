/** What `heed export` wrote comes back as it was, imported or opened directly. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { huggingFaceFolder } from "../../src/formats/huggingface/folder.ts";
import { directoryFiles } from "../../src/runs/files.node.ts";
import { importRun } from "../../src/runs/import-run.node.ts";
import { assembleModelFolder } from "../../src/runs/model-folder.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { runOf, type TranslatorRun } from "../../src/runs/open-run.ts";
import { configs, type SampleName, sampleWeights, tokenizer } from "../formats/translator-samples.ts";
import { writeFiles } from "../formats/write-files.ts";
import { temporary } from "./imported.ts";

const folder = temporary();
afterAll(() => rmSync(folder, { recursive: true }));

const ways = {
  imported: (exported, run) => {
    writeFiles(run, importRun(exported).files);
    return openRunOf(run, "translate");
  },
  "opened directly": (exported) => openRunOf(exported, "translate"),
  "opened in a page": (exported) => {
    const weights = readFileSync(join(exported, "model.safetensors"));
    return runOf(assembleModelFolder(weights, directoryFiles(exported)), "translate", exported);
  },
} as const satisfies Record<string, (exported: string, run: string) => TranslatorRun>;
type Way = keyof typeof ways;

/** Exports a model and has it back. */
function returned(name: SampleName, way: Way): TranslatorRun {
  const exported = join(folder, `${name}, exported and ${way}`);
  writeFiles(exported, huggingFaceFolder({ config: configs[name], weights: sampleWeights(name), tokenizer }));
  return ways[way](exported, join(folder, name));
}

const each = <Name extends SampleName>(...names: Name[]): [Name, Way][] =>
  names.flatMap((name) => (Object.keys(ways) as Way[]).map((way): [Name, Way] => [name, way]));

describe.each(each("tied", "untied", "learned"))("an exported model, %s, %s", (name, way) => {
  const run = returned(name, way);

  test("has the weights that it had, to the bit", () => {
    const weights = sampleWeights(name);
    expect([...run.weights.keys()].sort()).toEqual([...weights.keys()].sort());
    for (const [path, { data }] of weights) expect(run.weights.get(path)?.data, path).toEqual(data);
  });

  test("has the architecture and the vocabulary that it had", () => {
    const { sourceVocabulary, targetVocabulary, tie, ...keys } = configs[name];
    expect(run.config.model).toMatchObject({ kind: "transformer", ...keys, tieEmbeddings: tie === "all" });
    expect([sourceVocabulary, targetVocabulary]).toEqual([
      run.tokenizers.source.size,
      run.tokenizers.target.size,
    ]);
    expect(run.tokenizers.source.toJSON()).toEqual(tokenizer.toJSON());
  });
});

test.each(each("pre"))(
  "an exported model whose activation no configuration of Heed has, %s, %s, comes back as Blenderbot",
  (name, way) => {
    const { config, tokenizers, weights } = returned(name, way);
    expect(config.model).toMatchObject({ kind: "blenderbot", activation: "gelu-tanh" });
    expect(tokenizers.source.toJSON()).toEqual(tokenizer.toJSON());
    const before = sampleWeights(name);
    for (const [path, { data }] of weights)
      if (before.has(path)) expect(data, path).toEqual(before.get(path)?.data);
  },
);
