import { describe, expect, test } from "vitest";
import { classificationScores } from "../../src/evaluation/classification.ts";
import { alignmentSvg } from "../../src/pictures/alignment-svg.ts";
import { columnsOf } from "../../src/pictures/columns.ts";
import { curvesSvg } from "../../src/pictures/curves-svg.ts";
import { judgedSection } from "../../src/pictures/sections/judged-texts.ts";
import { nextTokensSection } from "../../src/pictures/sections/next-tokens.ts";
import { translationsSection } from "../../src/pictures/sections/translations.ts";
import { matrixInTerminal } from "../../src/pictures/terminal-matrix.ts";
import { trainingReport } from "../../src/pictures/training-report.ts";

const source = ["the", "small", "cat"];
const target = ["le", "petit", "chat"];
const weights = [
  [0.9, 0.05, 0.05],
  [0.1, 0.8, 0.1],
  [0, 0.25, 0.75],
];
const gold = [
  [0, 0],
  [1, 1],
  [2, 2],
] as const;

const count = (text: string, pattern: RegExp): number => (text.match(pattern) ?? []).length;

describe("attention as a picture", () => {
  const svg = alignmentSvg({ source, target, weights, gold, title: "a cat" });

  test("has a square for each pair of words, as opaque as the weight, that tells its number", () => {
    expect(count(svg, /fill-opacity=/g)).toBe(9);
    expect(svg).toContain('fill-opacity="0.900"><title>le ← the: 0.900</title>');
    expect(svg).toContain('fill-opacity="0.250"><title>chat ← small: 0.250</title>');
  });

  test("frames the gold links and nothing else", () => {
    expect(count(svg, /rx="3"/g)).toBe(3);
    expect(count(alignmentSvg({ source, target, weights }), /rx="3"/g)).toBe(0);
  });

  test("says what it is to those who cannot see it", () => {
    expect(svg).toMatch(/role="img" aria-label="a cat"/);
  });

  test("takes words for text, whatever is in them", () => {
    const hostile = alignmentSvg({
      source: ["<script>", "\u001b[31m"],
      target: ["\u202ea&b", '"'],
      weights: [],
      title: "<x>",
    });
    expect(hostile).not.toMatch(/<script|<x>|(?!\n)\p{Cc}|\p{Bidi_Control}|a&b/u);
    expect(hostile).toContain("&lt;script&gt;");
    expect(hostile).toContain("‹U+001B›[31m");
  });

  test("can be empty", () => {
    expect(alignmentSvg({ source: [], target: [], weights: [] })).toMatch(/^<svg .*<\/svg>$/s);
  });
});

describe("a matrix in the terminal", () => {
  test("shades each weight and puts gold links in brackets", () => {
    expect(matrixInTerminal({ source, target, weights, gold, columns: 60 })).toEqual([
      "       the  small  cat",
      "le     [██]",
      "petit   ··   [▓▓]   ··",
      "chat          ··   [▓▓]",
    ]);
  });

  test("never is wider than the terminal", () => {
    const words = Array.from({ length: 30 }, (_, i) => `word${"o".repeat(i)}`);
    for (const columns of [30, 60, 120]) {
      const lines = matrixInTerminal({ source: words, target: words, weights: [], columns });
      expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns + 1);
      expect(lines).toHaveLength(31);
    }
  });

  test("counts two columns for wide letters and none for marks", () => {
    expect(["猫", "🙂", "e\u0301", "chat"].map(columnsOf)).toEqual([2, 2, 1, 4]);
  });

  test("has colours when asked for, and no other control characters", () => {
    const lines = matrixInTerminal({
      source: ["\u001b[2J"],
      target: ["a\u0007"],
      weights: [[1]],
      colour: true,
    });
    const plain = lines
      .join("\n")
      .split("\u001b[0m")
      .join("")
      .replaceAll(/\p{Cc}\[48;5;\d+m/gu, "");
    expect(plain).not.toBe(lines.join("\n"));
    expect(plain).not.toMatch(/(?!\n)\p{Cc}/u);
  });
});

