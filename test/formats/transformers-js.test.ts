/** `heed export`, and transformers.js on what it wrote, beside our own greedy search. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { env, type MarianMTModel, pipeline, type Tensor } from "@huggingface/transformers";
import { beforeAll, describe, expect, test } from "vitest";
import { config, errorOf, folder, heed, tsv } from "../cli/heed.ts";

const { path, write } = folder();
const run = join(path, "run");
const exported = join(path, "exported");
const sources = tsv.split("\n").flatMap((line) => line.split("\t")[0] || []);

beforeAll(async () => {
  env.allowRemoteModels = false;
  env.localModelPath = "/";
  const text = config(write("pairs.tsv", tsv)).replace("norm: pre", "norm: post");
  const trained = await heed(["train", write("config.yaml", text), "--run", run]);
  expect(trained.status, trained.stderr).toBe(0);
  const written = await heed([
    "export",
    run,
    "--to",
    exported,
    "--attention",
    "--quantize",
    "int8",
    "--json",
  ]);
  expect(written.status, written.stderr).toBe(0);
  const { directory, files } = JSON.parse(written.stdout);
  expect(directory).toBe(exported);
  for (const { path: file, bytes } of files) expect(readFileSync(join(exported, file)).length).toBe(bytes);
}, 180_000);

async function greedily(...options: string[]): Promise<string[]> {
  const result = await heed(["translate", run, "--beam", "1", ...options], sources.join("\n"));
  expect(result.status, result.stderr).toBe(0);
  return result.stdout.trimEnd().split("\n");
}

/** Texts that transformers.js makes of sentences, together or one by one. */
async function theirs(sentences: readonly string[], dtype: "fp32" | "q8"): Promise<string[]> {
  const translate = await pipeline("translation", exported, { dtype });
  const found = (await translate([...sentences])) as { translation_text: string }[];
  await translate.dispose();
  return found.map(({ translation_text }) => translation_text);
}

describe("pipeline('translation') of transformers.js", () => {
  test("gives the text of our greedy search, all sentences in one batch", async () => {
    const ours = await greedily();
    expect(new Set(ours).size).toBeGreaterThan(12);
    expect(await theirs(sources, "fp32")).toEqual(ours);
  });

  test("gives the text of our greedy search on 8 bits", async () => {
    const [ours, found] = [await greedily("--quantize", "int8"), await theirs(sources, "q8")];
    // Scales of activations are those of a batch, and batches are put together differently.
    const same = found.filter((text, i) => text === ours[i]).length;
    expect(same).toBeGreaterThanOrEqual(0.9 * sources.length);
  });

  test("gives out attention weights, step by step and layer by layer", async () => {
    const translate = await pipeline("translation", exported, { dtype: "fp32" });
    const inputs = translate.tokenizer(sources.slice(0, 2), { padding: true });
    const options = { ...inputs, max_new_tokens: 4, return_dict_in_generate: true, output_attentions: true };
    const model = translate.model as MarianMTModel;
    const { cross_attentions: steps } = (await model.generate(options)) as unknown as {
      cross_attentions: Tensor[][];
    };
    expect(steps).toHaveLength(4);
    for (const [weights] of steps as [Tensor][]) {
      expect(weights.dims).toEqual([2, 2, 1, inputs.input_ids.dims[1]]);
      const total = (weights.data as Float32Array).reduce((sum, weight) => sum + weight, 0);
      expect(total).toBeCloseTo(4, 4);
    }
    await translate.dispose();
  });
});

describe("heed export refuses", () => {
  test("a folder that exists, and leaves it as it is", async () => {
    const before = readdirSync(exported).sort();
    const result = await heed(["export", run, "--to", exported]);
    expect(result.status).toBe(73);
    expect(errorOf(result)).toBe(`${exported}: exists already; choose another directory, or remove it first`);
    expect(readdirSync(exported).sort()).toEqual(before);
  });

  test.each([
    [[], "heed export: no --to DIR; see --help"],
    [["--to", "x", "--format", "keras"], '--format: "keras" is unknown; choose huggingface'],
    [["--to", "x", "--quantize", "int3"], '--quantize: "int3" is unknown; choose int8'],
  ])("%j", async (options, message) => {
    const result = await heed(["export", run, ...options]);
    expect(result.status).toBe(64);
    expect(errorOf(result)).toBe(message);
  });

  test("a run that Marian cannot express, before it writes anything", async () => {
    const text = config(write("pairs.tsv", tsv)).replace("epochs: 12", "epochs: 1");
    const pre = join(path, "pre");
    await heed(["train", write("pre.yaml", text), "--run", pre]);
    const target = join(path, "none");
    const result = await heed(["export", pre, "--to", target]);
    expect(result.status).toBe(65);
    expect(errorOf(result)).toMatch(
      /: Marian normalises after each residual sum, .*; train with `model.norm: post`/,
    );
    expect(existsSync(target)).toBe(false);
  }, 60_000);
});
