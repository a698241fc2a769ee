/** One panel for each layer. */
import { describe, expect, test } from "vitest";
import { smallMultiplesSvg } from "../../src/pictures/small-multiples-svg.ts";
import { trainingReport } from "../../src/pictures/training-report.ts";

const count = (text: string, pattern: RegExp): number => (text.match(pattern) ?? []).length;
const labels = { title: "Layers", xLabel: "step", yLabel: "norm" } as const;
const rising = [
  [1, 1],
  [10, 100],
] as const;

describe("small multiples", () => {
  test("have a panel for each curve, with its name, its last value and all curves behind it", () => {
    const curves = ["encoder.0", "encoder.1", "<b>"].map((name) => ({ name, points: rising }));
    const svg = smallMultiplesSvg({ ...labels, curves });
    expect(count(svg, /<path class="own"/g)).toBe(3);
    expect(count(svg, /<use href="#behind-Layers"/g)).toBe(3);
    expect(count(svg, /<path id="behind-Layers"/g)).toBe(1);
    for (const text of ["encoder.0", "&lt;b&gt;", ">100<", "step →"]) expect(svg).toContain(text);
    expect(svg).not.toContain("<b>");
  });

  test("are as wide as their panels need and never wider than asked", () => {
    const widthOf = (count: number, width: number): number => {
      const curves = Array.from({ length: count }, (_, i) => ({ name: `${i}`, points: rising }));
      return Number(/ width="([\d.]+)" role/.exec(smallMultiplesSvg({ ...labels, curves, width }))?.[1]);
    };
    expect(widthOf(1, 960)).toBe(480);
    expect(widthOf(3, 960)).toBeLessThan(760);
    expect(widthOf(20, 960)).toBeCloseTo(960, 1);
    expect(widthOf(20, 400)).toBeLessThanOrEqual(400);
  });

  test("share their scales: equal values stand equally high", () => {
    const flat = [[1, 100] as const, [10, 100] as const];
    const svg = smallMultiplesSvg({
      ...labels,
      curves: [
        { name: "a", points: rising },
        { name: "b", points: flat },
      ],
    });
    const [own = "", other = ""] = [...svg.matchAll(/class="own" d="(.*?)"/g)].map((match) => match[1]);
    expect(own.split(",").at(-1)).toBe(other.split(",").at(-1));
  });

  test("on a log scale leave out what has no logarithm, and stand having nothing", () => {
    const points = [[1, 0] as const, [2, Number.NaN] as const, [3, 0.1] as const, [4, 10] as const];
    const svg = smallMultiplesSvg({ ...labels, log: true, curves: [{ name: "a", points }] });
    expect(/class="own" d="(.*?)"/.exec(svg)?.[1]?.split("L")).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(smallMultiplesSvg({ ...labels, curves: [] })).toMatch(/^<svg .*<\/svg>$/s);
  });

  test("draw no more than can be seen, and the last point always", () => {
    const points = Array.from({ length: 2345 }, (_, i) => [i, i] as const);
    const svg = smallMultiplesSvg({ ...labels, curves: [{ name: "a", points }] });
    expect(/class="own" d="(.*?)"/.exec(svg)?.[1]?.split("L").length).toBeLessThanOrEqual(100);
    expect(svg).toContain(">2,340<");
  });
});

test("a report shows what happens in each layer when the log has it", () => {
  const record = (step: number): string =>
    JSON.stringify({
      kind: "statistics",
      step,
      gradientNorms: { "encoder.0": step, embed: null },
      activations: { "encoder.0": 1 },
      attentionEntropies: { "encoder.0.attention": 2 },
    });
  const page = trainingReport([record(1), record(2), "{"], { title: "t", facts: [] });
  expect(count(page, /class="multiples"/g)).toBe(3);
  expect(count(page, /<path class="own"/g)).toBe(3);
  expect(page).toContain("Layer statistics");
  expect(trainingReport([], { title: "t", facts: [] })).not.toContain("Layer statistics");
});
