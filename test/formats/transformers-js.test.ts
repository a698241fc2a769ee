/** `heed export`, and transformers.js on what it wrote, beside our own greedy search. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { env, type PreTrainedModel, pipeline, type Tensor } from "@huggingface/transformers";
import { beforeAll, describe, expect, test } from "vitest";
import { config, errorOf, folder, heed, tsv } from "../cli/heed.ts";

const { path, write } = folder();
const sources = tsv.split("\n").flatMap((line) => line.split("\t")[0] || []);
/** Where layer norms stand: Marian's and Blenderbot's architecture. */
const kinds = ["post", "pre"] as const;
type Kind = (typeof kinds)[number];
const runOf = (kind: Kind): string => join(path, `run-${kind}`);
const exportOf = (kind: Kind): string => join(path, `exported-${kind}`);

beforeAll(async () => {
  env.allowRemoteModels = false;
  env.localModelPath = "/";
  const pairs = write("pairs.tsv", tsv);
  const exports = kinds.map(async (kind) => {
    const text = config(pairs).replace("norm: pre", `norm: ${kind}`);
    const trained = await heed(["train", write(`${kind}.yaml`, text), "--run", runOf(kind)]);
    expect(trained.status, trained.stderr).toBe(0);
    const options = ["--attention", "--quantize", "int8", "--json"];
    const written = await heed(["export", runOf(kind), "--to", exportOf(kind), ...options]);
    expect(written.status, written.stderr).toBe(0);
    const { directory, files } = JSON.parse(written.stdout);
    expect(directory).toBe(exportOf(kind));
    for (const { path: file, bytes } of files) expect(readFileSync(join(directory, file)).length).toBe(bytes);
  });
  await Promise.all(exports);
});

async function greedily(kind: Kind, ...options: string[]): Promise<string[]> {
  const result = await heed(["translate", runOf(kind), "--beam", "1", ...options], sources.join("\n"));
  expect(result.status, result.stderr).toBe(0);
  return result.stdout.trimEnd().split("\n");
}

/** Texts that transformers.js makes of all sentences in one batch. */
async function theirs(kind: Kind, dtype: "fp32" | "q8"): Promise<string[]> {
  const translate = await pipeline("translation", exportOf(kind), { dtype });
  const found = (await translate([...sources])) as { translation_text: string }[];
  await translate.dispose();
  return found.map(({ translation_text }) => translation_text);
}

describe("pipeline('translation') of transformers.js", () => {
  test.each(kinds)("gives the text of our greedy search, norm: %s", async (kind) => {
    const ours = await greedily(kind);
    expect(new Set(ours).size).toBeGreaterThan(12);
    expect(await theirs(kind, "fp32")).toEqual(ours);
  });

  test("gives the text of our greedy search on 8 bits", async () => {
    const [ours, found] = [await greedily("post", "--quantize", "int8"), await theirs("post", "q8")];
    // Scales of activations are those of a batch, and batches are put together differently.
    const same = found.filter((text, i) => text === ours[i]).length;
    expect(same).toBeGreaterThanOrEqual(0.9 * sources.length);
  });

  test("gives out attention weights, step by step and layer by layer", async () => {
    const translate = await pipeline("translation", exportOf("post"), { dtype: "fp32" });
    const inputs = translate.tokenizer(sources.slice(0, 2), { padding: true });
    const options = { ...inputs, max_new_tokens: 4, return_dict_in_generate: true, output_attentions: true };
    const { cross_attentions: steps } = (await (translate.model as PreTrainedModel).generate(
      options,
    )) as unknown as { cross_attentions: Tensor[][] };
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
    const before = readdirSync(exportOf("post")).sort();
    const result = await heed(["export", runOf("post"), "--to", exportOf("post")]);
    expect(result.status).toBe(73);
    expect(errorOf(result)).toBe(
      `${exportOf("post")}: already exists; choose another directory, or remove it first`,
    );
    expect(readdirSync(exportOf("post")).sort()).toEqual(before);
  });

  test.each([
    [[], "heed export: no --to DIR; see --help"],
    [["--to", "x", "--format", "keras"], '--format: "keras" is unknown; choose huggingface or onnx'],
    [["--to", "x", "--quantize", "int3"], '--quantize: "int3" is unknown; choose int8, fp16 or int8,fp16'],
  ])("%j", async (options, message) => {
    const result = await heed(["export", runOf("post"), ...options]);
    expect(result.status).toBe(64);
    expect(errorOf(result)).toBe(message);
  });

  test("a run that no architecture can express, before it writes anything", async () => {
    const text = config(write("pairs.tsv", tsv)).replace("epochs: 12", "epochs: 1");
    const learned = join(path, "learned");
    const positions = text.replace("norm: pre", "norm: post, positions: learned");
    await heed(["train", write("learned.yaml", positions), "--run", learned]);
    const target = join(path, "none");
    const result = await heed(["export", learned, "--to", target]);
    expect(result.status).toBe(65);
    expect(errorOf(result)).toMatch(
      /: post-norm models \(Marian\) need sinusoidal positions, .*; train with `model.positions: sinusoidal`/,
    );
    expect(existsSync(target)).toBe(false);
  });
});
