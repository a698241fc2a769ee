/** The pictures of `heed inspect`: what each shows, and that a token is never markup. */
import { describe, expect, test } from "vitest";
import { alignmentSvg } from "../../src/pictures/alignment-svg.ts";
import { attentionPage } from "../../src/pictures/attention-page.ts";
import { contributionsSvg } from "../../src/pictures/contributions-svg.ts";
import { headsSvg } from "../../src/pictures/heads-svg.ts";
import { labelScoresSvg } from "../../src/pictures/label-scores-svg.ts";
import { ribbonsSvg } from "../../src/pictures/ribbons-svg.ts";
import { saidSection } from "../../src/pictures/sections/said.ts";
import { stepsSvg } from "../../src/pictures/steps-svg.ts";
import { standalone } from "../../src/pictures/svg.ts";
import { tokenLabel } from "../../src/pictures/token-label.ts";

const source = ["▁the", "▁cat"];
const target = ["▁le", "▁chat", "</s>"];
const first = [
  [1, 0],
  [0.25, 0.75],
  [0.5, 0.5],
];
const second = [
  [0, 1],
  [0.75, 0.25],
  [0.5, 0.5],
];
const mean = first.map((row) => row.map(() => 0.5));
const axes = { across: "reads from", down: "is written" };

/** `<script>`, quotes, an ampersand, an override of direction, Hebrew, an emoji of several, a lone mark, U+FFFE, nothing. */
const hostile = ["<script>", `"'`, "a&b", "\u202eabc", "שלום", "👩‍👩‍👧", "\u0301", "\ufffe", ""];
const square = hostile.map(() => hostile.map(() => 1 / hostile.length));
const numbers = hostile.map(() => 0.5);
const pictures = {
  heatmap: alignmentSvg({
    source: hostile,
    target: hostile,
    weights: square,
    axes,
    legend: "<w>",
    title: '"',
  }),
  ribbons: ribbonsSvg({ source: hostile, target: hostile, heads: [square, square], axes, title: '"' }),
  heads: headsSvg({ rows: hostile, columns: hostile, heads: [square, square], mean: square, title: '"' }),
  bars: contributionsSvg({
    rows: hostile,
    columns: hostile,
    own: numbers,
    mixed: square,
    weights: square,
    title: '"',
  }),
  steps: stepsSvg({
    title: '"',
    reads: hostile,
    gates: [{ name: "<gate>", open: numbers }],
    norms: numbers,
    changes: numbers,
    units: [numbers],
    unitsNote: "1 unit",
    attention: { source: hostile, weights: square },
    written: hostile.map((token) => ({ token, probability: 0.5 })),
  }),
  labels: labelScoresSvg({
    title: '"',
    tokens: hostile,
    labels: [{ name: "<good>", probability: 0.5, parts: numbers }],
  }),
};

const count = (text: string, pattern: RegExp): number => (text.match(pattern) ?? []).length;

