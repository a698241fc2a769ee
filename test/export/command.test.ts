/** What `heed export` prints and writes beside the model: a program that works as pasted, and a card. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { errorOf, heed, tsv } from "../cli/heed.ts";

const root = join(import.meta.dirname, "../..");
/** Inside the repository, so that what is installed here is found from it. */
let folder: string;

const training =
  "{ batchTokens: 64, epochs: 2, learningRate: 0.01, warmup: 2, schedule: constant, average: 0 }";
const sizes = "layers: 1, dModel: 16, heads: 2, feedForward: 16";
const configs = {
  translator: (at: string) =>
    `data: { train: { pairs: ${at}/pairs.tsv }, valid: { pairs: ${at}/pairs.tsv } }\ntokenizer: { kind: word, vocab: 60 }\nmodel: { ${sizes} }`,
  writer: (at: string) =>
    `task: generate\ndata: { train: { text: ${at}/text.txt }, valid: { text: ${at}/text.txt }, context: 32 }\ntokenizer: { kind: char, vocab: 300 }\nmodel: { ${sizes} }`,
  classifier: (at: string) =>
    `task: classify\ndata: { train: { labelled: ${at}/labelled.tsv }, valid: { labelled: ${at}/labelled.tsv } }\ntokenizer: { kind: word, vocab: 40 }\nmodel: { ${sizes} }`,
  recurrent: (at: string) =>
    `data: { train: { pairs: ${at}/pairs.tsv }, valid: { pairs: ${at}/pairs.tsv } }\ntokenizer: { kind: word, vocab: 60 }\nmodel: { kind: gru, layers: 1, dModel: 16, hidden: 16 }`,
} as const;
type Name = keyof typeof configs;
const printed = new Map<Name, string>();
/** Relative, as people type it. */
const to = (name: Name): string => relative(process.cwd(), join(folder, `${name}-model`));
const run = (name: Name): string => join(folder, name);

beforeAll(async () => {
  mkdirSync(join(root, ".house"), { recursive: true });
  folder = mkdtempSync(join(root, ".house", "export-"));
  writeFileSync(join(folder, "pairs.tsv"), tsv);
  writeFileSync(join(folder, "text.txt"), "Once upon a time,\nthere was a king.\n\n".repeat(20));
  const labelled = Array.from({ length: 60 }, (_, i) => `${i % 2 ? "up\trise" : "down\tfall"} ${i % 9}\n`);
  writeFileSync(join(folder, "labelled.tsv"), labelled.join(""));
  for (const name of Object.keys(configs) as Name[]) {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, `${configs[name](folder)}\ntraining: ${training}\n`);
    const trained = await heed(["train", file, "--run", run(name)]);
    expect(trained.status, trained.stderr).toBe(0);
    const options = ["--license", "mit", "--language", "en,fr", "--name", "Mine: a `test`"];
    const written = await heed(["export", run(name), "--to", to(name), ...options]);
    expect(written.status, written.stderr).toBe(0);
    printed.set(name, written.stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("what it prints works as it is pasted", () => {
  test.each([
    ["translator", /translation_text: /],
    ["writer", /generated_text: 'Once/],
    ["classifier", /label: '(up|down)', score: /],
  ] as const)("%s", (name, output) => {
    const program = printed.get(name) as string;
    expect(program).toContain(`"./${to(name)}"`);
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: process.cwd(),
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(output);
  });

  test("recurrent", () => {
    const script = `npm() { :; }\n${printed.get("recurrent")}`;
    const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", script], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    expect(stdout.trim()).not.toBe("");
  });
});

describe("the model card", () => {
  const card = (name: Name): { front: Record<string, unknown>; text: string } => {
    const [, front = "", text = ""] =
      /^---\n(.*?)\n---\n(.*)$/s.exec(readFileSync(join(to(name), "README.md"), "utf8")) ?? [];
    return { front: parse(front), text };
  };

  test.each([
    ["translator", "translation", "transformers", ["bleu"]],
    ["writer", "text-generation", "transformers", ["perplexity"]],
    ["classifier", "text-classification", "transformers.js", ["accuracy", "f1"]],
    ["recurrent", "translation", "onnx", ["bleu"]],
  ] as const)("of the %s says what the hub reads", (name, pipeline, library, metrics) => {
    const { front } = card(name);
    expect(front).toMatchObject({
      ...{ license: "mit", language: ["en", "fr"], pipeline_tag: pipeline, library_name: library, metrics },
      "model-index": [{ name: "Mine: a `test`", results: [{ task: { type: pipeline } }] }],
    });
  });

  test("has the data, the scores that the run recorded, the configuration and the command", () => {
    const { text } = card("writer");
    const { valid } = JSON.parse(readFileSync(join(run("writer"), "result.json"), "utf8"));
    expect(text).toContain("# Mine: a `test`");
    expect(text).toContain("Trained on text.txt, validated on text.txt.");
    expect(text).toContain(`| perplexity | ${valid.perplexity.toPrecision(4)} |`);
    expect(text).toContain("task: generate");
    expect(text).toContain(
      `heed export ${run("writer")} --to ${to("writer")} --format huggingface --name 'Mine: a \`test\`' --license mit --language en,fr`,
    );
    expect(text).toContain("AutoModelForCausalLM.from_pretrained");
  });

  test("says what Python cannot open, and how it runs it", () => {
    expect(card("classifier").text).toContain("No class of Python's transformers averages the states");
    expect(card("recurrent").text).toContain("| `onnx/decoder.onnx` |");
  });
});

describe("heed export refuses what no family expresses, by the key that decides", () => {
  test.each([
    [
      "norm: post, positions: rotary",
      "`model.norm` is post, and models with rotary positions (StarCoder 2) are pre-norm; train with `model.norm: pre` to export, or use --format onnx",
    ],
    [
      "norm: pre, dKey: 4",
      "`model.dKey` must be dModel / heads = 8, but is 4; train without `model.dKey` to export, or use --format onnx",
    ],
    [
      "norm: pre, dValue: 4",
      "`model.dValue` must be dModel / heads = 8, but is 4; train without `model.dValue` to export, or use --format onnx",
    ],
    [
      "without: [residuals]",
      "`model.without` removes residuals; train with `model.without: []` to export, or use --format onnx",
    ],
  ])("%s", async (keys, message) => {
    const file = join(folder, "refused.yaml");
    const config = configs.writer(folder).replace(sizes, `${sizes}, ${keys}`);
    writeFileSync(file, `${config}\ntraining: ${training.replace("epochs: 2", "steps: 1")}\n`);
    const refused = join(folder, `refused ${keys.replace(/\W+/g, "-")}`);
    const trained = await heed(["train", file, "--run", refused]);
    expect(trained.status, trained.stderr).toBe(0);
    const result = await heed(["export", refused, "--to", join(folder, "none")]);
    expect(result.status).toBe(65);
    expect(errorOf(result)).toBe(`${refused}: ${message}`);
  });

  test("an option without effect", async () => {
    const result = await heed([
      "export",
      run("writer"),
      "--to",
      join(folder, "none"),
      "--license-link",
      "https://x",
    ]);
    expect(result.status).toBe(64);
    expect(errorOf(result)).toBe("--license-link: has no effect without --license; give both");
  });
});
