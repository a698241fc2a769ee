/** `heed inspect` on a tiny run of every kind. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { config, errorOf, folder, heed, tsv } from "./heed.ts";

const { path, write } = folder();
const training =
  "{ batchTokens: 128, steps: 30, learningRate: 0.01, warmup: 5, schedule: constant, average: 0 }";
const lines = tsv.split("\n").map((line) => line.split("\t")[0]);
const text = write("text.txt", `${lines.join("\n")}\n`);
const labelled = write(
  "labelled.tsv",
  lines
    .filter(Boolean)
    .map((line, i) => `${i % 2 ? "odd" : "even"}\t${line}\n`)
    .join(""),
);
const data = (spec: string): string =>
  `data: { train: { ${spec} }, valid: { ${spec} } }\ntraining: ${training}\n`;
const configs = {
  translator: config(write("pairs.tsv", tsv)),
  recurrent: `${data(`pairs: ${join(path, "pairs.tsv")}`)}tokenizer: { kind: word, vocab: 60 }\nmodel: { kind: lstm, layers: 1, dModel: 16, hidden: 16 }\n`,
  language: `task: generate\n${data(`text: ${text}`)}tokenizer: { kind: word, vocab: 60 }\nmodel: { layers: 1, dModel: 16, heads: 2, feedForward: 16 }\n`,
  classifier: `task: classify\n${data(`labelled: ${labelled}`)}tokenizer: { kind: word, vocab: 60 }\nmodel: { kind: gru, layers: 1, dModel: 16, hidden: 16 }\n`,
} as const;
const runOf = (name: string): string => join(path, name);

beforeAll(async () => {
  for (const [name, content] of Object.entries(configs)) {
    const trained = await heed(["train", write(`${name}.yaml`, content), "--run", runOf(name)]);
    expect(trained.status, trained.stderr).toBe(0);
  }
});

async function inspected(run: string, out: string, ...flags: string[]): Promise<string> {
  const file = join(path, out);
  const { status, stderr } = await heed([
    "inspect",
    runOf(run),
    "--text",
    "the cat eats the bread",
    "--out",
    file,
    ...flags,
  ]);
  expect(status, stderr).toBe(0);
  return readFileSync(file, "utf8");
}

describe("a page", () => {
  test("of a translator has every head of every attention, and says whose translation it is", async () => {
    const page = await inspected("translator", "a.html");
    expect(page).not.toMatch(/<script|\ssrc=|url\(|NaN/);
    expect(page).toContain("<dt>The model&#39;s own translation</dt><dd>le chat mange le pain</dd>");
    for (const title of [
      "Encoder layer 1: self-attention",
      "Decoder layer 1: self-attention",
      "Decoder layer 1: cross-attention",
    ])
      expect(page).toContain(`<h2>${title}</h2>`);
    // Three attentions of two heads, each with its mean.
    expect(page.match(/<svg /g)).toHaveLength(9);
    expect(page).toContain("▁chat ← ▁cat");
  });

  test("has evidence with its agreement with leaving out, for a given translation", async () => {
    const flags = ["--target", "le chat mange", "--evidence", "norms,integratedGradients,leaveOneOut"];
    const page = await inspected("translator", "e.html", ...flags);
    expect(page).toContain("<dt>Given</dt><dd>le chat mange</dd>");
    expect(page).toMatch(/norms ‖a · v‖, ρ = -?[01]\.\d\d/);
    expect(page).toMatch(/integrated gradients, ρ = -?[01]\.\d\d/);
  });

  test("has evidence about the self-attention of a language model, too", async () => {
    const page = await inspected("language", "el.html", "--evidence", "rollout,valueZeroing,leaveOneOut");
    expect(page).toMatch(/rollout, ρ = -?[01]\.\d\d/);
    expect(page).toMatch(/value zeroing, change of the state, ρ = -?[01]\.\d\d/);
    expect(page).not.toContain("NaN");
  });

  test("of recurrent models has the gates of their cells", async () => {
    const page = await inspected("recurrent", "r.html");
    expect(page).toContain("Decoder: cross-attention");
    expect(page).toMatch(/forgetGate ← ▁cat: 0\.\d+/);
    expect(await inspected("classifier", "c.html")).toMatch(/updateGate ← ▁cat: 0\.\d+/);
  });

  test("of a language model has its self-attention and the probability of each next token", async () => {
    const page = await inspected("language", "l.html");
    expect(page).toContain("<h2>Layer 1: self-attention</h2>");
    expect(page).toMatch(/<td>▁eats.*?<\/td><td>\d+\.\d %<\/td>/);
  });
});

describe("numbers", () => {
  test("as JSON have axes with their tokens", async () => {
    const json = JSON.parse(await inspected("translator", "a.json", "--taps", "decoder.0.cross.weights"));
    expect(json).toMatchObject({
      source: "the cat eats the bread",
      target: "le chat mange le pain",
      targetIs: "the model's own",
    });
    const [tap] = json.taps;
    expect(json.taps).toHaveLength(1);
    expect(tap.axes.map(({ name, size }: { name: string; size: number }) => [name, size])).toEqual([
      ["batch", 1],
      ["heads", 2],
      ["queries", 6],
      ["keys", 6],
    ]);
    expect(tap.axes[3].tokens.reads).toEqual(["▁the", "▁cat", "▁eats", "▁the", "▁bread", "</s>"]);
    const first = tap.data.slice(0, 6).reduce((a: number, b: number) => a + b, 0);
    expect(first).toBeCloseTo(1, 5);
    expect(json.said[0]).toMatchObject({ expected: "▁le", likeliest: "▁le" });
  });

  test("as CSV are one a line, those of the JSON", async () => {
    const flags = ["--taps", "encoder.0.states"];
    const json = JSON.parse(await inspected("translator", "b.json", ...flags));
    const [head, ...rows] = (await inspected("translator", "b.csv", ...flags)).trimEnd().split("\n");
    expect(head).toBe("path,axes,index,value");
    expect(rows).toHaveLength(json.taps[0].data.length);
    expect(rows[33]).toBe(`encoder.0.states,batch length dim,0 1 1,${json.taps[0].data[33]}`);
  });
});

test("a picture shows one head", async () => {
  const svg = await inspected("translator", "a.svg", "--head", "2");
  expect(svg).toMatch(/^<svg [^>]*aria-label="decoder\.0\.cross\.weights, head 2"/);
});

test.each([
  [["translator", "--out", "x.html"], 64, "heed inspect: no text"],
  [["translator", "--text", "a", "--out", "x.pdf"], 64, '--out: ".pdf" is not a form of output'],
  [
    ["translator", "--text", "a", "--out", "x.html", "--evidence", "luck"],
    64,
    '--evidence: "luck" is unknown',
  ],
  [
    ["recurrent", "--text", "a", "--target", "a", "--out", "x.html", "--evidence", "rollout"],
    64,
    "decoder.cross: has no layers of attention to follow",
  ],
  [
    ["translator", "--text", "a", "--out", "x.html", "--taps", "**.weights"],
    64,
    "--taps: has no effect on .html",
  ],
  [["translator", "--text", "a", "--out", "x.svg", "--layer", "3"], 64, "--layer: there is no layer 3"],
  [["translator", "--text", "a", "--out", "x.json", "--taps", "decoder.4.cross.weights"], 64, "similar are"],
  [
    ["language", "--text", "a", "--out", "x.html", "--target", "b"],
    64,
    "--target: a language model has none",
  ],
  [["classifier", "--text", "a", "--out", "x.html", "--target", "b"], 64, '--target: "b" is not a label'],
  [["classifier", "--text", "a", "--out", "x.svg"], 64, "this model has no attention to draw"],
])("refuses %j", async ([run = "", ...flags], status, message) => {
  const refused = await heed(["inspect", runOf(run), ...flags]);
  expect(errorOf(refused)).toContain(message);
  expect(refused.status).toBe(status);
});
