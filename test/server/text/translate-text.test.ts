/** Whole texts through a real tiny model: what is between sentences stays, and nothing goes in circles. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { loopIn } from "../../../src/server/text/repetition.ts";
import { translateText } from "../../../src/server/text/translate-text.ts";
import type { Translating } from "../../../src/server/translating.ts";
import { pairs } from "../../training/tiny.ts";
import { asked, type localTranslating } from "./local-translating.ts";
import { tinyTranslating } from "./tiny-run.ts";

type Local = ReturnType<typeof localTranslating>;
let tiny: Local;
let looping: Local;

beforeAll(async () => {
  tiny = await tinyTranslating(pairs);
  const again = pairs.map(({ source, target }) => ({ source, target: `${target} ${"sun ".repeat(10)}` }));
  looping = await tinyTranslating(again);
});
afterAll(() => {
  tiny.close();
  looping.close();
});

test("line breaks, indents and what has no letters stay as they are", async () => {
  const text = "\n  one cat\r\n\ttwo red house  \n\n* * *\nthree tree\n";
  const { text: translated, sentences } = await translateText(tiny, text, asked);
  expect(translated).toBe("\n  cat one one\r\n\tred house two two  \n\n* * *\ntree three three\n");
  expect(sentences?.map(({ source }) => text.slice(source.from, source.to))).toEqual([
    "one cat",
    "two red house",
    "three tree",
  ]);
  expect(sentences?.map(({ target }) => translated.slice(target.from, target.to))).toEqual([
    "cat one one",
    "red house two two",
    "tree three three",
  ]);
});

test("a blank text stays as it is", async () => {
  expect(await translateText(tiny, " \n ", asked)).toEqual({ text: " \n ", alternatives: [], sentences: [] });
});

test("a text of 5,000 characters is the same as its lines alone", async () => {
  const lines = Array.from({ length: 400 }, (_, i) => pairs[i % pairs.length]?.source ?? "");
  const text = lines.join("\n");
  expect(text.length).toBeGreaterThan(3_500);
  const { text: translated } = await translateText(tiny, text, asked);
  const alone = new Map<string, string>();
  for (const { source } of pairs) alone.set(source, (await translateText(tiny, source, asked)).text);
  expect(translated.split("\n")).toEqual(lines.map((line) => alone.get(line)));
});

test("a sentence longer than the model reads is cut, and all of it is translated", async () => {
  const text = Array.from({ length: 12 }, () => "one cat, two dog,").join(" ");
  const { sentences } = await translateText(tiny, text, asked);
  expect(sentences?.length).toBeGreaterThan(5);
  expect(sentences?.map(({ source }) => text.slice(source.from, source.to)).join(" ")).toBe(text);
});

test("alternatives are whole texts that differ", async () => {
  const { text, alternatives } = await translateText(tiny, "one cat\ntwo dog", { ...asked, alternatives: 2 });
  expect(alternatives).toHaveLength(2);
  expect(new Set([text, ...alternatives]).size).toBe(3);
  for (const other of alternatives) expect(other.split("\n")).toHaveLength(2);
});

test("words are linked by their places in the whole texts", async () => {
  const source = "one cat\ntwo red house";
  const { text, sentences } = await translateText(tiny, source, { ...asked, alignment: true });
  const links = (sentences ?? []).flatMap((sentence) => sentence.links ?? []);
  expect(links.length).toBeGreaterThan(4);
  for (const link of links) {
    expect(source.slice(link.source.from, link.source.to)).toMatch(/^\S+$/);
    expect(text.slice(link.target.from, link.target.to)).toMatch(/^\S+$/);
  }
});

test("a model that goes in circles is asked again, and the answer says so", async () => {
  const [plain] = await looping.translate(["two dog"], asked);
  expect(loopIn(plain?.hypotheses[0]?.tokens ?? [])).toMatchObject({ length: 1 });
  const { text, sentences } = await translateText(looping, "two dog", { ...asked, alternatives: 1 });
  expect(loopIn(text.split(" "))).toBeUndefined();
  expect(text).toContain("dog two two");
  expect(sentences?.[0]?.isRepaired).toBe(true);
  const { sentences: fine } = await translateText(tiny, "two dog", asked);
  expect(fine?.[0]).not.toHaveProperty("isRepaired");
});

test("a loop needs three repetitions and eight tokens", () => {
  expect(loopIn("very very very good".split(" "))).toBeUndefined();
  expect(loopIn("a b c a b c x".split(" "))).toBeUndefined();
  expect(loopIn("x a b c a b c a b c".split(" "))).toEqual({ from: 1, length: 3, times: 3 });
  expect(loopIn("so so so so so so so so".split(" "))).toEqual({ from: 0, length: 1, times: 8 });
});

test("with a calibration each sentence has a confidence, and the text their mean by length", async () => {
  const calibration = { scores: [-100, -0.5], probabilities: [0.1, 0.9] };
  const model: Translating = {
    maxLength: 100,
    translate: async (all) =>
      all.map((source) => {
        const logProbabilities = source === "one cat" ? [-0.2, -0.2] : [-0.2, -3];
        return {
          source,
          sourceTokens: [],
          hypotheses: [{ text: source, score: 0, tokens: ["a"], logProbabilities }],
        };
      }),
  };
  const text = "one cat\nthree tree seven seven seven";
  const { confidence, sentences = [] } = await translateText(model, text, { ...asked, calibration });
  expect(sentences.map((each) => each.confidence)).toEqual([0.9, 0.1]);
  expect(confidence).toBeCloseTo((7 * 0.9 + 28 * 0.1) / 35, 12);
  expect((await translateText(model, " ", { ...asked, calibration })).confidence).toBe(1);
  expect(await translateText(model, text, asked)).not.toHaveProperty("confidence");
});
