/** Exported language models and classifiers, held to what Python's transformers made of the same folders: test/golden/export. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AutoModelForCausalLM, AutoTokenizer, env, pipeline, Tensor } from "@huggingface/transformers";
import { beforeAll, describe, expect, test } from "vitest";
import { openRun } from "../../src/runs/open-run.node.ts";
import { folder } from "../cli/heed.ts";
import { writeFiles } from "../formats/write-files.ts";
import { decodeFloats, type Encoded, relativeError } from "../golden-floats.ts";
import { configs, folderOf, labels, type SampleName } from "./text-samples.ts";

interface Golden {
  readonly sha256: Readonly<Record<string, string>>;
  readonly ids: readonly (readonly number[])[];
  readonly logits: Encoded;
  readonly vectors?: Encoded;
  readonly text?: readonly string[];
}
const golden = JSON.parse(
  readFileSync(new URL("../golden/export/text-models.json", import.meta.url), "utf8"),
) as Record<SampleName, Golden> & { readonly texts: string[] };

const { path } = folder();
const names = Object.keys(configs) as SampleName[];
const languageModels = names.filter((name) => name !== "bert");

beforeAll(() => {
  env.allowRemoteModels = false;
  env.localModelPath = "/";
  for (const name of names) writeFiles(join(path, name), folderOf(name));
});

describe.each(names)("the folder of %s", (name) => {
  test("is the one that Python read", () => {
    for (const [file, hash] of Object.entries(golden[name].sha256)) {
      const bytes = readFileSync(join(path, name, file));
      const found = createHash("sha256").update(bytes).digest("hex");
      expect(found, `${file}: run test/golden/export again`).toBe(hash);
    }
  });

  test("has a tokenizer that splits texts in JavaScript as in Python", async () => {
    const tokenizer = await AutoTokenizer.from_pretrained(join(path, name));
    const ids = golden.texts.map((text) => tokenizer(text).input_ids.tolist()[0].map(Number));
    expect(ids).toEqual(golden[name].ids);
  });

  test("opens as a run again", () => {
    const run = openRun(join(path, name));
    expect(run.config.model.kind).toBe(name.replace(/-.*/, ""));
    expect(run.task).toBe(name === "bert" ? "classify" : "generate");
  });
});

const tensor = (row: readonly number[]): Tensor =>
  new Tensor("int64", BigInt64Array.from(row, BigInt), [1, row.length]);

describe.each(languageModels)("the graph of %s", (name) => {
  test("has Python's logits", async () => {
    const model = await AutoModelForCausalLM.from_pretrained(join(path, name), { dtype: "fp32" });
    const [ids = []] = golden[name].ids;
    const inputs = { input_ids: tensor(ids), attention_mask: tensor(ids.map(() => 1)) };
    const { logits } = await model(inputs);
    const theirs = decodeFloats(golden[name].logits).data;
    expect(relativeError(logits.data as Float32Array, theirs)).toBeLessThan(1e-5);
    await model.dispose();
  });

  test("writes Python's greedy text, line breaks and all", async () => {
    const generate = await pipeline("text-generation", join(path, name), { dtype: "fp32" });
    const found = await generate(golden.texts, { max_new_tokens: 8 });
    const texts = (found as { generated_text: string }[][]).map(([one]) => one?.generated_text);
    expect(texts).toEqual(golden[name].text);
    expect(texts[2]).toMatch(/^Who eats\nthe apple\?\n\nthe/);
    await generate.dispose();
  });
});

test("a BERT that was trained here has Python's logits, and its labels", async () => {
  const classify = await pipeline("text-classification", join(path, "bert"), { dtype: "fp32" });
  const inputs = classify.tokenizer(golden.texts, { padding: true });
  const { logits } = await classify.model(inputs);
  const theirs = decodeFloats(golden.bert.logits).data;
  expect(relativeError(logits.data as Float32Array, theirs)).toBeLessThan(1e-5);
  const [found] = (await classify(golden.texts[0] as string, { top_k: null } as never)) as {
    label: string;
  }[];
  expect(labels).toContain(found?.label);
  await classify.dispose();
});

test("a BERT that was trained here has Python's vectors", async () => {
  const embed = await pipeline("feature-extraction", join(path, "bert"), { dtype: "fp32" });
  const found = (await embed(golden.texts, { pooling: "mean", normalize: true })) as Tensor;
  const theirs = decodeFloats(golden.bert.vectors as Encoded).data;
  expect(relativeError(found.data as Float32Array, theirs)).toBeLessThan(1e-5);
  await embed.dispose();
});
