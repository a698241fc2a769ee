/** Tiny runs that learn from word links: "two cat" -> "cat two two", 0-1 0-2 1-0. */
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import type { TranslateConfig } from "../../src/config/schema.ts";
import { fileReader } from "../../src/data/corpus-reader.node.ts";
import { alignmentErrorRate, parseAlignment } from "../../src/evaluation/alignment.ts";
import { openAligner } from "../../src/inspect/alignment/aligner.ts";
import { phrasebook } from "../../src/phrasebook/phrasebook.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { loadLinks } from "../../src/tasks/translate/links.ts";
import { encodeCorpus } from "../../src/tasks/translate/pairs.ts";
import { pairs, sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";
import {
  bytesOf,
  corpus,
  directory,
  expectSameRun,
  failure,
  linesOf,
  run,
  set,
  stoppedAfter,
  write,
} from "../training/tiny-runs.ts";

const lineOf = ({ source }: { readonly source: string }): string =>
  source.split(" ").length === 2 ? "0-1 0-2 1-0" : "1-0 2-1 0-2 0-3";
const lines = pairs.map(lineOf);
const file = write("links.txt", `${lines.join("\n")}\n`);
const guidedBy = (links: string): string => `training.guidedAlignment.links=${links}`;
const configOf = (model: string): TranslateConfig =>
  parseConfig(
    `data: { train: { pairs: ${JSON.stringify(corpus)} }, valid: { pairs: ${JSON.stringify(corpus)} } }
tokenizer: { kind: word, vocab: 40 }
model: { ${model}, maxLength: 16 }
training:
  { batchTokens: 60, epochs: 25, learningRate: 0.01, warmup: 2, schedule: constant, validBleu: 0, logEvery: 1, average: 0,
    guidedAlignment: { links: ${JSON.stringify(file)}, weight: 0.5 } }
`,
    "tiny.yaml",
  ) as TranslateConfig;

describe("a run guided by links", () => {
  test.each([
    ["a Transformer", "layers: 2, dModel: 16, heads: 2, feedForward: 16, dropout: 0, norm: pre"],
    ["a GRU with additive attention", "kind: gru, layers: 1, dModel: 16, hidden: 16, dropout: 0"],
    [
      "an LSTM that feeds its input",
      "kind: lstm, layers: 1, dModel: 16, hidden: 16, dropout: 0, attention: dot, inputFeeding: true",
    ],
  ])("teaches the head of %s where to look", async (name, model) => {
    await run(name, { config: configOf(model) });
    const losses = linesOf(name)
      .filter(({ kind }) => kind === "step")
      .map(({ alignmentLoss }) => alignmentLoss as number);
    expect(losses[0]).toBeGreaterThan(0.6);
    expect(losses.at(-1)).toBeLessThan(0.1);
    const trained = openRunOf(directory(name), "translate");
    const layer = name === "a Transformer" ? 1 : 0;
    const reading = { row: "output", layer, head: 0, share: 1 } as const;
    const aligner = await openAligner({ engine: await sharedEngine(), ...trained, maxLength: 16, reading });
    const aligned = await aligner.align(pairs);
    aligner.close();
    const { aer } = alignmentErrorRate(
      aligned.map(({ links }) => links),
      lines.map((line) => parseAlignment(line)),
    );
    expect(aer).toBeLessThan(0.01);
  });

  test("interrupted and resumed ends like an uninterrupted one, with accumulated batches", async () => {
    const guided = [...set, guidedBy(file)];
    await run("guided whole", { set: guided });
    await stoppedAfter("guided", 4, { set: guided });
    await run("guided", { set: guided, resume: true });
    expectSameRun("guided", "guided whole");
    expect(linesOf("guided").some(({ alignmentLoss }) => typeof alignmentLoss === "number")).toBe(true);
  });

  test("without links is the run it was, and its log does not speak of them", async () => {
    await run("plain", { set });
    expect(bytesOf("plain", "metrics.jsonl")).not.toContain("alignmentLoss");
  });

  test("asks before it goes on with other links", async () => {
    await stoppedAfter("other links", 2, { set: [guidedBy(file)] });
    const other = write("other.txt", `${["0-0", ...lines.slice(1)].join("\n")}\n`);
    const { message } = await failure("other links", { set: [guidedBy(other)], resume: true });
    expect(message).toContain("the run differs: trainCorpus was");
  });

  test.each([
    ["too few lines", lines.slice(1), "few.txt: ends after line 29, but there are 30 training pairs"],
    [
      "too many lines",
      [...lines, "0-0"],
      "many.txt:31: belongs to no pair: there are 30 training pairs and 31 lines",
    ],
    [
      "a source word that is not there",
      lines.with(2, "2-0"),
      "source.txt:3: 2-0 is out of range: the source has 2 words; count words between spaces, from 0",
    ],
    [
      "a target word that is not there",
      lines.with(29, "0-0 0-4"),
      "target.txt:30: 0-4 is out of range: the target has 4 words",
    ],
    ["what is no link", lines.with(0, "0:1"), 'no.txt:1: "0:1" is not a link'],
  ])("refuses %s", async (title, written, message) => {
    const name = message.slice(0, message.indexOf(":"));
    const links = write(name, `${written.join("\n")}\n`);
    const error = await failure(title, { set: [guidedBy(links)] });
    expect(error.code).toBe("ERR_DATA");
    expect(error.message).toContain(message);
  });
});

test("pairs that the filters drop take their links with them", async () => {
  const [first, second] = pairs as [(typeof pairs)[0], (typeof pairs)[0]];
  const given = [first, first, { source: "one", target: "one ".repeat(20) }, second];
  const known = ["0-0", "1-1", "0-0", "1-2"].map((line) => parseAlignment(line).sure);
  const links = { of: (i: number) => known[i] ?? [], where: (i: number) => `line ${i + 1}` };
  const config = tinyConfig("none.tsv");
  const encoded = await encodeCorpus(given, tokenizers, config, "tiny", undefined, links);
  expect(encoded.numbers).toEqual([1, 4]);
  expect(Array.from(encoded.links?.matrix([0, 1], 4, 3) ?? [])).toEqual([
    ...[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
  ]);
});

test("the phrasebook brings its own links, and a file may replace them", async () => {
  const { train } = phrasebook({ size: 50, valid: 1, test: 1 });
  const guided = (links: string) => ({ links, weight: 1, layer: "last", head: 1 }) as const;
  const own = await loadLinks(guided("phrasebook"), train, fileReader);
  expect(own.of(7)).toEqual(train[7]?.links.map(([source, target]) => ({ source, target })));
  await expect(loadLinks(guided(file), train, fileReader)).rejects.toThrow(
    "ends after line 30, but there are 50 training pairs",
  );
});
