/** Imported models, held to what Python's transformers computed with the same folders: test/golden/import. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openGenerator } from "../../src/decoding/generator.ts";
import { textWriter } from "../../src/decoding/text-writer.ts";
import { openTranslator } from "../../src/decoding/translator.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { openEmbedder } from "../../src/tasks/classify/embed.ts";
import { decodeFloats, type Encoded, relativeError } from "../golden-floats.ts";
import { expectedOf, folderOf, importedOf } from "./imported.ts";
import { logitsOf, promptOf } from "./logits.ts";

const engine = openNativeEngine();
const TOLERANCE = 1e-5;

const translators = ["marian", "blenderbot", "bart", "mbart", "t5", "t5-gated"];
const languageModels = ["gpt2", "opt", "starcoder2", "llama", "mistral", "qwen2"];
const encoders = ["bert", "bert-encoder", "distilbert", "roberta"];

describe.each(translators)("an imported translator, %s", (name) => {
  const expected = expectedOf(name);
  const run = importedOf(name, "translate");
  const { model, tokenizers, weights, config } = run;
  const { source, target } = tokenizers;

  test("splits texts as Python does", () => {
    expect(expected.inputs.map((text) => source.encode(text))).toEqual(expected.ids);
  });

  test("has Python's logits", async () => {
    const found = await logitsOf(run, expected, engine);
    const theirs = decodeFloats(expected.logits as Encoded).data;
    // Tokens that Python's search never writes are banned in the logits here.
    const ours = found.map((value, i) => (value < -500 ? (theirs[i] as number) : value));
    expect(relativeError(ours, theirs)).toBeLessThan(TOLERANCE);
  });

  test("writes Python's greedy text, alone and in a batch", async () => {
    const shared = { engine, model, weights, source, target, maxLength: config.model.maxLength };
    const translator = await openTranslator({ ...shared, beam: 1, maxDecodingLength: 12 });
    const texts = async (inputs: readonly string[]): Promise<string[]> =>
      (await translator.translate(inputs)).map(({ hypotheses }) => hypotheses[0]?.text ?? "");
    const together = await texts(expected.inputs);
    const alone = [];
    for (const text of expected.inputs) alone.push(...(await texts([text])));
    translator.close();
    expect(together).toEqual(expected.text);
    expect(alone).toEqual(expected.text);
  });
});

describe.each(languageModels)("an imported language model, %s", (name) => {
  const expected = expectedOf(name);
  const run = importedOf(name, "generate");
  const { model, tokenizer, weights, config } = run;
  const { eos } = tokenizer.special;
  const prompt = promptOf(expected);

  test("splits texts as Python does, and adds the end of the text", () => {
    expect(expected.inputs.map((text) => tokenizer.encode(text))).toEqual(
      expected.ids.map((ids) => [...ids, eos]),
    );
  });

  test("has Python's logits", async () => {
    const found = await logitsOf(run, expected, engine);
    expect(relativeError(found, decodeFloats(expected.logits as Encoded).data)).toBeLessThan(TOLERANCE);
  });

  test("writes Python's greedy tokens", async () => {
    const generator = await openGenerator({ engine, model, weights, context: config.data.context });
    const wanted = expected.generated?.[0] ?? [];
    const written: number[] = [];
    for await (const token of generator.generate(prompt, { temperature: 0 })) {
      written.push(token);
      if (written.length === wanted.length) break;
    }
    generator.close();
    expect(written).toEqual(wanted);
    expect(tokenizer.decode(written)).toBe(expected.text?.[0]);
  });

  test("writes as it goes what it would have written at once", () => {
    const text = ["the cat eats", "", "an apple's\tskin,  twice"].join("\n").repeat(4);
    const [first, ...ids] = tokenizer.encode(text).slice(0, -1);
    const writer = textWriter(tokenizer, tokenizer.decode([first as number]));
    const pieces = ids.map((id) => writer.push(id));
    const begun = tokenizer.decode(writer.prompt);
    expect(begun + pieces.join("") + writer.end()).toBe(tokenizer.decode([...writer.prompt, ...ids]));
  });
});

describe.each(encoders)("an imported encoder, %s", (name) => {
  const expected = expectedOf(name);
  const run = importedOf(name, "classify");
  const { model, tokenizer, weights, labels, config } = run;

  test("splits texts as Python does", () => {
    expect(expected.inputs.map((text) => tokenizer.encode(text))).toEqual(expected.ids);
  });

  test.skipIf(!expected.logits)("has Python's logits and labels", async () => {
    const found = await logitsOf(run, expected, engine);
    expect(relativeError(found, decodeFloats(expected.logits as Encoded).data)).toBeLessThan(TOLERANCE);
    expect(labels).toEqual(["poor", "fair", "good"]);
  });

  test("has Python's sentence vectors, alone and in a batch", async () => {
    const { maxTokens } = config.data;
    const embedder = await openEmbedder({ engine, model, weights, tokenizer, maxTokens });
    const together = await embedder.embed(expected.inputs);
    const alone = [];
    for (const text of expected.inputs) alone.push(...(await embedder.embed([text])));
    embedder.close();
    const theirs = decodeFloats(expected.vectors as Encoded).data;
    for (const vectors of [together, alone])
      expect(relativeError(Float32Array.from(vectors.flatMap((one) => [...one])), theirs)).toBeLessThan(
        TOLERANCE,
      );
  });
});

test("int8 products work with a bias on the logits", async () => {
  const { model, tokenizers, weights, config } = importedOf("marian", "translate");
  const { source, target } = tokenizers;
  const shared = { engine, model, weights, source, target, maxLength: config.model.maxLength };
  const translator = await openTranslator({ ...shared, beam: 2, maxDecodingLength: 12, quantize: "int8" });
  const [{ hypotheses } = { hypotheses: [] }] = await translator.translate([
    expectedOf("marian").inputs[0] ?? "",
  ]);
  translator.close();
  expect(hypotheses[0]?.text).not.toBe("");
});

test("every folder is tested", () => {
  const folders = readdirSync(folderOf("."), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual(
    [...translators, ...languageModels, ...encoders].sort(),
  );
});
