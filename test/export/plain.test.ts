/** `heed export` of recurrent networks: plain ONNX, run by the programs in the folder, beside Heed's own commands. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorOf, heed, tsv } from "../cli/heed.ts";

const root = join(import.meta.dirname, "../..");
const python = process.env.HEED_PYTHON ?? "python3";
const needs = "import numpy, onnxruntime, tokenizers";
const hasPython = spawnSync(python, ["-c", needs]).status === 0;
const skipped = hasPython ? "" : ` (skipped: ${python} has no numpy, onnxruntime or tokenizers)`;

/** Inside the repository, so that what is installed here is found from it. */
let folder: string;
const sources = tsv.split("\n").flatMap((line) => line.split("\t")[0] || []);
const input = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

beforeAll(() => {
  mkdirSync(join(root, ".house"), { recursive: true });
  folder = mkdtempSync(join(root, ".house", "plain-"));
  writeFileSync(join(folder, "pairs.tsv"), tsv);
  writeFileSync(join(folder, "text.txt"), "Roses are red,\nviolets are blue.\n\n".repeat(20));
  const labelled = Array.from({ length: 60 }, (_, i) => `${i % 2 ? "up\trise" : "down\tfall"} ${i % 9}\n`);
  writeFileSync(join(folder, "labelled.tsv"), labelled.join(""));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = (kind: string, file: string): string =>
  `{ train: { ${kind}: ${join(folder, file)} }, valid: { ${kind}: ${join(folder, file)} } }`;
const training =
  "{ batchTokens: 64, epochs: 8, learningRate: 0.01, warmup: 5, schedule: constant, average: 0 }";

async function exported(
  name: string,
  config: string,
  ...options: string[]
): Promise<[run: string, to: string]> {
  const [run, to] = [join(folder, name), join(folder, `${name}-exported`)];
  writeFileSync(join(folder, `${name}.yaml`), `${config}\ntraining: ${training}\n`);
  const trained = await heed(["train", join(folder, `${name}.yaml`), "--run", run]);
  expect(trained.status, trained.stderr).toBe(0);
  const written = await heed(["export", run, "--to", to, ...options]);
  expect(written.status, written.stderr).toBe(0);
  return [run, to];
}

function ran(
  program: "run.mjs" | "run.py",
  to: string,
  lines: readonly string[],
  ...options: string[]
): string {
  const command = program === "run.py" ? python : process.execPath;
  const { status, stdout, stderr } = spawnSync(command, [join(to, program), ...options], {
    input: input(lines),
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

const programs = ["run.mjs", ...(hasPython ? ["run.py" as const] : [])] as const;

describe.each([
  [
    "lstm-none",
    "{ kind: lstm, attention: none, layers: 1, dModel: 24, hidden: 24 }",
    "{ kind: word, vocab: 60 }",
  ],
  [
    "gru-additive",
    "{ kind: gru, attention: additive, layers: 2, dModel: 24, hidden: 24 }",
    "{ kind: word, vocab: 60, shared: false }",
  ],
  [
    "lstm-general",
    "{ kind: lstm, attention: general, inputFeeding: true, layers: 1, dModel: 24, hidden: 24 }",
    "{ kind: bpe, vocab: 300 }",
  ],
])(`a recurrent translator, %s${skipped}`, (name, model, tokenizer) => {
  let run: string;
  let to: string;
  beforeAll(async () => {
    const config = `data: ${data("pairs", "pairs.tsv")}\ntokenizer: ${tokenizer}\nmodel: ${model}`;
    [run, to] = await exported(
      name,
      config,
      "--quantize",
      "int8,fp16",
      ...(name === "gru-additive" ? ["--attention"] : []),
    );
  });

  test.each(programs)("is run by %s, which writes our greedy text", async (program) => {
    const { stdout } = await heed(["translate", run, "--beam", "1"], input(sources));
    expect(new Set(stdout.split("\n")).size).toBeGreaterThan(6);
    expect(ran(program, to, sources)).toBe(stdout);
  });

  test("has the documented names", async () => {
    const names = async (file: string): Promise<[readonly string[], readonly string[]]> => {
      const session = await ort.InferenceSession.create(readFileSync(join(to, "onnx", file)));
      return [session.inputNames, session.outputNames];
    };
    const [reads, gives] = await names("encoder.onnx");
    expect(reads).toEqual(["input_ids", "attention_mask"]);
    expect(gives.every((each) => /^(memory|state)\./.test(each))).toBe(true);
    const [takes, returns] = await names("decoder.onnx");
    expect(takes.every((each) => /^(input_ids|memory\..*|state\..*)$/.test(each))).toBe(true);
    expect(returns[0]).toBe("logits");
    const states = takes.filter((each) => each.startsWith("state."));
    expect(returns.filter((each) => each.startsWith("next."))).toEqual(states.map((each) => `next.${each}`));
    expect(returns.some((each) => each.startsWith("attentions."))).toBe(name === "gru-additive");
    for (const suffix of ["_quantized", "_fp16"]) await names(`decoder${suffix}.onnx`);
  });
});

describe(`a recurrent language model${skipped}`, () => {
  let run: string;
  let to: string;
  beforeAll(async () => {
    const model = "{ kind: gru, layers: 2, dModel: 24, hidden: 24, dropout: 0 }";
    const config = `task: generate\ndata: ${data("text", "text.txt").replace(/ }$/, ", context: 32 }")}\ntokenizer: { kind: char, vocab: 300 }\nmodel: ${model}`;
    [run, to] = await exported("poem", config);
  });

  test.each(programs)("is run by %s, which goes on as we do", async (program) => {
    const prompts = ["Roses are", "violets", ""];
    const texts: string[] = [];
    for (const prompt of prompts) {
      const options = ["--prompt", prompt, "--temperature", "0", "--tokens", "30"];
      const { stdout } = await heed(["generate", run, ...options]);
      texts.push(prompt === "" ? `\n${stdout}` : stdout);
    }
    expect(ran(program, to, prompts, "--tokens", "30")).toBe(texts.join(""));
  });
});

describe(`a recurrent classifier${skipped}`, () => {
  let run: string;
  let to: string;
  beforeAll(async () => {
    const model = "{ kind: lstm, layers: 1, dModel: 24, hidden: 24, dropout: 0 }";
    const config = `task: classify\ndata: ${data("labelled", "labelled.tsv")}\ntokenizer: { kind: word, vocab: 40 }\nmodel: ${model}`;
    [run, to] = await exported("polarity", config);
  });

  test.each(programs)("is run by %s, which gives our labels", async (program) => {
    const texts = ["rise 1", "", "fall 2", "rise 8 fall 3 rise"];
    const { stdout } = await heed(["classify", run], input(texts));
    expect(ran(program, to, texts)).toBe(stdout.replace(/\t.*$/gm, ""));
  });

  test("is refused as a folder for Hugging Face's libraries, by the key that decides", async () => {
    const result = await heed(["export", run, "--to", join(folder, "none"), "--format", "huggingface"]);
    expect(result.status).toBe(65);
    expect(errorOf(result)).toBe(
      `${run}: \`model.kind\` is lstm, and Hugging Face's libraries have no recurrent networks; use --format onnx`,
    );
  });
});

test.each([
  ["positions: rotary, without: [scale]", "transformer"],
  ["decoder: ssru", "transformer-ssru"],
  ["norm: pre, normKind: scale, fixNorm: true, qkNorm: true, keyValueHeads: 1", "transformer-scale"],
])(`a Transformer as plain graphs, %s${skipped}`, async (keys, name) => {
  const config = `data: ${data("pairs", "pairs.tsv")}\ntokenizer: { kind: word, vocab: 60, shared: false }\nmodel: { layers: 1, dModel: 24, heads: 2, feedForward: 32, ${keys} }`;
  const [run, to] = await exported(name, config, "--format", "onnx");
  const { stdout } = await heed(["translate", run, "--beam", "1"], input(sources));
  for (const program of programs) expect(ran(program, to, sources)).toBe(stdout);
});
