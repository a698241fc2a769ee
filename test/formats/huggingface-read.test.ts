/** Exported folders read back: the same settings and weights, and a refusal of what Heed did not write. */
import { describe, expect, test } from "vitest";
import { huggingFaceFolder } from "../../src/formats/huggingface/folder.ts";
import { type ExportedFolder, readHuggingFace } from "../../src/formats/huggingface/read.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { configs, type SampleName, sampleWeights, tokenizer } from "./translator-samples.ts";

const names = Object.keys(configs) as SampleName[];

function exported(name: SampleName): ExportedFolder {
  const files = huggingFaceFolder({ config: configs[name], weights: sampleWeights(name), tokenizer });
  const json = (file: string): unknown => JSON.parse(new TextDecoder().decode(files.get(file)));
  return {
    where: "exported",
    config: json("config.json"),
    tokenizerConfig: json("tokenizer_config.json"),
    weights: decodeSafetensors(files.get("model.safetensors") as Uint8Array, "exported"),
  };
}

describe.each(names)("%s", (name) => {
  test("has the settings that it was exported with", () => {
    const { sourceVocabulary: _, targetVocabulary: __, tie, ...settings } = configs[name];
    const { model } = readHuggingFace(exported(name));
    expect(model).toEqual({ kind: "transformer", dropout: 0, tieEmbeddings: tie === "all", ...settings });
  });

  test("has the same weights, to the bit", () => {
    const { weights } = readHuggingFace(exported(name));
    const expected = sampleWeights(name);
    expect([...weights.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [path, { data, shape }] of expected) {
      expect(weights.get(path)?.shape, path).toEqual(shape);
      expect(weights.get(path)?.data, path).toEqual(data);
    }
  });
});

const changed = (config: object, weights: object = {}): ExportedFolder => {
  const folder = exported("tied");
  return {
    ...folder,
    config: { ...(folder.config as object), ...config },
    weights: new Map([...folder.weights, ...Object.entries(weights)]),
  };
};
const tensor = (data: readonly number[]) => ({
  dtype: "float32" as const,
  shape: [1, data.length],
  data: Float32Array.from(data),
});

test.each([
  ["another architecture", changed({ model_type: "t5" }), 'it holds a model of type "t5"'],
  ["another beginning", changed({ decoder_start_token_id: 0 }), "this model was not exported by Heed"],
  ["another scale", changed({ scale_embedding: false }), "this model was not exported by Heed"],
  ["no size", changed({ d_model: "wide" }), "config.json has no number for d_model"],
  ["another activation", changed({ activation_function: "swish" }), "its activation is unknown"],
  ["a bias", changed({}, { final_logits_bias: tensor([0, 1]) }), "final_logits_bias is not zero"],
  [
    "another weight",
    changed({}, { "model.extra.weight": tensor([1]) }),
    "model.extra.weight is no weight of a model that Heed exports",
  ],
])("refuses %s", (_, folder, cause) => {
  expect(() => readHuggingFace(folder)).toThrow(
    `exported: ${cause}; give a run, or a folder that \`heed export\` wrote`,
  );
});
