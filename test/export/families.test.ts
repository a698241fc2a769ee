/** Imported models exported again: the same folder, and graphs that compute and write what Python did. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  AutoModelForSequenceClassification,
  AutoTokenizer,
  env,
  pipeline,
  type Tensor,
} from "@huggingface/transformers";
import { describe, expect, test } from "vitest";
import { readModelFolder } from "../../src/formats/huggingface/import/folder.node.ts";
import { exportedRun } from "../../src/runs/exported-run.ts";
import { openRun } from "../../src/runs/open-run.node.ts";
import { folder } from "../cli/heed.ts";
import { writeFiles } from "../formats/write-files.ts";
import { decodeFloats, type Encoded, relativeError } from "../golden-floats.ts";
import { expectedOf, folderOf, imported } from "../import/imported.ts";

env.allowRemoteModels = false;
env.localModelPath = "/";
const { path } = folder();

const translators = ["marian", "blenderbot", "bart", "mbart", "t5", "t5-gated"];
const languageModels = ["gpt2", "opt", "starcoder2", "llama", "mistral", "qwen2"];
const encoders = ["bert", "bert-encoder", "distilbert", "roberta"];

function exportedFrom(name: string): string {
  const to = join(path, name);
  writeFiles(to, exportedRun(imported(name), { where: name }));
  return to;
}

/** Two names of one activation. */
const aliases: Readonly<Record<string, string>> = { swish: "silu", gelu_pytorch_tanh: "gelu_new" };

/** Not read, or written as another key. */
const others =
  /^(pooler\.dense\.(weight|bias)|final_logits_bias|model\.(encoder|decoder)\.embed_positions\.weight|.*relative_attention_bias\.weight)$/;

describe.each([...translators, ...languageModels, ...encoders])("%s, imported and exported", (name) => {
  const to = exportedFrom(name);
  const [before, after] = [readModelFolder(folderOf(name)), readModelFolder(to)];

  test("has the weights that it had, to the bit, under the same names", () => {
    for (const [key, tensor] of before.tensors) {
      const found = after.tensors.get(key);
      if (!found && others.test(key)) continue;
      expect(found?.shape, key).toEqual(tensor.shape);
      // Banned tokens and rows that nothing reads are written as zeros.
      const [ours, theirs] = [found?.data, tensor.data] as Float32Array[];
      const rest = ours?.filter((value, i) => value !== theirs?.[i] && value !== 0);
      expect(rest, key).toEqual(new Float32Array(0));
    }
    expect([...after.tensors.keys()].filter((key) => !before.tensors.has(key))).toEqual([]);
  });

  test("has the settings that it had", () => {
    const [old, written] = [before, after].map(({ json }) => json("config.json") as Record<string, unknown>);
    // Heed's dropout inside the feed-forward layer is that of all sublayers.
    const free = /^(dtype|activation_dropout)$/;
    for (const [key, value] of Object.entries(written ?? {}))
      if (old?.[key] !== undefined && old[key] !== null && !free.test(key))
        expect(value, key).toEqual(aliases[old[key] as string] ?? old[key]);
  });

  test("is the same run when it is opened again", () => {
    const [first, again] = [openRun(folderOf(name)), openRun(to)];
    expect(again.config.model).toEqual(first.config.model);
    expect([...again.weights.keys()].sort()).toEqual([...first.weights.keys()].sort());
    for (const [key, { data }] of again.weights) expect(data, key).toEqual(first.weights.get(key)?.data);
  });
});

describe.each(translators)("pipeline('translation') on %s", (name) => {
  test("writes Python's greedy text", async () => {
    const { inputs, text } = expectedOf(name);
    const translate = await pipeline("translation", join(path, name), { dtype: "fp32" });
    const options = { max_new_tokens: 12 };
    const together = (await translate([...inputs], options as never)) as { translation_text: string }[];
    const alone: typeof together = [];
    for (const input of inputs)
      alone.push(...((await translate(input, options as never)) as typeof together));
    await translate.dispose();
    for (const found of [together, alone])
      expect(found.map(({ translation_text }) => translation_text)).toEqual(text);
  });
});

describe.each(languageModels)("pipeline('text-generation') on %s", (name) => {
  test("goes on as Python does, and ends where it does", async () => {
    const { ids, generated } = expectedOf(name);
    const to = join(path, name);
    const generate = await pipeline("text-generation", to, { dtype: "fp32" });
    const tokenizer = await AutoTokenizer.from_pretrained(to);
    const prompt = (ids[0] ?? []).slice(0, 8);
    const wanted = generated?.[0] ?? [];
    const input = { input_ids: rows([prompt]), attention_mask: rows([prompt.map(() => 1)]) };
    const written = (await generate.model.generate({
      ...input,
      max_new_tokens: wanted.length,
    } as never)) as Tensor;
    expect((written.tolist() as bigint[][])[0]?.map(Number)).toEqual([...prompt, ...wanted]);
    expect(
      tokenizer(expectedOf(name).inputs[0] ?? "")
        .input_ids.tolist()[0]
        .map(Number),
    ).toEqual(ids[0]);
    await generate.dispose();
  });
});

const rows = (ids: readonly (readonly number[])[]): unknown => {
  const { Tensor: Tensors } = tensorClass;
  return new Tensors("int64", BigInt64Array.from(ids.flat(), BigInt), [ids.length, ids[0]?.length ?? 0]);
};
const tensorClass = await import("@huggingface/transformers");

describe.each(encoders)("pipelines on %s", (name) => {
  const expected = expectedOf(name);
  const to = join(path, name);

  test.skipIf(!expected.logits)("give Python's logits and labels", async () => {
    const model = await AutoModelForSequenceClassification.from_pretrained(to, { dtype: "fp32" });
    const tokenizer = await AutoTokenizer.from_pretrained(to);
    const { logits } = await model(tokenizer([...expected.inputs], { padding: true }));
    const theirs = decodeFloats(expected.logits as Encoded).data;
    expect(relativeError(logits.data as Float32Array, theirs)).toBeLessThan(1e-5);
    const config = JSON.parse(readFileSync(join(to, "config.json"), "utf8"));
    expect(config.id2label).toEqual({ 0: "poor", 1: "fair", 2: "good" });
    await model.dispose();
  });

  test("give Python's sentence vectors", async () => {
    const embed = await pipeline("feature-extraction", to, { dtype: "fp32" });
    const theirs = decodeFloats(expected.vectors as Encoded).data;
    const found = (await embed([...expected.inputs], { pooling: "mean", normalize: true })) as Tensor;
    expect(relativeError(found.data as Float32Array, theirs)).toBeLessThan(1e-5);
    await embed.dispose();
  });
});
