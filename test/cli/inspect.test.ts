/** `heed inspect` on a tiny run of every kind. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { goldLinks } from "../../src/cli/inspect-gold.ts";
import { labelScores, probabilitiesOf, saidTaps, saidTokens } from "../../src/cli/inspect-said.ts";
import { openInspector } from "../../src/inspect/looking/inspector.ts";
import type { TapPattern } from "../../src/nn/match-taps.ts";
import { type PhrasebookPair, phrasebook } from "../../src/phrasebook/phrasebook.ts";
import type { SaidToken } from "../../src/pictures/sections/said.ts";
import { openRun } from "../../src/runs/open-run.node.ts";
import type { OpenedRun } from "../../src/runs/open-run.ts";
import { sharedEngine, tokenizers } from "../training/tiny.ts";
import { config, errorOf, folder, heed, tsv } from "./heed.ts";
import { absentRasteriser } from "./rasteriser.ts";

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

const titles = (page: string): string[] =>
  [...page.matchAll(/<h[23]>(.*?)<\/h/g)].map(([, title]) => title ?? "");
const kinds = (page: string): string[] =>
  [...page.matchAll(/class="picture ([a-z-]+)"/g)].map(([, kind]) => kind ?? "");
const timesIn = (list: readonly string[], name: string): number =>
  list.filter((each) => each === name).length;

describe("a page", () => {
  test("of a translator has every head of every attention, and says whose translation it is", async () => {
    const page = await inspected("translator", "a.html");
    expect(page).not.toMatch(/<script|\ssrc=|url\(|NaN|undefined/);
    expect(page).toContain("<dt>The model&#39;s own translation</dt><dd>le chat mange le pain</dd>");
    for (const title of [
      "What the model says",
      "Cross-attention",
      "What is mixed in",
      "Self-attention of the decoder",
      "Self-attention of the encoder",
    ])
      expect(titles(page)).toContain(title);
    // Three attentions: their mean, and behind a fold their two heads.
    expect(timesIn(kinds(page), "alignment")).toBe(9);
    for (const kind of ["ribbons", "contributions", "heads"]) expect(timesIn(kinds(page), kind)).toBe(3);
    expect(page).toContain("▁chat ← ▁cat");
    expect(page).not.toContain("known link");
  });

  test("frames the links that are given, from every token of a word", async () => {
    const page = await inspected("translator", "g.html", "--target", "le chat", "--gold", "0-0 1p1");
    const frames = [...page.matchAll(/class="gold"[^>]*>(.*?)<\/g>/g)].map(
      ([, group = ""]) => group.split("<rect").length - 1,
    );
    // Cross-attention and its heads have them, self-attention has none.
    expect(frames.filter((count) => count > 0)).toEqual([2, 2, 2]);
    expect(page).toContain(">known link<");
  });

  test("has evidence with its agreement with leaving out, for a given translation", async () => {
    const flags = ["--target", "le chat mange", "--evidence", "norms,integratedGradients,leaveOneOut"];
    const page = await inspected("translator", "e.html", ...flags);
    expect(page).toContain("<dt>Given translation</dt><dd>le chat mange</dd>");
    expect(page).toMatch(/norms ‖a · v‖, ρ = -?[01]\.\d\d/);
    expect(page).toMatch(/integrated gradients, ρ = -?[01]\.\d\d/);
  });

  test("has evidence about the self-attention of a language model, too", async () => {
    const page = await inspected("language", "el.html", "--evidence", "rollout,valueZeroing,leaveOneOut");
    expect(page).toMatch(/rollout, ρ = -?[01]\.\d\d/);
    expect(page).toMatch(/value zeroing, change of the state, ρ = -?[01]\.\d\d/);
    expect(page).not.toContain("NaN");
  });

  test("of recurrent models goes through their cells step by step", async () => {
    const page = await inspected("recurrent", "r.html");
    expect(titles(page)).toEqual(
      expect.arrayContaining([
        "Cross-attention",
        "Step by step",
        "Decoder layer 1",
        "Encoder layer 1, forward",
        "Encoder layer 1, backward: from right to left",
      ]),
    );
    for (const name of [
      "input gate",
      "forget gate",
      "output gate",
      "attends to",
      "writes →",
      "16 units",
      "8 units",
    ])
      expect(page).toContain(`>${name}<`);
    const classifier = await inspected("classifier", "c.html");
    for (const name of ["reset gate", "update gate"]) expect(classifier).toContain(`>${name}<`);
    expect(classifier).not.toContain("attends to");
    expect(titles(classifier)).toContain("What each token adds to each label");
  });

  test("of a language model has its self-attention and the probability of each next token", async () => {
    const page = await inspected("language", "l.html");
    expect(titles(page)).toContain("Self-attention");
    expect(page).toMatch(/<th scope="row"><bdi>▁eats<\/bdi><\/th><td class="share.*?>\s*\d+(\.\d)? %<\/td>/);
  });
});

describe("probabilities of all tokens", () => {
  test.each(["translator", "recurrent", "language", "classifier"] as const)(
    "of the %s are those of its graph",
    async (name) => {
      const run = openRun(runOf(name));
      const look = await openInspector({ engine: await sharedEngine(), of: run, weights: run.weights });
      const source = "the cat eats the bread";
      const target = { translator: "le chien voit", recurrent: "le chien voit", classifier: "odd" } as Record<
        string,
        string
      >;
      const example = target[name] === undefined ? { source } : { source, target: target[name] };
      const seen = await look.run(example, { taps: saidTaps(look.paths) as TapPattern[] });
      look.close();
      const rows = probabilitiesOf(seen);
      expect(rows).toHaveLength(seen.said.expected.length);
      const said = saidTokens(run, seen);
      for (const [place, row] of rows.entries()) {
        expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
        const expected = Math.exp(seen.said.logProbabilities[place] as number);
        expect(row.reduce((least, p) => Math.min(least, Math.abs(p - expected)), 1)).toBeLessThan(1e-5);
        const { others, expected: token } = said[place] as SaidToken;
        if (seen.said.likeliest[place] !== token) expect(others[0]?.[0]).toBe(seen.said.likeliest[place]);
        expect(others.map(([, p]) => p)).toEqual(others.map(([, p]) => p).toSorted((a, b) => b - a));
        expect(others.map(([other]) => other)).not.toContain(token);
      }
    },
  );

  test("of a classifier come from scores that its tokens add up to", async () => {
    const run = openRun(runOf("classifier"));
    const look = await openInspector({ engine: await sharedEngine(), of: run, weights: run.weights });
    const seen = await look.run({ source: "the cat eats" }, { taps: saidTaps(look.paths) as TapPattern[] });
    look.close();
    const scores = labelScores(run, seen)?.labels ?? [];
    const powers = scores.map(({ parts }) => Math.exp(parts.reduce((a, b) => a + b, 0)));
    const total = powers.reduce((a, b) => a + b, 0);
    expect(scores.map(({ name }) => name).toSorted()).toEqual(["even", "odd"]);
    expect(scores.map(({ probability }) => probability)).toEqual(
      powers.map((power) => expect.closeTo(power / total, 5)),
    );
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

describe("known links", () => {
  const run = {
    task: "translate",
    tokenizers,
    config: { seed: 1, data: { train: { corpus: "phrasebook" } } },
  } as unknown as OpenedRun;
  const encoded = ({ source, target }: { source: string; target: string }) => ({
    source: Int32Array.from(tokenizers.source.encode(source)),
    target: Int32Array.from(tokenizers.target.encode(target)),
  });

  test("of a sentence of the phrasebook are its own", () => {
    const [pair] = phrasebook().test as [PhrasebookPair];
    // A tokenizer of words: every word, known or not, is one token.
    expect(goldLinks(run, pair, encoded(pair), undefined)).toEqual(pair.links);
    const other = { ...pair, target: `${pair.target} !` };
    expect(goldLinks(run, other, encoded(other), undefined)).toEqual([]);
  });

  test("that are given are taken instead", () => {
    const pair = { source: "two red house", target: "red house two" };
    expect(goldLinks(run, pair, encoded(pair), "0-2 1p0")).toEqual([
      [0, 2],
      [1, 0],
    ]);
  });
});

describe("a picture", () => {
  test("shows one head", async () => {
    const svg = await inspected("translator", "a.svg", "--head", "2");
    expect(svg).toMatch(/^<svg [^>]*aria-label="decoder\.0\.cross\.weights, head 2"/);
    expect(svg).toContain(">weight: decoder layer 1, head 2<");
    expect(svg).not.toMatch(/var\(|@media/);
  });

  test.each([
    ["ribbons", "translator", "ribbons"],
    ["bars", "translator", "contributions"],
    ["grid", "translator", "heads"],
    ["steps", "recurrent", "steps"],
    ["steps", "classifier", "steps"],
  ])("by --view %s of a %s", async (view, run, kind) => {
    const svg = await inspected(run, `${view}.svg`, "--view", view);
    expect(kinds(svg)).toEqual([kind]);
    expect(svg).not.toMatch(/var\(|NaN|undefined/);
  });

  test("is of the attention that --attention names", async () => {
    const svg = await inspected("translator", "encoder.svg", "--attention", "encoder");
    expect(svg).toContain('aria-label="encoder.0.attention.weights, mean of 2 heads"');
    expect(svg).toContain("▁cat ← ▁eats");
  });

  const skipped = absentRasteriser ? ` (skipped: ${absentRasteriser})` : "";
  test.skipIf(absentRasteriser)(`as PNG has twice the size of the SVG${skipped}`, async () => {
    const svg = await inspected("translator", "size.svg");
    await inspected("translator", "size.png");
    const png = readFileSync(join(path, "size.png"));
    expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
    const [, width, height] = /width="([\d.]+)" height="([\d.]+)" role/.exec(svg) ?? [];
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(
      [width, height].map((side) => expect.closeTo(2 * Number(side), -0.5)),
    );
  });
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
  [["translator", "--text", "a", "--out", "x.html", "--head", "3"], 64, "--head: there is no head 3"],
  [
    ["translator", "--text", "a", "--out", "x.svg", "--view", "pie"],
    64,
    '--view: "pie" is unknown; choose heatmap',
  ],
  [
    ["translator", "--text", "a", "--out", "x.html", "--view", "bars"],
    64,
    "--view: has no effect on .html; write .svg or .png",
  ],
  [
    ["translator", "--text", "a", "--out", "x.svg", "--view", "grid", "--head", "1"],
    64,
    "--head: has no effect on --view grid",
  ],
  [["translator", "--text", "a", "--out", "x.json", "--layer", "1"], 64, "--layer: has no effect on .json"],
  [
    ["translator", "--text", "a", "--out", "x.svg", "--view", "steps"],
    64,
    "--view: a Transformer has no steps",
  ],
  [
    ["translator", "--text", "a", "--out", "x.svg", "--attention", "self"],
    64,
    "choose cross, decoder, encoder",
  ],
  [
    ["translator", "--text", "a", "--out", "x.svg", "--view", "bars", "--gold", "0-0"],
    64,
    "--gold: has no effect on --view bars",
  ],
  [
    ["translator", "--text", "the cat", "--target", "le", "--out", "x.svg", "--gold", "5-0"],
    65,
    "--gold: there is no link 5-0 between 2 and 1 words",
  ],
  [["translator", "--text", "a", "--out", "x.svg", "--gold", "1:2"], 65, '--gold: "1:2" is not a link'],
  [
    ["language", "--text", "a b", "--out", "x.svg", "--gold", "0-0"],
    64,
    "--gold: only translators have links",
  ],
  [
    ["classifier", "--text", "a", "--out", "x.html", "--layer", "1"],
    64,
    "--layer: has no effect: this model has no attention",
  ],
  [
    ["recurrent", "--text", "a", "--out", "x.svg", "--view", "grid"],
    64,
    "--view: this attention has one head",
  ],
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
