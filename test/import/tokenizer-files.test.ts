/** Folders without a tokenizer.json: vocabularies in the files that older versions of Python's library wrote. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readModelFolder } from "../../src/formats/huggingface/import/folder.node.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/formats/safetensors.ts";
import { readModelRun } from "../../src/runs/model-folder.ts";
import { openRun } from "../../src/runs/open-run.node.ts";
import { heed } from "../cli/heed.ts";
import { expectedOf, folderOf, temporary } from "./imported.ts";

const root = temporary();
afterAll(() => rmSync(root, { recursive: true }));
const json = (folder: string, name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));

/** A folder of test/golden/import with other files in the place of tokenizer.json. */
function without(
  name: string,
  files: (tokenizer: never) => Readonly<Record<string, string | Uint8Array>>,
): string {
  const folder = join(root, name);
  cpSync(folderOf(name), folder, { recursive: true });
  const tokenizer = json(folder, "tokenizer.json") as never;
  rmSync(join(folder, "tokenizer.json"));
  for (const [file, content] of Object.entries(files(tokenizer))) writeFileSync(join(folder, file), content);
  return folder;
}

const bytePairs = ({ model }: { model: { vocab: object; merges: string[][] } }) => ({
  "vocab.json": JSON.stringify(model.vocab),
  "merges.txt": `#version: 0.2\n${model.merges.map((pair) => pair.join(" ")).join("\n")}\n`,
});
const wordPieces = ({ model }: { model: { vocab: Record<string, number> } }) => ({
  "vocab.txt": `${Object.keys(model.vocab)
    .sort((a, b) => (model.vocab[a] as number) - (model.vocab[b] as number))
    .join("\n")}\n`,
});

describe.each([
  ["gpt2", bytePairs],
  ["bart", bytePairs],
  ["roberta", bytePairs],
  ["bert", wordPieces],
  ["distilbert", wordPieces],
] as const)("%s", (name, files) => {
  test("splits texts as it does with a tokenizer.json", () => {
    const { run } = readModelRun(readModelFolder(without(name, files as never)));
    const tokenizer = run.task === "translate" ? run.tokenizers.source : run.tokenizer;
    const { inputs, ids } = expectedOf(name);
    const end = run.task === "generate" ? [tokenizer.special.eos] : [];
    expect(inputs.map((text) => tokenizer.encode(text))).toEqual(ids.map((each) => [...each, ...end]));
  });
});

describe("Marian with source.spm and target.spm", () => {
  const at = (name: string): Buffer => readFileSync(new URL(`../golden/import/${name}`, import.meta.url));
  const golden = JSON.parse(at("pair.json").toString()) as {
    readonly texts: readonly string[];
    readonly vocab: Readonly<Record<string, number>>;
    readonly source: readonly number[][];
    readonly target: readonly number[][];
  };
  const size = Object.keys(golden.vocab).length;
  const folder = without("marian", () => ({
    "source.spm": at("unigram.spm"),
    "target.spm": at("target.spm"),
    "vocab.json": JSON.stringify(golden.vocab),
  }));
  const config = json(folder, "config.json");
  const pad = golden.vocab["<pad>"];
  const ids = { pad_token_id: pad, decoder_start_token_id: pad, vocab_size: size, decoder_vocab_size: size };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, ...ids }));
  rmSync(join(folder, "generation_config.json"));
  const file = join(folder, "model.safetensors");
  const tensors = decodeSafetensors(readFileSync(file), file);
  for (const [name, tensor] of tensors) tensors.set(name, fitted(tensor, config.vocab_size, size));
  writeFileSync(file, encodeSafetensors(tensors));

  /** A tensor whose rows are of another vocabulary, cut or filled with its numbers. */
  function fitted(tensor: NamedTensor, before: number, after: number): NamedTensor {
    const axis = tensor.shape.indexOf(before);
    if (axis < 0) return tensor;
    const shape = tensor.shape.map((length, i) => (i === axis ? after : length));
    const count = shape.reduce((product, length) => product * length, 1);
    const data = Float32Array.from(
      { length: count },
      (_, i) => tensor.data[i % tensor.data.length] as number,
    );
    return { ...tensor, shape, data };
  }

  test("splits the texts of both sides as Python does", () => {
    const run = openRun(folder);
    if (run.task !== "translate") throw new Error("a translator");
    const { source, target } = run.tokenizers;
    expect(golden.texts.map((text) => source.encode(text))).toEqual(golden.source);
    expect(golden.target.map((_, i) => target.encode(golden.texts[i] as string))).toEqual(golden.target);
  });

  test("translates, and again once it is imported", async () => {
    const direct = await heed(["translate", folder], "the cat eats\n");
    expect(direct.stdout.trim(), direct.stderr).not.toBe("");
    const { status, stderr } = await heed(["import", folder, "--to", join(root, "run")]);
    expect(status, stderr).toBe(0);
    expect((await heed(["translate", join(root, "run")], "the cat eats\n")).stdout).toBe(direct.stdout);
  });
});

test("a folder with none of them is refused as before", async () => {
  const folder = without("t5", () => ({}));
  const { status, stderr } = await heed(["import", folder, "--to", join(root, "none")]);
  expect([status, stderr.includes("has no tokenizer.json")], stderr).toEqual([66, true]);
});
