/** What `heed export` wrote comes back as it was. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeFolder } from "../../src/formats/folder.node.ts";
import { huggingFaceFolder } from "../../src/formats/huggingface/folder.ts";
import { importRun } from "../../src/runs/import-run.node.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { configs, type SampleName, sampleWeights, tokenizer } from "../formats/translator-samples.ts";
import { temporary } from "./imported.ts";

const folder = temporary();
afterAll(() => rmSync(folder, { recursive: true }));

/** Exports a model, imports it and opens it. */
function returned(name: SampleName): ReturnType<typeof openRunOf<"translate">> {
  const exported = join(folder, `${name}-exported`);
  writeFolder(
    exported,
    huggingFaceFolder({ config: configs[name], weights: sampleWeights(name), tokenizer }),
  );
  importRun(exported, { to: join(folder, name) });
  return openRunOf(join(folder, name), "translate");
}

describe.each(["tied", "untied", "learned"] as const)("an exported model, %s", (name) => {
  const run = returned(name);

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

test("an exported model whose activation no configuration of Heed has comes back as Blenderbot", () => {
  const { config, tokenizers, weights } = returned("pre");
  expect(config.model).toMatchObject({ kind: "blenderbot", activation: "gelu-tanh" });
  expect(tokenizers.source.toJSON()).toEqual(tokenizer.toJSON());
  const before = sampleWeights("pre");
  for (const [path, { data }] of weights)
    if (before.has(path)) expect(data, path).toEqual(before.get(path)?.data);
});
