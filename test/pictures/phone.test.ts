/** Pages on a phone, and in the dark: nothing stands outside the page, and what the text says of colours is true. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alignmentSvg } from "../../src/pictures/alignment-svg.ts";
import { attentionPage } from "../../src/pictures/attention-page.ts";
import { comparisonReport } from "../../src/pictures/comparison-report.ts";
import { alignmentsSection } from "../../src/pictures/sections/alignments.ts";
import { translationsSection } from "../../src/pictures/sections/translations.ts";
import { trainingReport } from "../../src/pictures/training-report.ts";
import { absentChromium, openChromium } from "../page/chromium.ts";

const columns = [
  "group",
  "n",
  "parameters",
  "steps",
  "ms/step",
  "tokens/s",
  "kept",
  "validation loss",
  "BLEU",
];
const table = {
  columns: columns.map((name, i) => ({ name, isText: i === 0 })),
  rows: [columns.map((name) => (name === "group" ? "heads=4,learningRate=0.003/seed=1" : "10,368.123"))],
};
const source = ["I", "see", "it"];
const target = ["je", "le", "vois"];
const weights = [
  [1, 0, 0],
  [0, 0.2, 0.8],
  [0, 1, 0],
];
const pages = {
  comparison: comparisonReport({
    title: "Runs in /a/very/long/path/of/runs/that/does/not/end/soon/heads=4,learningRate=0.003",
    facts: [["Runs", "1"]],
    note: "",
    scores: [],
    groups: table,
    runs: table,
    others: { columns: [], rows: [] },
    charts: [],
    curvesNote: "",
  }),
  report: trainingReport([], {
    title: "heads=4,learningRate=0.003,dropout=0.1,without=positions, seed=1",
    facts: [["BLEU signature", "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"]],
    sections: [
      translationsSection([{ source: "a".repeat(90), hypothesis: "b".repeat(90), reference: "c" }]),
      alignmentsSection([
        { svg: alignmentSvg({ source, target, weights }), caption: "decoder layer 2, mean of 4 heads" },
      ]),
    ],
  }),
};

/** A translator's page with a wide sentence, and a step picture. */
const words = Array.from({ length: 24 }, (_, i) => `▁word${i}`);
const even = words.map(() => words.map(() => 1 / words.length));
const looked = attentionPage({
  title: "Inside /a/very/long/path/of/runs/that/does/not/end/soon",
  facts: [["Text", words.join(" ")]],
  said: words.map((expected) => ({ expected, probability: 0.2, others: [["▁unbelievably", 0.5] as const] })),
  labelScores: {
    title: "t",
    tokens: words,
    labels: [0.75, -0.75].map((part) => ({ name: "good", probability: 0.5, parts: words.map(() => part) })),
  },
  attentions: [
    {
      title: "Cross-attention",
      note: "",
      rows: words,
      columns: words,
      axes: { across: "reads from", down: "is written" },
      gold: [[0, 0]],
      layers: [{ name: "Decoder layer 1", heads: [even, even], mean: even }],
      layer: 0,
      contributions: { rows: words, columns: words, own: words.map(() => 1), mixed: even, weights: even },
    },
  ],
  // One that scrolls, and one that shrinks.
  steps: [words, words.slice(0, 8)].map((reads) => ({
    title: "Decoder layer 1",
    reads,
    gates: [0, 0.25, 0.5, 0.75, 1].map((open) => ({ name: "forget gate", open: reads.map(() => open) })),
    norms: reads.map(() => 1),
    changes: reads.map(() => 1),
    units: [reads.map((_, i) => Math.sin(i))],
    unitsNote: "1 unit",
  })),
});

/** A function that runs in the page. */
const poorContrast = readFileSync(join(import.meta.dirname, "poor-contrast.js"), "utf8");

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";

