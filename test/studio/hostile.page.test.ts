/** Whatever is typed is a text: in every view it is inert, freezes nothing and breaks no layout. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { absentChromium } from "../page/chromium.ts";
import { isTooWide, openStudio, type Studio } from "./open-studio.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const bundled = join(import.meta.dirname, "../../studio/public/models/phrasebook");

const texts: readonly (readonly [name: string, text: string])[] = [
  ["markup", '<img src=x onerror="document.title=1"> <script>document.title=1</script> {{7*7}} </textarea>'],
  ["text turned around", "We \u202esee the \u2067car\u2069 \u061cgreen\u200f"],
  ["characters without a width", "We\u200bsee\u200d\u2060the\ufeffcar\u00ad"],
  ["combining marks", `We see the ${"e".padEnd(300, "\u0301\u0327\u20e3")} car`],
  ["emoji", "We see 👩‍👩‍👧‍👦 the 🏳️‍🌈 car 👍🏽"],
  ["unknown characters alone", "日本語 ☃ \u{1f600} \ud800"],
  ["10,000 characters", "We do not see the small green car. ".repeat(400).slice(0, 10_000)],
  ["one word of 10,000 characters", "w".repeat(10_000)],
  ["an empty sentence", ""],
  ["spaces", " \n\t "],
];

describe.skipIf(absentChromium)(`hostile texts${skipped}`, () => {
  let studio: Studio;
  let page: Page;
  const problems = (): Promise<string[]> =>
    page.evaluate<string[]>(`[
      document.title === "Heed studio" ? "" : "the title changed",
      document.querySelector("main img, main script, main iframe") ? "markup became elements" : "",
      ...[...document.querySelectorAll("[role=alert]")].map(({ textContent }) => textContent),
    ].filter(Boolean)`);
  /** The page answers within a second, whatever the worker does. */
  const answers = async (): Promise<void> => {
    await page.evaluate("new Promise((next) => requestAnimationFrame(() => setTimeout(next)))");
    expect(await isTooWide(page)).toBe(false);
    expect(await problems()).toEqual([]);
  };

  beforeAll(async () => {
    studio = await openStudio(new Map([["mine", bundled]]));
    page = await studio.visit("#translate");
    await page.waitForSelector(".bipartite .word");
  });
  afterAll(() => studio?.close());

  test.each(texts)("%s, in Translate", { timeout: 60_000 }, async (_, text) => {
    await page.getByLabel("A sentence to translate").fill(text);
    await answers();
    await expect
      .poll(() => page.getAttribute(".translation", "aria-busy"), { timeout: 30_000 })
      .toBe("false");
    await answers();
  });

  test("a text that is deleted while it is translated is no fault", { timeout: 60_000 }, async () => {
    const field = page.getByLabel("A sentence to translate");
    await field.fill("We do not see the small green car. ".repeat(40));
    await page.waitForTimeout(50);
    await field.fill("");
    await page.waitForTimeout(2000);
    await answers();
    expect((await page.innerText(".translation")).trim()).toBe("");
  });

  test("what the vocabulary does not have is named, with what cannot be seen by its number", async () => {
    await page.getByLabel("A sentence to translate").fill("We see the \u202ecar ☃");
    await page.waitForSelector(".unknown");
    await expect.poll(() => page.innerText(".unknown")).toContain("‹202E›car, ☃");
  });

  test("all of it, in every other view", { timeout: 120_000 }, async () => {
    const text = texts
      .slice(0, 6)
      .map(([, one]) => one)
      .join(" ");
    await page.getByLabel("A sentence to translate").fill(text);
    for (const tab of [
      "Step by step",
      "Heads",
      "Recurrent",
      "Language model",
      "Classify",
      "Train",
      "Translate",
    ]) {
      await page.click(`nav button:text-is("${tab}")`);
      await page.waitForSelector("main > :not(.waiting)");
      await answers();
    }
  });

  test("nothing went wrong on the way", () => {
    expect(studio.problems).toEqual([]);
  });
});
