/**
 * The pictures of the chapters in docs/lecture/, from the models that come with the studio:
 *
 *   npx tsx examples/lecture/pictures.ts [FOLDER]
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  contributionsOf,
  type Inspector,
  type Intervention,
  type Matrix,
  type NamedTensor,
  openInspector,
  without,
} from "heed/inspect";
import type { TapPattern } from "heed/nn";
import { alignmentSvg, contributionsSvg, curvesSvg, headsSvg, ribbonsSvg, stepsSvg } from "heed/pictures";
import { openRun } from "heed/runs";
import { engine, headOf } from "./numbers.ts";

const models = new URL("../../studio/public/models/", import.meta.url).pathname;
const folder = process.argv[2] ?? new URL("../../docs/lecture/pictures", import.meta.url).pathname;

const PAIR = { source: "We see the green car.", target: "Nous voyons la voiture verte." };
/** Its word links, as pieces: source, target. */
const GOLD = [
  ...[[0, 0] as const, [1, 1] as const, [1, 2] as const, [2, 3] as const, [5, 4] as const, [5, 5] as const],
  ...[[3, 6] as const, [4, 6] as const, [3, 7] as const, [4, 7] as const],
];
const AXES = { across: "reads from", down: "is written" };

/** What a model has at some taps as it translates a pair. */
async function looked(
  name: string,
  paths: readonly string[],
  { pair = PAIR, change }: { pair?: typeof PAIR; change?: (look: Inspector) => Intervention[] } = {},
) {
  const run = openRun(join(models, name));
  const look = await openInspector({ engine, of: run, weights: run.weights });
  const taps = look.paths.filter((path) => paths.some((end) => path.endsWith(end))) as TapPattern[];
  const seen = await look.run(pair, { taps, ...(change ? { intervene: change(look) } : {}) });
  look.close();
  const at = (path: string): NamedTensor => {
    const tap = seen.taps.get(path);
    if (!tap) throw new Error(`${name} has no ${path}`);
    return tap;
  };
  return { at, taps: seen.taps, weights: run.weights, said: seen.said };
}

const tokens = (tap: NamedTensor, axis: number): readonly string[] => {
  const { reads = [], writes } = tap.axes[axis]?.tokens ?? {};
  return axis === 2 ? (writes ?? reads) : reads;
};
const heads = (tap: NamedTensor): Matrix[] =>
  Array.from({ length: tap.axes[1]?.size ?? 0 }, (_, head) => headOf(tap, head));
const meanOf = (all: readonly Matrix[]): Matrix =>
  (all[0] ?? []).map((row, i) =>
    Array.from(row, (_, j) => all.reduce((sum, head) => sum + (head[i]?.[j] ?? 0), 0) / all.length),
  );
const length = (row: readonly number[]): number => Math.hypot(...row);
const mean = (row: readonly number[]): number => row.reduce((a, b) => a + b, 0) / row.length;

/** 1: a recurrent decoder without attention, step by step. */
async function steps(): Promise<string> {
  const { at, said } = await looked("gru-summary", [".hidden", ".updateGate", ".resetGate"]);
  const cell = "decoder.stack.cells.0";
  const states = headOf(at(`${cell}.hidden`));
  const open = (gate: string): number[] => headOf(at(`${cell}.${gate}`)).map(mean);
  return stepsSvg({
    title: "A decoder that knows the source by one summary",
    reads: at(`${cell}.hidden`).axes[1]?.tokens?.reads ?? [],
    gates: [
      { name: "reset gate", open: open("resetGate") },
      { name: "update gate", open: open("updateGate") },
    ],
    norms: states.map(length),
    changes: states.map((state, i) =>
      i === 0 ? undefined : length(state.map((value, unit) => value - (states[i - 1]?.[unit] ?? 0))),
    ),
    units: Array.from({ length: 24 }, (_, unit) => states.map((state) => state[unit] ?? 0)),
    unitsNote: `24 of ${states[0]?.length} units`,
    written: said.expected.map((token, i) => ({
      token,
      probability: Math.exp(said.logProbabilities[i] ?? 0),
    })),
  });
}

