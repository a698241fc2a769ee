/** `heed heads` on a tiny run of every kind. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { columnsOf } from "../../src/pictures/columns.ts";
import { config, errorOf, folder, heed, tsv } from "./heed.ts";

const { path, write } = folder();
const training =
  "{ batchTokens: 128, steps: 30, learningRate: 0.01, warmup: 5, schedule: constant, average: 0, validateEvery: 1000 }";
const pairs = write("pairs.tsv", tsv);
const sides = tsv
  .trimEnd()
  .split("\n")
  .map((line) => line.split("\t") as [string, string]);
const source = write("a.txt", sides.map(([text]) => `${text}\n`).join(""));
const target = write("b.txt", sides.map(([, text]) => `${text}\n`).join(""));
const labelled = write(
  "labelled.tsv",
  sides.map(([text], i) => `${i % 2 ? "odd" : "even"}\t${text}\n`).join(""),
);
const data = (spec: string): string =>
  `data: { train: { ${spec} }, valid: { ${spec} } }\ntraining: ${training}\n`;
const small = "layers: 1, dModel: 16";
const configs = {
  translator: config(pairs).replace("validateEvery: 40", "validateEvery: 15, keep: 9"),
  recurrent: `${data(`pairs: ${pairs}`)}tokenizer: { kind: word, vocab: 60 }\nmodel: { kind: lstm, ${small}, hidden: 16 }\n`,
  language: `task: generate\n${data(`text: ${source}`)}tokenizer: { kind: word, vocab: 60 }\nmodel: { ${small}, heads: 2, feedForward: 16 }\n`,
  classifier: `task: classify\n${data(`labelled: ${labelled}`)}tokenizer: { kind: word, vocab: 60 }\nmodel: { ${small}, heads: 2, feedForward: 16 }\n`,
  gru: `task: classify\n${data(`labelled: ${labelled}`)}tokenizer: { kind: word, vocab: 60 }\nmodel: { kind: gru, ${small}, hidden: 16 }\n`,
} as const;
type Name = keyof typeof configs;
const runOf = (name: Name): string => join(path, name);

beforeAll(async () => {
  for (const [name, content] of Object.entries(configs)) {
    const trained = await heed(["train", write(`${name}.yaml`, content), "--run", runOf(name as Name)]);
    expect(trained.status, trained.stderr).toBe(0);
  }
});

async function heads(run: Name, ...flags: string[]) {
  const finished = await heed(["heads", runOf(run), ...flags]);
  expect(finished.status, finished.stderr).toBe(0);
  return finished;
}
const json = async (run: Name, ...flags: string[]) =>
  JSON.parse((await heads(run, "--json", ...flags)).stdout);

describe("the table", () => {
  test("has a line for each head, the important ones first, in 80 columns", async () => {
    const { stdout, stderr } = await heads("translator", "--pairs", pairs);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(`6 heads on 36 pairs of ${pairs}:`);
    expect(lines.slice(2).filter((line) => columnsOf(line) > 80)).toEqual([]);
    const rows = lines.filter((line) => /^(en|de)coder 1 (self|cross) [12] /.test(line));
    expect(rows).toHaveLength(6);
    const deltas = rows.map((line) => Number(/ ([+-]\d\.\d{3}) /.exec(line)?.[1]));
    expect(deltas).toEqual(deltas.toSorted((a, b) => b - a));
    expect(stdout).toMatch(
      /In self-attention the largest weight of a row is its own in \d+ % of rows\n\(\d+ % by chance\)/,
    );
    expect(stderr).toContain("heads 100% 252 of 252 forward passes");
  });

  test("of a recurrent translator has its one head", async () => {
    const { stdout } = await heads("recurrent", "--pairs", pairs);
    expect(stdout).toMatch(/^decoder cross 1 {2,}[+-]\d\.\d{3}/m);
  });

  test("tests contrasts of the phrasebook where that is the corpus", async () => {
    const { stdout } = await heads(
      "translator",
      "--corpus",
      "phrasebook",
      "--sentences",
      "5",
      "--contrasts",
      "3",
    );
    expect(stdout).toMatch(/^6 heads on 5 pairs of the phrasebook's test set:\n/);
    expect(stdout).toMatch(/^feature {2,}pairs {2,}right {2,}margin {2,}heads that carry it$/m);
    expect(stdout).toContain("for 6 heads × ");
  });
});

describe("--json", () => {
  test("has every head with its numbers, the same from two files and as the library's", async () => {
    const found = await json("translator", "--pairs", pairs, "--sentences", "10", "--mean");
    expect(Object.keys(found)).toEqual([
      "run",
      "data",
      "examples",
      "tokens",
      "loss",
      "heads",
      "attentions",
      "features",
    ]);
    expect(found.examples).toBe(10);
    expect(found.heads).toHaveLength(6);
    expect(found.heads[3]).toMatchObject({
      place: "decoder.0.attention",
      head: 2,
      name: "decoder 1 self 2",
      silent: false,
    });
    expect(Object.keys(found.heads[3])).toEqual([
      "place",
      "head",
      "name",
      "deltaLoss",
      "deltaLossOfMean",
      "rows",
      "entropy",
      "mass",
      "sinks",
      "diagonal",
      "contribution",
      "nearest",
      "identical",
      "silent",
      "features",
      "roles",
    ]);
    expect(found.heads[3].mass.next).toEqual({ share: null, chance: null });
    const files = await json(
      "translator",
      "--source",
      source,
      "--target",
      target,
      "--sentences",
      "10",
      "--mean",
    );
    expect(files.heads).toEqual(found.heads);
  });

  test("of a language model reads windows of a text, of a classifier labelled texts", async () => {
    const language = await json("language", "--text", source, "--sentences", "1");
    expect(language.data).toMatch(/^1 window of .*a\.txt, of up to \d+ tokens$/);
    expect(language.heads.map(({ name }: { name: string }) => name)).toEqual(["layer 1 1", "layer 1 2"]);
    const classifier = await json("classifier", "--labelled", labelled);
    expect(classifier).toMatchObject({ examples: 36, tokens: 36 });
    expect(classifier.heads.map(({ place }: { place: string }) => place)).toEqual([
      "encoder.0.attention",
      "encoder.0.attention",
    ]);
  });

  test("follows the heads over checkpoints, up to the run's model", async () => {
    const found = await json("translator", "--pairs", pairs, "--over-checkpoints");
    expect(found.checkpoints.length).toBeGreaterThan(2);
    const steps = found.checkpoints.map(({ step }: { step: number }) => step);
    expect(steps).toEqual(steps.toSorted((a: number, b: number) => a - b));
    for (const one of found.checkpoints) expect(one.heads).toHaveLength(6);
    const losses = found.checkpoints.map(({ loss }: { loss: number }) => loss);
    expect(Math.min(...losses)).toBeLessThan(losses[0]);
    // The model is that of one of the checkpoints, or their average.
    expect(found.loss).toBeLessThan(losses[0]);
  });
});

test("a page has a grid of heads, no script, and curves over checkpoints", async () => {
  const out = join(path, "heads.html");
  await heads("translator", "--pairs", pairs, "--over-checkpoints", "--mean", "--out", out);
  const page = readFileSync(out, "utf8");
  expect(page).not.toMatch(/<script|\ssrc=|url\(|NaN/);
  for (const title of [
    "Every head",
    "The loss without each head",
    "Where each head looks",
    "How alike the heads are",
    "Over training",
  ])
    expect(page).toContain(`<h2>${title}</h2>`);
  expect(page.match(/<td class="(more|fewer)"/g)).toHaveLength(6);
});

test.each([
  [
    "translator",
    [],
    64,
    "heed heads: no sentence pairs, or two sorts of them; give --pairs, --source and --target, or --corpus phrasebook",
  ],
  ["translator", ["--pairs", pairs, "--corpus", "phrasebook"], 64, "or two sorts of them"],
  ["translator", ["--source", source], 64, "heed heads: no sentence pairs"],
  ["translator", ["--corpus", "novels"], 64, '--corpus: "novels" is unknown; the only corpus is phrasebook'],
  ["translator", ["--pairs", pairs, "--contrasts", "3"], 64, "--contrasts: the pairs are the phrasebook's"],
  [
    "translator",
    ["--pairs", pairs, "--labelled", labelled],
    64,
    "--labelled: has no effect on a translator; leave it out",
  ],
  [
    "translator",
    ["--pairs", pairs, "--mean"],
    64,
    "--mean: has no place in the table; add --json or --out FILE",
  ],
  [
    "translator",
    ["--pairs", pairs, "--over-checkpoints"],
    64,
    "--over-checkpoints: has no place in the table",
  ],
  ["translator", ["--pairs", write("empty.tsv", "")], 65, "there is nothing to read"],
  ["translator", ["--pairs", pairs, "--out", pairs], 73, "is also read by this command"],
  [
    "recurrent",
    ["--pairs", pairs, "--over-checkpoints", "--json"],
    66,
    "--over-checkpoints: the run keeps one checkpoint",
  ],
  ["language", [], 64, "heed heads: no text for a language model; give --text FILE"],
  ["language", ["--text", source, "--contrasts", "2"], 64, "--contrasts: has no effect on a language model"],
  ["classifier", [], 64, "heed heads: no texts for a classifier"],
  [
    "classifier",
    ["--labelled", write("other.tsv", "prime\tthe cat\n")],
    65,
    'the label "prime" does not occur',
  ],
  ["gru", ["--labelled", labelled], 65, "heads: the model has none; choose a model with attention"],
] as const)("refuses %s %j", async (run, flags, status, message) => {
  const refused = await heed(["heads", runOf(run), ...flags]);
  expect(errorOf(refused)).toContain(message);
  expect(refused.status).toBe(status);
});
