import { expect, test } from "vitest";
import { detectLanguage } from "../../../src/server/text/detect-language.ts";

test.each([
  ["Where is the station?", "en"],
  ["Où est la gare ?", "fr"],
  ["Wo ist der Bahnhof?", "de"],
])("%s is %s", async (text, language) => {
  const found = await detectLanguage(text, ["en", "fr", "de"]);
  expect(found.language).toBe(language);
  expect(found.confidence).toBeGreaterThan(50);
  expect(found.confidence).toBeLessThanOrEqual(100);
});

test("only languages that can be translated from are found, and a text in another one is doubtful", async () => {
  const { language, confidence } = await detectLanguage("Wo ist der Bahnhof, bitte?", ["fr", "en-GB"]);
  expect(["fr", "en-GB"]).toContain(language);
  expect(confidence).toBeLessThan(50);
});

test("a text that says nothing is in the first language, without confidence", async () => {
  expect(await detectLanguage("12 + 3 !", ["fr", "en"])).toEqual({ language: "fr", confidence: 0 });
});
