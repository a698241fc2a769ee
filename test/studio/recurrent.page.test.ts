/** The views of recurrent models, language models and classifiers in a page: their numbers are the library's. */
import { join } from "node:path";
import { nextTokens } from "heed/decoding";
import { labelContributions, openInspector } from "heed/inspect";
import { openRun } from "heed/runs";
import { openEngine } from "heed/runtime";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folder, heed, tsv } from "../cli/heed.ts";
import { absentChromium } from "../page/chromium.ts";
import { isTooWide, openStudio, type Studio } from "./open-studio.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const { path, write } = folder();
const lines = tsv.split("\n").map((line) => line.split("\t")[0] as string);
const training =
  "training: { batchTokens: 128, steps: 30, learningRate: 0.01, warmup: 5, schedule: constant, average: 0 }";
const data = (spec: string): string => `data: { train: { ${spec} }, valid: { ${spec} } }\n${training}\n`;
const words = "tokenizer: { kind: word, vocab: 60 }\n";
const pairs = data(`pairs: ${write("pairs.tsv", tsv)}`);
const text = data(`text: ${write("text.txt", `${lines.join("\n")}\n`)}`);
const labelled = lines
  .filter(Boolean)
  .map((line, i) => `${i % 2 ? "odd" : "even"}\t${line}\n`)
  .join("");
const gru = "kind: gru, layers: 1, dModel: 16, hidden: 16";
const configs = {
  summary: `${pairs}${words}model: { ${gru}, attention: none, bidirectional: false }\n`,
  attention: `${pairs}${words}model: { ${gru}, attention: additive }\n`,
  language: `task: generate\n${text}${words}model: { layers: 1, dModel: 16, heads: 2, feedForward: 16 }\n`,
  classifier: `task: classify\n${data(`labelled: ${write("labelled.tsv", labelled)}`)}${words}model: { layers: 1, dModel: 16, heads: 2, feedForward: 16 }\n`,
} as const;
type Name = keyof typeof configs;
const source = "the cat eats the bread";
const engine = await openEngine("cpu");
let studio: Studio;

beforeAll(async () => {
  if (absentChromium) return;
  for (const [name, content] of Object.entries(configs)) {
    const trained = await heed(["train", write(`${name}.yaml`, content), "--run", join(path, name)]);
    expect(trained.status, trained.stderr).toBe(0);
  }
  studio = await openStudio(new Map(Object.keys(configs).map((name) => [name, join(path, name)])));
});
afterAll(() => studio?.close());

const opened = (name: Name) => {
  const run = openRun(join(path, name));
  return { run, look: () => openInspector({ engine, of: run, weights: run.weights }) };
};
/** A piece without the mark of a word's beginning. */
const plain = (token: string): string => token.replace("▁", "");
const textsOf = (page: Page, selector: string): Promise<string[]> => page.locator(selector).allInnerTexts();