describe("curves", () => {
  const points = Array.from({ length: 2000 }, (_, i) => [i, 5 / (1 + i / 100)] as const);
  const svg = curvesSvg({
    title: "Loss",
    curves: [{ name: "training", points }],
    xLabel: "step",
    yLabel: "nats",
  });

  test("are drawn with no more points than can be seen", () => {
    const line = /polyline points="([^"]*)"/.exec(svg)?.[1] ?? "";
    expect(line.split(" ").length).toBeLessThanOrEqual(600);
    expect(line.split(" ").length).toBeGreaterThan(200);
  });

  test("have ticks, labels and names", () => {
    for (const text of ["Loss", "step →", "↑ nats", "1,000", "training"]) expect(svg).toContain(text);
  });

  test("leave out what is no number, and stand a single point or none", () => {
    const odd = [
      [1, Number.NaN],
      [2, Infinity],
      [3, 2],
    ] as const;
    const picture = curvesSvg({
      title: "t",
      curves: [
        { name: "a", points: odd },
        { name: "b", points: [] },
      ],
      xLabel: "x",
      yLabel: "y",
    });
    expect(picture).not.toMatch(/NaN|Infinity/);
    expect(count(picture, /<circle/g)).toBe(1);
  });
});

describe("a report", () => {
  const metrics = [
    '{"kind":"step","step":1,"negativeLogLikelihood":9,"learningRate":0.001,"gradientNorm":3,"new key":1}',
    '{"kind":"step","step":2,"negativeLogLikelihood":8,"learningRate":0.002,"gradientNorm":2}',
    '{"kind":"validation","step":2,"loss":7,"bleu":12}',
    "cut off {",
    "",
  ];
  const facts = [["BLEU", "97.0"]] as const;

  test("is one page that needs nothing else", () => {
    const page = trainingReport(metrics, { title: "A run", facts });
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script|<link|\ssrc=|url\(|@import/);
    expect(count(page, /class="curves"/g)).toBe(3);
    expect(page).toContain("<dt>BLEU</dt><dd>97.0</dd>");
  });

  test("has a chart for each title among the scores of the task", () => {
    const chart = { title: "BLEU on validation sentences", yLabel: "BLEU" };
    const scores = [
      { key: "bleu", name: "BLEU", chart },
      { key: "bleu", name: "BLEU again", chart },
    ];
    const page = trainingReport(metrics, { title: "A run", facts, scores });
    expect(count(page, /class="curves"/g)).toBe(4);
    expect(page).toContain("BLEU again");
  });

  test("shows what was expected where a translation differs", () => {
    const translations = [
      { source: "a", hypothesis: "b", reference: "b" },
      { source: "c", hypothesis: "d", reference: "<e>" },
    ];
    const page = trainingReport(metrics, {
      title: "t",
      facts,
      sections: [translationsSection(translations)],
    });
    expect(count(page, /expected:/g)).toBe(1);
    expect(page).toContain("expected: &lt;e&gt;");
  });

  test("counts a classifier's loss in texts and shows its confusion matrix", () => {
    const scores = classificationScores([
      [3, 1],
      [0, 2],
    ]);
    const mistakes = [{ text: "so <so>", label: "bad", answer: "good", probability: 0.9 }];
    const judged = { labels: ["bad", "<good>"], scores, mistakes };
    const page = trainingReport(metrics, {
      title: "t",
      facts,
      sections: [judgedSection(judged)],
      unit: "text",
    });
    expect(page).toContain("↑ nats per text");
    expect(page).not.toContain("nats per token");
    const rows = [...page.matchAll(/<tr><th scope="row">(.*?)<\/tr>/g)].map(([, row = ""]) =>
      row.split(/(?:<[^>]*>)+/).filter((cell) => cell !== ""),
    );
    expect(rows).toEqual([
      ["bad", "3", "1", "100.0", "75.0", "85.7"],
      ["&lt;good&gt;", "0", "2", "66.7", "100.0", "80.0"],
    ]);
    // A row's shares say how dark its squares are.
    expect([...page.matchAll(/--share: ([\d.]+)/g)].map(([, share]) => Number(share))).toEqual([
      0.75, 0.25, 0, 1,
    ]);
    expect(page).toMatch(/so &lt;so&gt;.*good <span class="expected">90 %<\/span>.*expected: bad/);
  });

  test("shows a language model's predictions, with the actual token where it differs", () => {
    const expected = [["▁sixth", 0.5] as const, ["▁seventh", 0.02] as const];
    const next = [
      { text: "one to five", token: "▁sixth", expected },
      { text: "two to six", token: "⏎", expected },
    ];
    const page = trainingReport(metrics, { title: "t", facts, sections: [nextTokensSection(next)] });
    expect(page).toContain('<b>▁sixth</b> <span class="expected">50 %</span> · <b>▁seventh</b>');
    expect(page).toContain('<span class="expected">2.0 %</span>');
    expect(page.match(/actual: /g)).toHaveLength(1);
    expect(page).toContain("actual: ⏎");
  });

  test("leaves out what there is nothing to say about", () => {
    const page = trainingReport([], { title: "t", facts: [] });
    for (const heading of ["Training curves", "Translations", "Confusion matrix", "Next-token", "Attention"])
      expect(page).not.toContain(heading);
  });
});