/** A matrix of attention: one head, or the mean of all. */
function heatmap(tap: NamedTensor, title: string, head?: number): string {
  const weights = head === undefined ? meanOf(heads(tap)) : headOf(tap, head);
  const down = tap.axes[2]?.tokens?.writes ? AXES.down : "asks";
  return alignmentSvg({
    source: tokens(tap, 3),
    target: tokens(tap, 2),
    weights,
    title,
    axes: { across: down === "asks" ? "is asked" : AXES.across, down },
    legend: title,
  });
}

/** 5: what an attention layer mixes into each vector. */
async function mixed(): Promise<string> {
  const place = "encoder.0.attention";
  const ends = [".weights", ".values", "attentionResidual.sum", "attentionResidual.sublayer"];
  const { at, taps, weights } = await looked("phrasebook", ends);
  const made = contributionsOf(taps, place, weights.get(`${place}.output.weight`));
  if (!made) throw new Error("the taps of the values are missing");
  const tap = at(`${place}.weights`);
  const [rows, columns] = [tokens(tap, 2), tokens(tap, 3)];
  return contributionsSvg({
    rows,
    columns,
    ...made,
    weights: meanOf(heads(tap)),
    title: "What z is made of",
  });
}

/** 9: the length of the residual stream, and of what each sublayer adds to it. */
async function stream(): Promise<string> {
  const { taps } = await looked("phrasebook", [".skipped", ".sublayer"]);
  const [kept, added]: [number, number][][] = [[], []];
  for (const [path, tap] of taps) {
    if (!path.startsWith("decoder.")) continue;
    const lengths = headOf(tap).map(length);
    const list = path.endsWith(".skipped") ? kept : added;
    list?.push([list.length + 1, mean(lengths)]);
  }
  return curvesSvg({
    title: "The residual stream of the decoder, mean over words",
    xLabel: "sublayer: self-attention, cross-attention, feed-forward, …",
    yLabel: "length of a vector",
    curves: [
      { name: "what is kept", points: kept ?? [], dots: true },
      { name: "what is added", points: added ?? [], dots: true },
    ],
  });
}

const SELF = "encoder.0.attention.weights";
const CROSS = "decoder.1.cross.weights";
const transformer = await looked("phrasebook", [".weights"]);
const undivided = await looked("phrasebook", [".weights"], { change: (look) => without(look, "scale") });
const gru = await looked("gru-attention", [".weights"]);
const unordered = await looked("phrasebook", [".weights"], { change: (look) => without(look, "positions") });

const ribbons = (tap: NamedTensor, title: string): string =>
  ribbonsSvg({
    source: tokens(tap, 3),
    target: tokens(tap, 2),
    heads: [headOf(tap)],
    axes: AXES,
    title,
  });
const last = transformer.at(CROSS);
const pictures: Readonly<Record<string, string>> = {
  "01-steps": await steps(),
  "03-ribbons": ribbons(gru.at("decoder.cross.weights"), "A recurrent decoder looks back"),
  "04-questions": heatmap(transformer.at(SELF), "weight: encoder layer 1, head 1", 0),
  "05-mixed": await mixed(),
  "06-divided": heatmap(transformer.at(SELF), "weight, divided by √d"),
  "06-undivided": heatmap(undivided.at(SELF), "weight, not divided"),
  "07-heads": headsSvg({
    rows: tokens(transformer.at(SELF), 2),
    columns: tokens(transformer.at(SELF), 3),
    heads: heads(transformer.at(SELF)),
    mean: meanOf(heads(transformer.at(SELF))),
    title: "Four heads of one layer",
  }),
  "08-ordered": heatmap(transformer.at(SELF), "weight, with positions"),
  "08-unordered": heatmap(unordered.at(SELF), "weight, without positions"),
  "09-stream": await stream(),
  "10-alignment": alignmentSvg({
    source: tokens(last, 3),
    target: tokens(last, 2),
    weights: headOf(last),
    title: "Cross-attention as an alignment",
    axes: AXES,
    legend: "weight: decoder layer 2, head 1",
    gold: GOLD,
  }),
};
mkdirSync(folder, { recursive: true });
for (const [name, svg] of Object.entries(pictures)) writeFileSync(join(folder, `${name}.svg`), `${svg}\n`);