/** Well-formed enough for this: every tag is closed, and no text or attribute has a bare <, > or &. */
function refuseMalformed(svg: string): void {
  const open: string[] = [];
  const rest = svg.replace(
    /<(\/?)([a-z]+)((?:\s[a-z:-]+="[^"<>]*")*)\s*(\/?)>/gi,
    (_, end, name, __, self) => {
      if (end) expect(open.pop()).toBe(name);
      else if (!self) open.push(name);
      return "";
    },
  );
  expect(open).toEqual([]);
  expect(rest.replace(/&(amp|lt|gt|quot|#39);/g, "")).not.toMatch(/[<>&]/);
}

describe.each(Object.entries(pictures))("%s", (kind, svg) => {
  test("takes tokens for text, whatever is in them", () => {
    refuseMalformed(svg);
    expect(svg).not.toMatch(/<script|<gate>|<good>|NaN|undefined/);
    expect(svg).not.toMatch(/(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069\ufffe]/u);
    expect(svg).toContain("‹U+202E›");
    if (kind !== "heads") expect(svg).toContain("◌\u0301");
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="&quot;"/);
    expect(svg).toContain("<desc>");
  });

  test("stands alone: light, on a background, without variables, media queries or anything to load", () => {
    const alone = standalone(svg);
    refuseMalformed(alone);
    expect(alone).not.toMatch(/var\(|@media|--\w|href=|url\(|<script|currentColor/);
    expect(alone).toMatch(/viewBox="-16 -16 [\d.]+ [\d.]+"/);
    expect(alone).toMatch(/<rect x="-16" y="-16" width="[\d.]+" height="[\d.]+" fill="#ffffff"\/>/);
  });
});

describe("a heat map", () => {
  const svg = alignmentSvg({ source, target, weights: first, gold: [[1, 1]], axes, legend: "weight" });

  test("names its axes and shows the scale from 0 to 1", () => {
    for (const name of ["reads from →", "← is written", ">0<", ">1<", ">weight<", ">known link<"])
      expect(svg).toContain(name);
    const legend = svg.slice(svg.indexOf('class="legend"'));
    expect([...legend.matchAll(/fill-opacity="([\d.]+)"/g)].map(([, value]) => Number(value))).toEqual([
      0, 0.2, 0.4, 0.6, 0.8, 1,
    ]);
  });

  test("speaks of known links only where there are some", () => {
    expect(alignmentSvg({ source, target, weights: first, legend: "weight" })).not.toContain("known link");
  });
});

describe("ribbons", () => {
  const numbersOf = (path: string): number[] => (path.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);

  test("are as wide as the weights, and what arrives at a token fills it", () => {
    const svg = ribbonsSvg({ source, target, heads: [first], axes, title: "t" });
    const bands = [...svg.matchAll(/<path d="([^"]+)" fill-opacity="[\d.]+"><title>([^<]+)/g)].map(
      ([, d = "", tip]) => ({ width: Math.abs((numbersOf(d).at(-1) ?? 0) - (numbersOf(d)[1] ?? 0)), tip }),
    );
    // Five of six weights are above 0.
    expect(bands.map(({ tip }) => tip)).toEqual([
      "▁le ← ▁the: 1.000",
      "▁chat ← ▁the: 0.250",
      "▁chat ← ▁cat: 0.750",
      "&lt;/s&gt; ← ▁the: 0.500",
      "&lt;/s&gt; ← ▁cat: 0.500",
    ]);
    expect(bands.map(({ width }) => width / 22)).toEqual(
      [1, 0.25, 0.75, 0.5, 0.5].map((w) => expect.closeTo(w, 3)),
    );
  });

  test("of several heads have a colour each and a key, and together the width of their mean", () => {
    const svg = ribbonsSvg({ source, target, heads: [first, second], axes, title: "t" });
    expect(svg).toContain("var(--head0)");
    expect(svg).toContain("▁chat ← ▁cat: 0.250, head 2");
    expect(svg).toContain(">head 1<");
    expect(svg).toContain("▁the: 1.50 in all");
  });

  test("of more heads than colours are their mean", () => {
    const svg = ribbonsSvg({
      source,
      target,
      heads: Array.from({ length: 9 }, () => first),
      axes,
      title: "t",
    });
    expect(svg).not.toMatch(/fill="var\(--head|head 1/);
    expect(svg).toContain("▁chat ← ▁cat: 0.750<");
  });
});

describe("a grid of heads", () => {
  test("has a numbered thumbnail for each, a larger mean, and one path for all squares of a shade", () => {
    const svg = headsSvg({ rows: target, columns: source, heads: [first, second], mean, title: "t" });
    for (const name of ["mean of 2 heads", "head 1", "head 2"]) expect(svg).toContain(`>${name}<`);
    const sides = [...svg.matchAll(/class="paper"[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(sides).toHaveLength(3);
    // The mean has one shade; heads have 1, 0.25, 0.75 and 0.5.
    const shades = [...svg.matchAll(/class="shades".*?<\/g>/g)].map(([group]) => count(group, /<path/g));
    expect(shades).toEqual([1, 4, 4]);
  });

  test("of 48 heads of 30 tokens is small", () => {
    const tokens = Array.from({ length: 30 }, (_, i) => `▁token${i}`);
    const weights = tokens.map((_, j) => tokens.map((__, i) => (i <= j ? 1 / (j + 1) : 0)));
    const svg = headsSvg({
      rows: tokens,
      columns: tokens,
      heads: Array(48).fill(weights),
      mean: weights,
      title: "t",
    });
    const [, width, height] = /width="([\d.]+)" height="([\d.]+)" role/.exec(svg) ?? [];
    expect(Number(width)).toBeLessThan(620);
    expect(Number(height)).toBeLessThan(1400);
    expect(svg.length).toBeLessThan(1_000_000);
  });
});

describe("bars of what is mixed in", () => {
  const bars = { rows: ["▁chat"], columns: ["▁the", "▁cat"], title: "t" };

  test("say the parts in words, the longest first", () => {
    const svg = contributionsSvg({ ...bars, own: [2], mixed: [[0.5, 1.5]], weights: [[0.2, 0.8]] });
    expect(svg.replace(/<[^>]*>/g, "")).toContain("itself 50 %, ▁cat 38 %, ▁the 13 %");
    const widths = [...svg.matchAll(/<rect x="[^"]*" y="[^"]*" width="([\d.]+)"/g)].map(
      ([, w]) => Number(w) + 1,
    );
    expect(widths).toEqual([200, 150, 50]);
  });

  test("say where the largest weight is another token's, for its value is short", () => {
    const svg = contributionsSvg({ ...bars, own: [2], mixed: [[0.5, 1.5]], weights: [[0.8, 0.2]] });
    expect(svg.replace(/<[^>]*>/g, "")).toContain("(most weight: ▁the)");
    expect(contributionsSvg({ ...bars, mixed: [[0.5, 1.5]], weights: [[0.2, 0.8]] })).not.toMatch(
      /itself|most weight/,
    );
  });
});

describe("steps", () => {
  const svg = stepsSvg({
    title: "Decoder layer 1",
    reads: ["<s>", "▁le"],
    gates: [{ name: "forget gate", open: [0.25, 1] }],
    norms: [1, 2],
    changes: [undefined, 1.5],
    units: [
      [1, -1],
      [0, 0.5],
    ],
    unitsNote: "2 units",
    attention: { source: ["▁the"], weights: [[1], [1]] },
    written: [
      { token: "▁le", probability: 0.9 },
      { token: "</s>", probability: 0.75 },
    ],
  });

  test("show gates and probabilities as numbers, and no change where the state before is unknown", () => {
    const texts = [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text = ""]) =>
      text.replace(/<[^>]*>/g, ""),
    );
    for (const expected of [
      "forget gate",
      "0.25",
      "1.00",
      "2.0",
      "1.5",
      "–",
      "2 units",
      "0.90",
      "0.75",
      "attends to",
    ])
      expect(texts).toContain(expected);
  });

  test("colour units by sign, those at 0 not at all", () => {
    const strip = [...svg.matchAll(/<path d="([^"]+)" fill="var\(--(ink|below)\)" fill-opacity="([\d.]+)"/g)];
    expect(strip.map(([, , sign, opacity]) => `${sign} ${opacity}`).sort()).toEqual([
      "below 1",
      "ink 0.5",
      "ink 1",
    ]);
  });
});

test("a label's score is the sum of what tokens add", () => {
  const svg = labelScoresSvg({
    title: "t",
    tokens: ["▁so", "▁good"],
    labels: [{ name: "good", probability: 0.875, parts: [-0.5, 1.25] }],
  });
  for (const expected of [">good, 87.5 %<", ">-0.50<", ">1.25<", ">= 0.75<"]) expect(svg).toContain(expected);
  expect(svg).toMatch(/fill="var\(--belowWash\)" fill-opacity="0.4"/);
});

describe("what the model says", () => {
  const others = [["▁la", 0.5] as const, ["<i>", 0.0001] as const];
  const { content } = saidSection([{ expected: "<b>", probability: 0.25, others }], "Token");

  test("has a heading for each column and row, and marks what was likelier", () => {
    expect(count(content, /<th scope="col">/g)).toBe(3);
    expect(content).toContain('<th scope="row"><bdi>&lt;b&gt;</bdi></th>');
    expect(content).toContain('<span class="other likelier"><bdi>▁la</bdi> 50 %</span>');
    expect(content).toContain('<span class="other"><bdi>&lt;i&gt;</bdi> &lt; 0.1 %</span>');
  });
});

describe("a page", () => {
  const tokens = (size: number): string[] => Array.from({ length: size }, (_, i) => `▁t${i}`);
  const shown = (layers: number, heads: number, size: number): string => {
    const weights = tokens(size).map(() => tokens(size).map(() => 1 / size));
    return attentionPage({
      title: "t",
      facts: [],
      said: [],
      attentions: [
        {
          title: "Cross-attention",
          note: "",
          rows: tokens(size),
          columns: tokens(size),
          axes,
          layers: Array.from({ length: layers }, (_, i) => ({
            name: `Decoder layer ${i + 1}`,
            heads: Array.from({ length: heads }, () => weights),
            mean: weights,
          })),
          layer: layers - 1,
        },
      ],
    });
  };

  test("has the last layer large, ribbons, a grid a layer, and every head behind a fold", () => {
    const page = shown(2, 2, 3);
    expect(count(page, /class="picture alignment"/g)).toBe(1 + 4);
    expect(count(page, /class="picture ribbons"/g)).toBe(1);
    expect(count(page, /class="picture heads"/g)).toBe(2);
    expect(count(page, /<details>/g)).toBe(1);
    expect(page).not.toMatch(/<script|\ssrc=|url\(/);
  });

  test("of many heads leaves out heads with their tokens, and says how to see one", () => {
    const page = shown(6, 8, 22);
    expect(page).not.toContain("<details>");
    expect(page).toContain("<code>--head</code>");
    expect(page.length).toBeLessThan(1_500_000);
  });

  test("has no section for an attention without layers", () => {
    expect(shown(0, 0, 1)).not.toContain("Cross-attention");
  });
});

test("a label shows white space, stands a mark on a circle, and is cut between letters", () => {
  expect(["", " \n", "\u0301a", "short"].map(tokenLabel)).toEqual(["∅", "␣⏎", "◌\u0301a", "short"]);
  expect(tokenLabel("👩‍👩‍👧".repeat(30))).toMatch(/^(👩‍👩‍👧)+…$/u);
  expect(tokenLabel("abcdefghijklmnopqrstuvwxyz")).toBe("abcdefghijklmnopq…");
});
