/** The walk through a model: every equation gives the number that the model has. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openInspector } from "heed/inspect";
import { openRun } from "heed/runs";
import { openEngine } from "heed/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AttentionKind, attentionKinds, type Walk, walk } from "../../studio/src/model/steps.ts";
import { histogram, moments } from "../../studio/src/pictures/histogram.ts";
import { chainOf, isReplaced, softmaxOf, sumOf } from "../../studio/src/views/steps/equation.ts";
import { folded, shown, weightiest } from "../../studio/src/views/steps/numbers.ts";
import { at, type Choice } from "../../studio/src/views/steps/sheet.ts";
import { sources } from "../../studio/src/views/steps/station-names.ts";
import { namesIn, stationOf } from "../../studio/src/views/steps/stations.ts";
import { example, open, randomWeights, translator } from "../inspect/tiny-subjects.ts";
import { tinyConfig } from "../training/tiny.ts";

const run = openRun(join(import.meta.dirname, "../../studio/public/models/phrasebook"));
const source = "We do not see the small green car.";
let look: Awaited<ReturnType<typeof openInspector>>;
let ids: readonly number[];

beforeAll(async () => {
  look = await openInspector({ engine: await openEngine("cpu"), of: run, weights: run.weights });
  ids = [...look.encode({ source, target: "Nous ne voyons pas la petite voiture verte." }).target];
});
afterAll(() => look.close());

const walked = (
  attention: AttentionKind,
  layer: number,
  rest: Partial<Parameters<typeof walk>[1]> = {},
): Promise<Walk> => walk({ run, look }, { source, ids, attention, layer, intervene: [], off: [], ...rest });

const choices: readonly Choice[] = [
  { head: 0, query: 0, key: 1, component: 0 },
  { head: 3, query: 4, key: 2, component: 17 },
  { head: 2, query: 7, key: 7, component: 200 },
];
const places = attentionKinds.flatMap((kind) => [0, 1].map((layer) => ({ kind, layer })));

describe("equations", () => {
  test.each(places)(
    "of $kind attention, layer $layer, give the numbers of the model",
    async ({ kind, layer }) => {
      const taken = await walked(kind, layer);
      for (const choice of choices)
        for (const name of namesIn(taken, choice)) {
          const station = stationOf(taken, name, choice);
          if (!station) throw new Error(`${name} has no station`);
          const { equation, output, row, column } = station;
          expect(equation.value, name).toBe(at(output, row, column));
          const error = Math.abs(equation.computed - equation.value);
          expect(error, `${name}: ${equation.formula}`).toBeLessThanOrEqual(2e-6 * (1 + equation.size));
        }
    },
  );

  test("lead from each number to the cells that it was computed from", async () => {
    for (const { kind, layer } of places.filter((_, i) => i % 3 === 0)) {
      const taken = await walked(kind, layer);
      const [choice] = choices as [Choice];
      for (const name of namesIn(taken, choice)) {
        const equation = stationOf(taken, name, choice)?.equation;
        const factors =
          equation?.kind === "chain" ? equation.links : equation?.terms.flatMap((term) => term.factors);
        for (const { to, value, label } of factors ?? []) {
          if (!to || to.station === "tokens" || to.attention) continue;
          const there = stationOf(taken, to.station, { ...choice, ...to });
          if (to.station !== "weighted") expect(there?.equation.value, `${name}: ${label}`).toBe(value);
        }
      }
    }
  });

  test("of the first number of a layer lead to the last of the layer before", async () => {
    const [choice] = choices as [Choice];
    for (const kind of attentionKinds) {
      const later = await walked(kind, 1);
      for (const name of ["stream", "memory"] as const) {
        const equation = stationOf(later, name, choice)?.equation;
        const [link] = equation?.kind === "chain" ? equation.links : [];
        if (!link?.to) continue;
        const { attention = kind, block = 0, station, ...where } = link.to;
        const before = await walked(attention, block);
        expect(stationOf(before, station, { ...choice, ...where })?.equation.value, name).toBe(link.value);
      }
    }
  });

  test.each([
    "model.norm=post",
    "model.positions=rotary",
    "model.positions=learned",
    "model.activation=gelu",
    "model.without=[values]",
    "model.without=[residuals]",
    "model.without=[norm]",
    "model.norm=post model.without=[norm]",
    "model.norm=post model.without=[residuals]",
  ])("hold in a model with %s", async (settings) => {
    const set = settings.split(" ");
    const config = tinyConfig("none.tsv", "model.layers=2", ...set);
    const of = translator(...set);
    const weights = randomWeights(of);
    const tiny = await open(of, weights);
    const opened = { run: { ...of, config, weights } as never, look: tiny };
    const asked = { source: "two red house", ids: [...tiny.encode(example).target], intervene: [], off: [] };
    const choice = { head: 1, query: 1, key: 2, component: 5 };
    for (const { kind, layer } of places.filter(({ kind, layer }) => layer === 1 && kind !== "decoder")) {
      const taken = await walk(opened, { ...asked, attention: kind, layer });
      const names = namesIn(taken, choice);
      expect(names).toContain("weights");
      for (const name of names) {
        const equation = stationOf(taken, name, choice)?.equation;
        if (!equation) throw new Error(name);
        const error = Math.abs(equation.computed - equation.value);
        expect(error, `${kind} ${layer} ${name}`).toBeLessThanOrEqual(2e-6 * (1 + equation.size));
      }
    }
    tiny.close();
  });

  test("say where a number was replaced, and only there", async () => {
    const before = await walked("encoder", 0);
    const intervene = [...(before.switches.get("scale@encoder.0.attention") ?? [])];
    const after = await walked("encoder", 0, { intervene });
    expect(after.delta).not.toBe(0);
    const [choice] = choices as [Choice];
    const replaced = namesIn(after, choice).filter((name) => {
      const station = stationOf(after, name, choice);
      return station && isReplaced(station.equation);
    });
    expect(replaced).toEqual(["scaled"]);
  });
});

test("a sum of products, a chain and a softmax by hand", () => {
  const about = { name: "x", formula: "", value: 0 };
  const two = (a: number, b: number) => [
    { label: "a", value: a },
    { label: "b", value: b },
  ];
  expect(sumOf(about, [two(1, 2), two(3, -4)])).toMatchObject({ computed: -10, size: 14 });
  const chain = chainOf(about, [
    { operator: "=", label: "x", value: 3 },
    { operator: "−", label: "mean", value: 1 },
    { operator: "/", label: "deviation", value: 4 },
    { operator: "·", label: "gain", value: 10 },
    { operator: "+", label: "bias", value: -2 },
  ]);
  expect(chain.computed).toBe(3);
  const scores = [0, Math.log(3), -1e9].map((value) => ({ label: "s", value }));
  expect(softmaxOf(about, scores, 1).computed).toBeCloseTo(0.75, 12);
  const large = scores.map(({ label, value }) => ({ label, value: value + 1000 }));
  expect(softmaxOf(about, large, 1)).toMatchObject({ shift: 1000 + Math.log(3) });
  expect(softmaxOf(about, large, 1).computed).toBeCloseTo(0.75, 9);
});

test("numbers are written with three decimals, a true minus and powers of ten", () => {
  expect([0.12345, -1.5, -0.0001, 0, 1234.5].map((value) => shown(value))).toEqual([
    "0.123",
    "−1.500",
    "0.000",
    "0.000",
    "1234.500",
  ]);
  expect([-1e9, 2.51e7, Number.NaN].map((value) => shown(value))).toEqual(["−10⁹", "2.5 · 10⁷", "NaN"]);
});

test("long rows are folded to the first places, or the largest, and the chosen one", () => {
  expect(folded(3, 8, 1)).toEqual([0, 1, 2]);
  expect(folded(32, 2, 17)).toEqual([0, 1, 17]);
  expect(folded(32, 2, -1)).toEqual([0, 1]);
  expect(weightiest([0.1, -5, 0.2, 3], 2, -1)).toEqual([1, 3]);
  expect(weightiest([0.1, -5, 0.2, 3], 2, 0)).toEqual([0, 1]);
});

test("a histogram counts every number, those beyond its ends as well", () => {
  expect(histogram([-9, -1, -0.1, 0.1, 0.9, 9], -1, 1, 4)).toEqual([2, 1, 1, 2]);
  expect(moments(Float32Array.of(1, 2, 3))).toEqual({ mean: 2, variance: 2 / 3 });
});

test("every station names a function that is in the sources", () => {
  for (const [path, name] of Object.values(sources)) {
    const file = join(import.meta.dirname, "../..", path);
    expect(existsSync(file), path).toBe(true);
    expect(readFileSync(file, "utf8"), path).toMatch(new RegExp(`(function|const) ${name}\\b`));
  }
});
