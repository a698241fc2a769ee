/** `heed train --from` an imported model: the loss falls, frozen weights stay, changes of low rank, new labels and pieces. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openRun } from "../../src/runs/open-run.node.ts";
import { heed } from "../cli/heed.ts";
import { folderOf, temporary } from "./imported.ts";

const root = temporary();
afterAll(() => rmSync(root, { recursive: true }));
const at = (name: string): string => join(root, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const pairs = ["the cat eats an apple\tle petit chien dort", "le chien\tthe cat", "a dog's\tle chat"];
const texts = pairs.map((pair) => pair.split("\t")[0]);
const data = {
  translate: { pairs: write("pairs.tsv", pairs.join("\n")) },
  generate: { text: write("text.txt", texts.join("\n")) },
  classify: { labelled: write("labelled.tsv", texts.map((text, i) => `${"xyx"[i]}\t${text}`).join("\n")) },
};
const training = "{ steps: 6, learningRate: 0.01, schedule: constant, warmup: 1, average: 0, batchTokens: 64";

/** Trains from a folder of test/golden/import; the losses of the log, in order. */
async function tuned(name: string, task: keyof typeof data, run: string, more = ""): Promise<number[]> {
  const [source] = Object.entries(data[task]);
  const spec = `{ ${source?.[0]}: ${source?.[1]} }`;
  const config = `task: ${task}\ndata: { train: ${spec}, valid: ${spec} }\ntraining: ${training}, logEvery: 1${more} }\n`;
  const { status, stderr } = await heed([
    "train",
    write(`${run}.yaml`, config),
    "--from",
    folderOf(name),
    "--run",
    at(run),
  ]);
  expect(status, stderr).toBe(0);
  const lines = readFileSync(join(at(run), "metrics.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line)).flatMap(({ loss, valid }) => (valid ? [] : [loss]));
}

const families = {
  ...{ marian: "translate", bart: "translate", mbart: "translate", t5: "translate", gpt2: "generate" },
  ...{ llama: "generate", bert: "classify", "bert-encoder": "classify", roberta: "classify" },
} as const;

describe.each(Object.entries(families) as [string, keyof typeof data][])(
  "training goes on from %s",
  (name, task) => {
    test("the loss falls, and what is frozen stays to the bit", async () => {
      const losses = await tuned(name, task, name, ", freeze: ['**.attention']");
      expect(losses.at(-1)).toBeLessThan(losses[0] as number);
      const [before, after] = [openRun(folderOf(name)).weights, openRun(at(name)).weights];
      const changed = [...after].filter(([path, { data }]) => `${data}` !== `${before.get(path)?.data}`);
      expect(changed.length).toBeGreaterThan(5);
      expect(changed.filter(([path]) => path.includes(".attention."))).toEqual([]);
    });
  },
);

test("changes of low rank are learnt alone, and new labels beside them", async () => {
  const lora = ", lora: { rank: 2, on: ['**.query'], beside: [dense, project, projectBias] }";
  const losses = await tuned("bert", "classify", "low", lora);
  expect(losses.at(-1)).toBeLessThan(losses[0] as number);
  const [before, after] = [openRun(folderOf("bert")).weights, openRun(at("low")).weights];
  const changed = [...after].filter(([path, { data }]) => `${data}` !== `${before.get(path)?.data}`);
  for (const [path] of changed) expect(path).toMatch(/query\.weight$|^dense|^project/);
});

test("one side's vocabulary is learnt anew, and pieces of both keep their vectors", async () => {
  await tuned("marian", "translate", "french", ", newVocabulary: target");
  const { stdout, stderr } = await heed(["translate", at("french")], "the cat\n");
  expect(stdout, stderr).not.toBe("");
});

test("labels that are others need their weights trained beside changes of low rank", async () => {
  const config = `task: classify\ndata: { train: { labelled: ${data.classify.labelled} }, valid: { labelled: ${data.classify.labelled} } }\n`;
  const { status, stderr } = await heed([
    ...["train", write("refused.yaml", config), "--from", folderOf("bert"), "--run", at("refused")],
    ...["--set", "training.lora={ rank: 2 }"],
  ]);
  expect([status, stderr.includes("training.lora.beside project, projectBias")], stderr).toEqual([78, true]);
});

test("a text longer than the model's positions is refused by name", async () => {
  const config = `task: generate\ndata: { train: { text: ${data.generate.text} }, valid: { text: ${data.generate.text} }, context: 65 }\n`;
  const { status, stderr } = await heed([
    "train",
    write("long.yaml", config),
    "--from",
    folderOf("gpt2"),
    "--run",
    at("long"),
  ]);
  expect([status, stderr.includes('"data.context"')], stderr).toEqual([78, true]);
});
