/** Runs beside each other, as pictures, in the terminal and as a page. */
import { describe, expect, test } from "vitest";
import { comparisonReport } from "../../src/pictures/comparison-report.ts";
import { curvesSvg } from "../../src/pictures/curves-svg.ts";
import { intervalsSvg } from "../../src/pictures/intervals-svg.ts";
import { curvesInTerminal } from "../../src/pictures/terminal-curves.ts";

const count = (text: string, pattern: RegExp): number => (text.match(pattern) ?? []).length;

describe("curves in the terminal", () => {
  const falling = { name: "falling", points: [[0, 1] as const, [10, 0] as const] };
  const rising = { name: "rising", points: [[0, 0] as const, [10, 1] as const] };

  test("are drawn in braille between their extremes, named where they end", () => {
    const lines = curvesInTerminal({
      title: "Loss",
      curves: [falling],
      xLabel: "step",
      columns: 40,
      rows: 4,
    });
    expect(lines).toEqual([
      "Loss",
      "       1 ┤⠉⠒⠢⠤⣀⡀",
      "         ┤     ⠈⠑⠒⠤⢄⣀",
      "         ┤           ⠉⠑⠒⠤⢄⡀",
      "       0 ┤                ⠈⠉⠒⠢⠤⣀ falling",
      "          0              step 10",
    ]);
  });

  test("fill no more than the width, and keep every name on a row of its own", () => {
    const curves = [rising, { ...rising, name: "again" }, falling];
    const lines = curvesInTerminal({ title: "t", curves, xLabel: "step", columns: 60, rows: 5 });
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    for (const { name } of curves) expect(lines.filter((line) => line.endsWith(name))).toHaveLength(1);
    expect(lines.findIndex((line) => line.endsWith("rising"))).toBeLessThan(
      lines.findIndex((line) => line.endsWith("falling")),
    );
  });

  test("have colours only where there are some, and stand one point, flat lines and none", () => {
    const picture = { title: "t", curves: [rising], xLabel: "step" };
    expect(curvesInTerminal(picture).join("")).not.toContain("\u001b");
    expect(curvesInTerminal({ ...picture, colour: true }).join("")).toContain("\u001b[38;5;32m");
    expect(curvesInTerminal({ ...picture, curves: [] })).toEqual([]);
    const odd = [
      { name: "point", points: [[5, 2] as const] },
      { name: "flat", points: [[0, 2] as const, [9, 2] as const, [10, Number.NaN] as const] },
    ];
    expect(curvesInTerminal({ ...picture, curves: odd }).join("\n")).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("names at the ends of curves", () => {
  const curves = Array.from({ length: 12 }, (_, i) => ({
    name: `a rather long name of a group ${i}`,
    points: [[0, 1 + i / 1000] as const, [10, i / 1000] as const],
  }));
  const svg = curvesSvg({ title: "t", curves, xLabel: "x", yLabel: "y", width: 960, height: 270 });
  const places = [...svg.matchAll(/<text x="(\d+)" y="([\d.]+)" dy="0.35em">a rather/g)].map((match) => ({
    x: Number(match[1]),
    y: Number(match[2]),
  }));

  test("stay inside the picture and apart", () => {
    const heights = places.map(({ y }) => y).sort((a, b) => a - b);
    expect(heights).toHaveLength(12);
    expect(Math.max(...heights)).toBeLessThanOrEqual(230);
    for (let i = 1; i < heights.length; i++)
      expect((heights[i] as number) - (heights[i - 1] as number)).toBeGreaterThanOrEqual(13.9);
  });

  test("have the room they need", () => {
    for (const { x } of places)
      expect(960 - x).toBeGreaterThan(6 * "a rather long name of a group 11".length);
  });
});

describe("intervals as a picture", () => {
  const rows = [
    { name: "heads=4", mean: 34, half: 2, values: [33, 35], text: "34.0 ± 2.0, n = 2" },
    { name: "<heads>", mean: 30, values: [30], text: "30.0, n = 1" },
  ];
  const svg = intervalsSvg({ title: "BLEU", rows, xLabel: "BLEU" });

  test("have a dot for each mean, a bar for each interval and a ring for each run of several", () => {
    expect(count(svg, /class="mean"/g)).toBe(2);
    expect(count(svg, /class="bar"/g)).toBe(1);
    expect(count(svg, /class="each"/g)).toBe(2);
    expect(svg).toContain("34.0 ± 2.0, n = 2");
    expect(svg).not.toContain("<heads>");
  });

  test("put the mean in the middle of its bar, to scale", () => {
    const [, x1, x2] = (/class="bar" x1="([\d.]+)" x2="([\d.]+)"/.exec(svg) ?? []).map(Number) as number[];
    const [from, to] = [x1 as number, x2 as number];
    const [first, second] = [...svg.matchAll(/class="mean" cx="([\d.]+)"/g)].map((match) => Number(match[1]));
    expect(first).toBeCloseTo((from + to) / 2, 1);
    expect((first as number) - (second as number)).toBeCloseTo(to - from, 1);
  });

  test("can be none, or all alike", () => {
    const alike = [{ name: "a", mean: 1, half: 0, values: [1, 1], text: "1" }];
    for (const each of [[], alike])
      expect(intervalsSvg({ title: "t", rows: each, xLabel: "x" })).not.toMatch(/NaN|Infinity/);
  });
});

describe("a page of runs", () => {
  const empty = { columns: [{ name: "run", isText: true }], rows: [] };
  const report = { title: "Runs in <runs>", facts: [], note: "note", curvesNote: "", scores: [], charts: [] };

  test("needs nothing else and takes names for text", () => {
    const table = { columns: [{ name: "run", isText: true }, { name: "loss" }], rows: [["<b>", "1.234"]] };
    const page = comparisonReport({ ...report, groups: table, runs: table, others: table });
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script|<link|\ssrc=|url\(|@import|<b>|<runs>/);
    expect(page).toContain(
      '<td class="text" data-column="run">&lt;b&gt;</td><td data-column="loss">1.234</td>',
    );
    expect(page).toContain("Not compared");
  });

  test("leaves out what there is nothing of", () => {
    const page = comparisonReport({ ...report, groups: empty, runs: empty, others: empty });
    for (const heading of ["Scores", "Training curves", "All runs", "Not compared"])
      expect(page).not.toContain(heading);
  });
});
