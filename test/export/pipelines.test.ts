/** Exported models in the pipelines of transformers.js, on 200 inputs, beside Heed's own commands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { env, pipeline, type Tensor } from "@huggingface/transformers";
import { beforeAll, describe, expect, test } from "vitest";
import { openGenerator } from "../../src/decoding/generator.ts";
import { textWriter } from "../../src/decoding/text-writer.ts";
import { phrasebook } from "../../src/phrasebook/phrasebook.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { folder, heed } from "../cli/heed.ts";
import { relativeError } from "../golden-floats.ts";

const { path, write } = folder();
const engine = openNativeEngine();
const { train } = phrasebook({ size: 400, valid: 1, test: 1 });
const sentences = [...new Set(train.map(({ source }) => source))].slice(0, 200);
const TOKENS = 12;

beforeAll(() => {
  env.allowRemoteModels = false;
  env.localModelPath = "/";
  expect(sentences).toHaveLength(200);
});

async function trained(name: string, config: string): Promise<string> {
  const run = join(path, name);
  const result = await heed(["train", write(`${name}.yaml`, config), "--run", run]);
  expect(result.status, result.stderr).toBe(0);
  return run;
}

async function exported(run: string, ...options: string[]): Promise<string> {
  const to = `${run}-exported`;
  const result = await heed(["export", run, "--to", to, "--quantize", "int8,fp16", ...options]);
  expect(result.status, result.stderr).toBe(0);
  return to;
}

const training =
  "{ batchTokens: 512, epochs: 6, learningRate: 0.005, warmup: 5, schedule: constant, average: 0 }";

describe.each([
  ["gpt2", "bpe", "positions: learned, norm: pre"],
  ["gpt2", "word", "positions: sinusoidal, norm: pre, tieEmbeddings: false, activation: gelu"],
  ["opt", "bpe", "positions: sinusoidal, norm: post"],
  ["starcoder2", "bpe", "positions: rotary, norm: pre"],
])("a language model that is exported as %s, %s, %s", (type, units, model) => {
  let run: string;
  let to: string;
  const prompts = sentences.map((sentence) => sentence.split(" ").slice(0, 3).join(" "));

  beforeAll(async () => {
    const text = write("text.txt", `${train.map(({ source }) => source).join("\n")}\n`);
    run = await trained(
      `${type}-${units}`,
      `task: generate
data: { train: { text: ${text} }, valid: { text: ${text} }, context: 48 }
tokenizer: { kind: ${units}, vocab: 1000 }
model: { layers: 2, dModel: 24, heads: 2, feedForward: 32, dropout: 0, ${model} }
training: ${training}`,
    );
    to = await exported(run);
  });

  async function ours(): Promise<string[]> {
    const { config, model, tokenizer, weights } = openRunOf(run, "generate");
    const generator = await openGenerator({ engine, model, weights, context: config.data.context });
    const texts: string[] = [];
    for (const prompt of prompts) {
      const writer = textWriter(tokenizer, prompt);
      let text = prompt;
      let count = 0;
      for await (const token of generator.generate(writer.prompt, { temperature: 0 })) {
        text += writer.push(token);
        if (++count === TOKENS) break;
      }
      texts.push(text + writer.end());
    }
    generator.close();
    return texts;
  }

  async function theirs(dtype: "fp32" | "fp16" | "q8", batch: number): Promise<string[]> {
    const generate = await pipeline("text-generation", to, { dtype });
    const texts: string[] = [];
    for (let at = 0; at < prompts.length; at += batch) {
      const found = await generate(prompts.slice(at, at + batch), { max_new_tokens: TOKENS });
      texts.push(...(found as { generated_text: string }[][]).map(([one]) => one?.generated_text ?? ""));
    }
    await generate.dispose();
    return texts;
  }

  test("is of that family", () => {
    expect(JSON.parse(readFileSync(join(to, "config.json"), "utf8")).model_type).toBe(type);
  });

  test("writes our greedy text on 200 prompts, single and batched", async () => {
    const expected = await ours();
    expect(new Set(expected).size).toBeGreaterThan(30);
    expect(await theirs("fp32", 1)).toEqual(expected);
    expect(await theirs("fp32", 40)).toEqual(expected);
    const half = await theirs("fp16", 40);
    expect(half.filter((text, i) => text === expected[i]).length).toBeGreaterThan(180);
    const quarter = await theirs("q8", 40);
    expect(quarter.filter((text, i) => text === expected[i]).length).toBeGreaterThan(50);
  });
});

describe.each(["post", "pre"])("a translator, norm: %s", (norm) => {
  let run: string;
  let to: string;
  beforeAll(async () => {
    const pairs = write("pairs.tsv", train.map(({ source, target }) => `${source}\t${target}\n`).join(""));
    run = await trained(
      `translator-${norm}`,
      `data: { train: { pairs: ${pairs} }, valid: { pairs: ${pairs} } }
tokenizer: { kind: bpe, vocab: 400 }
model: { layers: 1, dModel: 32, heads: 2, feedForward: 32, dropout: 0, norm: ${norm} }
training: ${training}`,
    );
    to = await exported(run);
  });

  test("gives our greedy text, single and batched", async () => {
    const { stdout } = await heed(
      ["translate", run, "--beam", "1", "--max-length", `${TOKENS}`],
      sentences.join("\n"),
    );
    const ours = stdout.trimEnd().split("\n");
    expect(new Set(ours).size).toBeGreaterThan(20);
    const theirs = async (dtype: "fp32" | "fp16", batch: number): Promise<string[]> => {
      const translate = await pipeline("translation", to, { dtype });
      const texts: string[] = [];
      // The last token that it may write is </s>.
      const options = { max_new_tokens: TOKENS + 1 };
      for (let at = 0; at < sentences.length; at += batch) {
        const found = await translate(sentences.slice(at, at + batch), options as never);
        texts.push(
          ...(found as { translation_text: string }[]).map(({ translation_text }) => translation_text),
        );
      }
      await translate.dispose();
      return texts;
    };
    expect(await theirs("fp32", 40)).toEqual(ours);
    expect(await theirs("fp32", 1)).toEqual(ours);
    const half = await theirs("fp16", 40);
    expect(half.filter((text, i) => text === ours[i]).length).toBeGreaterThan(180);
  });
});

describe.each(["post", "pre"])("a classifier, norm: %s", (norm) => {
  let run: string;
  let to: string;
  beforeAll(async () => {
    const labelled = train.map(({ source, target }) => [
      ["question", source],
      ["answer", target],
    ]);
    const lines = labelled.flat().map(([label, text]) => `${label}\t${text}\n`);
    const data = write("labelled.tsv", lines.join(""));
    run = await trained(
      `classifier-${norm}`,
      `task: classify
data: { train: { labelled: ${data} }, valid: { labelled: ${data} }, maxTokens: 10 }
tokenizer: { kind: bpe, vocab: 400 }
model: { layers: 1, dModel: 24, heads: 2, feedForward: 32, dropout: 0, norm: ${norm} }
training: ${training}`,
    );
    to = await exported(run);
  });

  test("gives our labels and probabilities on 200 texts, single and batched", async () => {
    const { stdout } = await heed(["classify", run, "--json"], sentences.join("\n"));
    const ours = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const classify = await pipeline("text-classification", to, { dtype: "fp32" });
    const single: unknown[] = [];
    for (const sentence of sentences) single.push(...((await classify(sentence)) as unknown[]));
    const together = (await classify([...sentences])) as unknown[];
    for (const found of [single, together] as { label: string; score: number }[][]) {
      expect(found.map(({ label }) => label)).toEqual(ours.map(({ label }) => label));
      const scores = ours.map(({ probabilities }, i) => probabilities[found[i]?.label as string] as number);
      expect(
        relativeError(
          Float32Array.from(found, ({ score }) => score),
          Float32Array.from(scores),
        ),
      ).toBeLessThan(1e-5);
    }
    await classify.dispose();
  });

  test("gives our vectors", async () => {
    const { stdout } = await heed(["embed", run], sentences.join("\n"));
    const ours = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as number[]);
    const embed = await pipeline("feature-extraction", to, { dtype: "fp32" });
    const found = (await embed([...sentences], { pooling: "mean", normalize: true })) as Tensor;
    const theirs = found.tolist() as number[][];
    expect(relativeError(Float32Array.from(theirs.flat()), Float32Array.from(ours.flat()))).toBeLessThan(
      1e-5,
    );
    await embed.dispose();
  });
});
