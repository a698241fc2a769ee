/** Given words for given words, by a real tiny model. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { placeOfTerm } from "../../../src/decoding/glossary.ts";
import { translateText } from "../../../src/server/text/translate-text.ts";
import { pairs } from "../../training/tiny.ts";
import { asked, type localTranslating } from "./local-translating.ts";
import { tinyTranslating } from "./tiny-run.ts";

let tiny: ReturnType<typeof localTranslating>;
beforeAll(async () => {
  tiny = await tinyTranslating(pairs);
});
afterAll(() => tiny.close());

const dog = { source: "dog", targets: ["tree", "sun"] };

test("a term that the model would write otherwise is written in one of its forms", async () => {
  const { text } = await translateText(tiny, "one cat\nTwo dog\nthree dog", { ...asked, glossary: [dog] });
  const [cat, ...dogs] = text.split("\n");
  expect(cat).toBe("cat one one");
  for (const line of dogs) expect(line).toMatch(/\b(tree|sun)\b/);
});

test("a term that is written already changes nothing", async () => {
  const glossary = [{ source: "dog", targets: ["hound", "dog"] }];
  expect((await translateText(tiny, "two dog", { ...asked, glossary })).text).toBe("dog two two");
});

test("several terms of a sentence are all written", async () => {
  const glossary = [dog, { source: "two", targets: ["six"] }];
  const { text, sentences } = await translateText(tiny, "two dog", { ...asked, glossary });
  expect(text).toMatch(/\b(tree|sun)\b/);
  expect(text).toMatch(/\bsix\b/);
  expect(sentences?.[0]).not.toHaveProperty("missingTerms");
});

test("a sentence has the same translation alone and in company", async () => {
  const lines = ["two dog", "one dog", "three cat", "six dog"];
  const options = { ...asked, glossary: [dog] };
  const together = (await translateText(tiny, lines.join("\n"), options)).text.split("\n");
  for (const [i, line] of lines.entries())
    expect((await translateText(tiny, line, options)).text).toBe(together[i]);
});

test("terms are whole words, whatever their capitals", () => {
  expect(placeOfTerm("A Dog, a hotdog", "dog")).toEqual({ from: 2, to: 5 });
  expect(placeOfTerm("hotdogs", "dog")).toBeUndefined();
  expect(placeOfTerm("in New  York.", "new york")).toEqual({ from: 3, to: 12 });
  expect(placeOfTerm("C++ is (old)", "(old)")).toEqual({ from: 7, to: 12 });
});
