/** `heed align` on tiny runs of both directions. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { alignmentErrorRate, formatAlignment, parseAlignment } from "../../src/evaluation/alignment.ts";
import { symmetrisations, symmetrise } from "../../src/evaluation/symmetrise.ts";
import { config, errorOf, folder, heed, tsv } from "./heed.ts";

const { path, write } = folder();
const [there, back] = [join(path, "there"), join(path, "back")];
const lines = tsv.trimEnd().split("\n");
const sides = lines.map((line) => line.split("\t") as [string, string]);
const pairs = write("pairs.tsv", tsv);
const turned = write("turned.tsv", sides.map(([source, target]) => `${target}\t${source}\n`).join(""));
/** "the cat eats the bread" - "le chat mange le pain": word by word, the French article before a vowel with its noun. */
const gold = sides.map(([source, target]) => {
  const words = [source, target].map((text) => text.split(" ").length) as [number, number];
  return words[0] === words[1] ? Array.from({ length: words[0] }, (_, i) => `${i}-${i}`).join(" ") : "2-1";
});
const goldFile = write("gold.txt", gold.map((line) => `${line}\n`).join(""));

beforeAll(async () => {
  for (const [run, data] of [
    [there, pairs],
    [back, turned],
  ] as const) {
    const file = write("config.yaml", config(data));
    const trained = await heed(["train", file, "--run", run]);
    expect(trained.status, trained.stderr).toBe(0);
  }
});