describe.skipIf(absentChromium)(`recurrent, language model and classifier views${skipped}`, () => {
  test("the encoder is read on, and the state's changes are those of the library", async () => {
    const page = await studio.visit(`#recurrent?model=summary&text=${source}&beside=attention`);
    await page.waitForSelector(".side:nth-child(2)");
    const look = await opened("summary").look();
    const { taps } = await look.run(look.encode({ source }), { taps: ["encoder.**.hidden"] });
    const [hidden] = taps.values();
    const units = hidden?.axes[2]?.size ?? 0;
    const state = (i: number): number[] =>
      i < 0
        ? new Array<number>(units).fill(0)
        : [...(hidden?.data.subarray(i * units, (i + 1) * units) ?? [])];
    const changes = Array.from({ length: hidden?.axes[1]?.size ?? 0 }, (_, i) => {
      const before = state(i - 1);
      return Math.hypot(...state(i).map((value, unit) => value - (before[unit] as number))).toFixed(2);
    });
    await expect.poll(() => textsOf(page, ".token-bars li")).toEqual(changes);
    await expect.poll(() => page.innerText(".side:nth-child(1) .moves")).toContain(" 0.0 %");
    await expect.poll(() => page.innerText(".side:nth-child(2) .moves")).not.toContain(" 0.0 %");
    await expect.poll(() => page.locator(".side .matrix").count()).toBe(1);

    await page.click('.player button[aria-label="One word back"]');
    await expect.poll(() => page.innerText(".player output")).toBe("5 of 6 tokens read");
    await page.click('.read-tokens button:text-is("cat")');
    await expect.poll(() => page.innerText(".player output")).toBe("2 of 6 tokens read");
    await page.check(".check input");
    await page.waitForSelector(".track:nth-of-type(3)");
    await expect.poll(() => decodeURIComponent(page.url())).toMatch(/read=2.*gates=true/);
    await expect.poll(() => isTooWide(page)).toBe(false);
    look.close();
    await page.close();
  });

  test("the view alone opens the two models that come with it, one beside the other", async () => {
    const page = await studio.visit("#recurrent", 390);
    await page.waitForSelector(".side:nth-child(2)");
    await page.waitForSelector(".side .matrix");
    await expect.poll(() => isTooWide(page)).toBe(false);
    await page.close();
  });

  test("what comes next is the library's, cut as by the library, and a token that is chosen is written", async () => {
    const page = await studio.visit(`#language?model=language&text=the cat&temperature=0.5&topK=8&topP=0.9`);
    await page.waitForSelector(".next-tokens li");
    const { run, look: open } = opened("language");
    if (run.task !== "generate") throw new Error(run.task);
    const look = await open();
    const { taps } = await look.run({ source: "the cat" }, { taps: ["logits"] });
    const { data: logits, axes } = taps.get("logits") as NonNullable<ReturnType<typeof taps.get>>;
    const last = logits.slice(((axes[1]?.size ?? 1) - 1) * run.tokenizer.size);
    const { ids, probabilities } = nextTokens(last, { temperature: 0.5, topK: 8, topP: 0.9 });
    const shown = await textsOf(page, ".next-tokens li:not(.cut) .number");
    expect(shown).toEqual(probabilities.map((p) => `${(100 * p).toFixed(2)} %`));
    expect((await textsOf(page, ".next-tokens li:not(.cut) .link")).map((name) => name.trim())).toEqual(
      ids.map((id) => plain(run.tokenizer.token(id))),
    );
    await expect
      .poll(() => page.locator(".next-tokens .cut").count())
      .toBe(Math.min(20, run.tokenizer.size) - ids.length);
    await page.click(".next-tokens li:nth-child(1) .link");
    await expect
      .poll(() => textsOf(page, ".written-tokens li"))
      .toEqual(["the", "cat", plain(run.tokenizer.token(ids[0] as number)).replace("</s>", "⏎")]);
    await page.click(".run");
    await expect.poll(() => page.locator(".written-tokens .new").count()).toBeGreaterThan(3);
    await page.click(".run");
    look.close();
    await page.close();
  });

  test("an address with numbers that make no sense is taken as far as it does", async () => {
    const page = await studio.visit("#language?model=language&temperature=-3&topK=-1&topP=7&layer=9");
    await page.waitForSelector(".next-tokens li");
    await expect.poll(() => textsOf(page, ".knobs output")).toEqual(["0.00", "all", "1.00"]);
    await page.close();
  });

  test("the words of a classifier add up to what the library says", async () => {
    const page = await studio.visit(`#classify?model=classifier&text=${source}`);
    await page.waitForSelector(".parts tbody tr");
    const { run, look: open } = opened("classifier");
    if (run.task !== "classify") throw new Error(run.task);
    const look = await open();
    const seen = await look.run({ source }, { taps: ["probabilities", "logits", "output"] });
    const { labels, tokens } = labelContributions(run, seen);
    const [first] = labels;
    if (!first) throw new Error("there is no label");
    const logit = seen.taps.get("logits")?.data[run.labels.indexOf(first.name)] as number;
    expect(first.parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(logit, 4);
    const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
    const order = [...first.parts].sort((a, b) => Math.abs(b) - Math.abs(a));
    await expect.poll(() => textsOf(page, ".parts .number")).toEqual(order.map(signed));
    await expect.poll(() => textsOf(page, ".piece")).toEqual(tokens.map(plain));
    await expect
      .poll(() => textsOf(page, ".labels .number"))
      .toEqual(labels.map(({ probability }) => `${(100 * probability).toFixed(1)} %`));
    look.close();
    await page.close();
  });

  test("nothing went wrong in any page", () => {
    expect(studio.problems).toEqual([]);
  });
});