describe.skipIf(absentChromium)(`in a browser${skipped}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser?.close());

  test.each(["comparison", "report"] as const)(
    "a %s fits 390 pixels, every cell of its tables too",
    async (name) => {
      const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
      await page.setContent(pages[name]);
      const [width, outside] = await page.evaluate<[number, string[]]>(`[
      document.documentElement.scrollWidth,
      [...document.querySelectorAll("td, dd, h1")]
        .filter((each) => each.getBoundingClientRect().right > 390)
        .map((each) => each.textContent)
    ]`);
      expect(outside).toEqual([]);
      expect(width).toBeLessThanOrEqual(390);
      await page.close();
    },
  );

  test("inside a model: the page fits 390 pixels, wide pictures scroll in boxes that the keyboard reaches", async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    await page.setContent(looked);
    const [width, outside] = await page.evaluate<[number, number]>(`[
      document.documentElement.scrollWidth,
      [...document.querySelectorAll("figure")]
        .filter((each) => each.getBoundingClientRect().right > 390).length
    ]`);
    expect(width).toBeLessThanOrEqual(390);
    expect(outside).toBe(0);
    const scrolling = await page.evaluate<string[]>(`
      [...document.querySelectorAll("*")]
        .filter((each) => each.scrollWidth > each.clientWidth && getComputedStyle(each).overflowX === "auto")
        .map((each) => each.tabIndex + each.getAttribute("role") + (each.getAttribute("aria-label") ? "" : " nameless"))`);
    expect(new Set(scrolling)).toEqual(new Set(["0region"]));
    await page.close();
  });

  test.each(["light", "dark"] as const)(
    "inside a model: all text has a contrast of 4.5 when it is %s",
    async (colorScheme) => {
      const page = await browser.newPage({ colorScheme });
      await page.setContent(looked);
      const poor = await page.evaluate<string[]>(poorContrast);
      expect(poor).toEqual([]);
      await page.close();
    },
  );

  test("inside a model: printed in the dark, it is light and no picture is cut at its side", async () => {
    const page = await browser.newPage({ colorScheme: "dark", viewport: { width: 720, height: 1000 } });
    await page.setContent(looked);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const [background, ink, widest] = await page.evaluate<[string, string, number]>(`[
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.querySelector(".alignment .labels text")).fill,
      Math.max(...[...document.querySelectorAll("main svg")].map((each) => each.getBoundingClientRect().right))
    ]`);
    expect(background).toBe("rgb(255, 255, 255)");
    expect(ink).toBe("rgb(28, 30, 33)");
    expect(widest).toBeLessThanOrEqual(720);
    await page.close();
  });

  test.each(["light", "dark"] as const)(
    "the more attention, the fuller the colour when it is %s",
    async (colorScheme) => {
      const page = await browser.newPage({ colorScheme });
      await page.setContent(pages.report);
      expect(await page.textContent("main")).toContain(
        "The stronger the colour of a square, the more attention",
      );
      const contrast = await page.evaluate<number[]>(`(() => {
      const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
      const paper = numbers(getComputedStyle(document.querySelector(".alignment .paper")).fill);
      return [...document.querySelectorAll(".alignment .cells rect")].map((rect) => {
        const { fill, fillOpacity } = getComputedStyle(rect);
        const distance = Math.hypot(...[0, 1, 2].map((i) => numbers(fill)[i] - paper[i]));
        return distance * Number(fillOpacity);
      });
    })()`);
      const order = weights.flat().map((weight, i) => [weight, contrast[i] as number] as const);
      for (const [a, seen] of order)
        for (const [b, other] of order) if (a > b) expect(seen).toBeGreaterThan(other + 20);
      await page.close();
    },
  );
});

test("no text of a page calls more attention darker: in dark mode it is lighter", () => {
  for (const page of Object.values(pages)) expect(page).not.toMatch(/dark(er)? (a|the) square|the darker/);
});

test("a section says which model and which sentences, as text", () => {
  const { note } = translationsSection([], "by <b>");
  const page = trainingReport([], {
    title: "t",
    facts: [],
    sections: [{ title: "s", note, content: "<i>" }],
  });
  expect(page).toContain('<p class="note">by &lt;b&gt;</p>');
});