describe("heed align", () => {
  test("writes one line of links a pair, and says what was read", async () => {
    const { status, stdout, stderr } = await heed(["align", there, "--pairs", pairs]);
    expect(status).toBe(0);
    const written = stdout.trimEnd().split("\n");
    expect(written).toHaveLength(lines.length);
    for (const [i, line] of written.entries()) {
      const { sure } = parseAlignment(line);
      const targets = sides[i]?.[1].split(" ").length as number;
      // Every target word has its largest weight somewhere.
      expect(new Set(sure.map(({ target }) => target)).size).toBe(targets);
    }
    expect(stderr).toContain(
      "attention read: decoder layer 1, mean of its heads, at the step that writes a word",
    );
  });

  test("takes two files as well, and other layers, heads and rows", async () => {
    const source = write("a.txt", sides.map(([text]) => `${text}\n`).join(""));
    const target = write("b.txt", sides.map(([, text]) => `${text}\n`).join(""));
    const named = ["--layer", "1", "--head", "2", "--row", "input"];
    const one = await heed(["align", there, "--source", source, "--target", target, ...named]);
    const other = await heed(["align", there, "--pairs", pairs, ...named]);
    expect(one.stdout).toBe(other.stdout);
    expect(one.stderr).toContain("decoder layer 1, head 2, at the step that reads a word");
  });

  test("scores against gold links as the library does", async () => {
    const { stdout } = await heed(["align", there, "--pairs", pairs, "--gold", goldFile, "--json"]);
    const objects = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const found = objects.pop();
    expect(objects).toHaveLength(lines.length);
    const predicted = objects.map(({ links }) =>
      (links as [number, number][]).map(([source, target]) => ({ source, target })),
    );
    expect(found).toEqual(
      alignmentErrorRate(
        predicted,
        gold.map((line) => parseAlignment(line)),
      ),
    );
  });

  test.each(symmetrisations)("joins both directions by %s", async (method) => {
    const forward = (await heed(["align", there, "--pairs", pairs])).stdout.trimEnd().split("\n");
    const backward = (await heed(["align", back, "--pairs", turned])).stdout.trimEnd().split("\n");
    const { stdout } = await heed([
      "align",
      there,
      "--reverse",
      back,
      "--pairs",
      pairs,
      "--symmetrise",
      method,
    ]);
    const expected = forward.map((line, i) => {
      const reversed = parseAlignment(backward[i] as string).sure;
      const links = reversed.map(({ source, target }) => ({ source: target, target: source }));
      return formatAlignment(symmetrise(parseAlignment(line).sure, links, method));
    });
    expect(stdout.split("\n").slice(0, -1)).toEqual(expected);
  });

  test("chooses what to read by known links, and is then at least as good as before", async () => {
    const known = ["--valid-source", write("v.a", `${sides.map(([text]) => text).join("\n")}\n`)];
    known.push("--valid-target", write("v.b", `${sides.map(([, text]) => text).join("\n")}\n`));
    known.push("--valid-gold", goldFile);
    const rate = async (...flags: string[]): Promise<number> => {
      const all = ["align", there, "--pairs", pairs, "--gold", goldFile, "--json", ...flags];
      const { stdout, stderr, status } = await heed(all);
      expect(status, stderr).toBe(0);
      return JSON.parse(stdout.trimEnd().split("\n").at(-1) as string).aer;
    };
    expect(await rate("--choose-by", "valid-gold", ...known)).toBeLessThanOrEqual(await rate());
  });

  test("links source words too, and reads what was guided unless told otherwise", async () => {
    const rows = async (...flags: string[]): Promise<number> =>
      (await heed(["align", there, "--pairs", pairs, ...flags])).stdout.trim().split(/[ \n]/).length;
    expect(await rows("--source-threshold", "1")).toBeGreaterThan(await rows());
    const guided = join(path, "guided");
    const links = write("guiding.txt", gold.map((line) => `${line}\n`).join(""));
    const set = [
      "--set",
      `training.guidedAlignment.links=${links}`,
      "--set",
      "training.guidedAlignment.head=2",
    ];
    const trained = await heed(["train", write("config.yaml", config(pairs)), "--run", guided, ...set]);
    expect(trained.status, trained.stderr).toBe(0);
    const { stderr } = await heed(["align", guided, "--pairs", pairs]);
    expect(stderr).toContain("attention read: decoder layer 1, head 2, at the step that writes a word");
    const told = await heed(["align", guided, "--pairs", pairs, "--layer", "1"]);
    expect(told.stderr).toContain("attention read: decoder layer 1, mean of its heads");
  });

  test("chooses by the agreement of both directions", async () => {
    const flags = ["--reverse", back, "--choose-by", "agreement"];
    const { status, stderr } = await heed(["align", there, "--pairs", pairs, ...flags]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/chosen on 36 pairs: both directions agree on \d+\.\d % of links/);
    expect(stderr).toMatch(/of the other direction: decoder layer 1/);
  });

  test("writes weights beside links", async () => {
    const { stdout } = await heed(["align", there, "--pairs", pairs, "--probabilities"]);
    for (const link of stdout.trimEnd().split(/[ \n]/)) expect(link).toMatch(/^\d+-\d+:[01]\.\d{4}$/);
  });

  test("says how many pairs were longer than the model reads, whichever side was", async () => {
    const long = "the cat ".repeat(300);
    const file = write("long.tsv", `${long}\tle chat\nthe cat\tle chat\nthe cat\t${long}\n`);
    const { stdout, stderr } = await heed(["align", there, "--pairs", file]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(3);
    expect(stderr).toContain("heed: 2 lines were cut off after 256 tokens\n");
  });

  test("refuses a model without attention, of either direction", async () => {
    const none = join(path, "none");
    const file = write(
      "gru.yaml",
      config(pairs).replace(/^model: .*$/m, "model: { kind: gru, attention: none, layers: 1, dModel: 16 }"),
    );
    const trained = await heed(["train", file, "--run", none, "--set", "training.epochs=1"]);
    expect(trained.status, trained.stderr).toBe(0);
    for (const runs of [[none], [there, "--reverse", none]]) {
      const refused = await heed(["align", ...runs, "--pairs", pairs]);
      expect(refused.status).toBe(66);
      expect(errorOf(refused)).toBe(
        `${none}: the model does not attend to its source, so there is nothing to read links from; choose a model with attention`,
      );
    }
  });

  test.each([
    [["--pairs", "x", "--source", "y"], 64, "heed align: no sentence pairs, or two sorts of them"],
    [["--pairs", pairs, "--layer", "3"], 64, '--layer: there is no "3"; choose 1 to 1, or mean'],
    [["--pairs", pairs, "--row", "top"], 64, '--row: "top" is neither output nor input'],
    [["--pairs", pairs, "--choose-by", "agreement"], 64, "--choose-by: agreement is between two directions"],
    [
      ["--pairs", pairs, "--choose-by", "agreement", "--source-threshold", "1"],
      64,
      "--source-threshold: --choose-by finds it",
    ],
    [["--pairs", pairs, "--choose-by", "luck"], 64, '--choose-by: "luck" is unknown'],
    [["--pairs", pairs, "--choose-by", "valid-gold"], 64, "there are no pairs with known links"],
    [["--pairs", pairs, "--symmetrise", "both"], 64, '--symmetrise: "both" is unknown'],
    [
      ["--pairs", pairs, "--gold", write("short.txt", "0-0\n")],
      65,
      "ends after line 1, but the test set has more lines",
    ],
  ])("refuses %j", async (flags, status, message) => {
    const refused = await heed(["align", there, ...flags]);
    expect(refused.status).toBe(status);
    expect(errorOf(refused)).toContain(message);
  });
});
