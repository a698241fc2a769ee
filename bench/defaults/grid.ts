/**
 * Claim: where a configuration names its data alone, Heed's defaults come within 1 BLEU of the best of a grid around them.
 *
 *   npx tsx bench/defaults/grid.ts --data tatoeba-eng-fra [--pairs 2000] [--only defaults] [--most 1] [--out DIR]
 *
 * Trains on random samples of DIR/train.tsv of 500, 2,000, 10,000 and 100,000 pairs: once with the defaults, and once with
 * every cell of the grid, which train as the defaults do; the larger two for equal minutes. All validate on 200 other pairs and
 * are scored by BLEU, with the beam of the run, on the first 1,000 of test.tsv. What has been measured stands in
 * DIR/scores.json and is not measured again; --most N ends after N cells. Prints a row for each size: the defaults, the best
 * cell, the difference.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readConfig } from "../../src/config/parse.ts";
import { corpusBleu } from "../../src/evaluation/bleu.ts";
import { randomStream } from "../../src/random.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { trainRun } from "../../src/runs/train-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine } from "../machine.ts";
import { translated } from "../translated.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "tatoeba-eng-fra" },
    pairs: { type: "string", default: "500,2000,10000,100000" },
    only: { type: "string" },
    most: { type: "string", default: "Infinity" },
    out: { type: "string", default: "bench-out/defaults" },
  },
});

type Settings = readonly string[];

/** What the grid varies at a size: the vocabulary, the width and the dropout. */
interface Axes {
  readonly vocab: readonly number[];
  /** Layers, width. */
  readonly sizes: readonly (readonly [number, number])[];
  readonly dropout: readonly number[];
  /** Of training, for the defaults and all cells. Without, all make the passes of the defaults. */
  readonly minutes?: number;
}

const grid: Readonly<Record<number, Axes>> = {
  500: {
    vocab: [400, 800, 1200],
    sizes: [
      [2, 64],
      [2, 128],
    ],
    dropout: [0.1, 0.3],
  },
  2000: {
    vocab: [500, 1500, 3000],
    sizes: [
      [2, 64],
      [2, 128],
    ],
    dropout: [0.1, 0.3],
  },
  10000: {
    vocab: [1000, 4000],
    sizes: [
      [2, 128],
      [3, 256],
    ],
    dropout: [0.1, 0.3],
    minutes: 10,
  },
  100000: {
    vocab: [3000, 8000],
    sizes: [
      [4, 128],
      [3, 256],
    ],
    dropout: [0.1],
    minutes: 10,
  },
};

function cellsOf(pairs: number): Map<string, Settings> {
  const { vocab, sizes, dropout, minutes } = grid[pairs] as Axes;
  const clock = minutes === undefined ? [] : [`training.minutes=${minutes}`];
  const cells = new Map<string, Settings>([
    ["defaults", clock],
    ["defaults, averaged weights", [...clock, "training.ema=0.999", "training.average=0"]],
  ]);
  for (const v of vocab)
    for (const [layers, width] of sizes)
      for (const drop of dropout)
        cells.set(`vocab ${v}, ${layers} x ${width}, dropout ${drop}`, [
          `tokenizer.vocab=${v}`,
          `model={ layers: ${layers}, dModel: ${width}, heads: 4, feedForward: ${4 * width}, dropout: ${drop}, norm: pre }`,
          ...clock,
        ]);
  return cells;
}

interface Score {
  readonly bleu: number;
  readonly valid: number;
  readonly minutes: number;
  readonly settings: string;
}

mkdirSync(values.out, { recursive: true });
const file = join(values.out, "scores.json");
const scores: Record<string, Record<string, Score>> = existsSync(file)
  ? JSON.parse(readFileSync(file, "utf8"))
  : {};
const linesOf = (name: string): string[] =>
  readFileSync(join(values.data, name), "utf8").trimEnd().split("\n");
const engine = await openEngine("cpu");
let left = Number(values.most);

const sizes = values.pairs.split(",").map(Number);
for (const pairs of sizes) {
  for (const [name, settings] of cellsOf(pairs)) {
    if (scores[pairs]?.[name] || (values.only !== undefined && !name.includes(values.only))) continue;
    if (left-- <= 0) process.exit(75);
    const score = await measured(pairs, name, settings);
    scores[pairs] = { ...scores[pairs], [name]: score };
    writeFileSync(file, `${JSON.stringify(scores, null, 2)}\n`);
    console.error(`${pairs} pairs, ${name}: BLEU ${score.bleu.toFixed(2)}, ${score.minutes.toFixed(1)} min`);
  }
}
console.log(`${machine()}\n`);
console.log("| pairs | defaults | BLEU | minutes | best of the grid | BLEU | minutes | difference |");
console.log("|---|---|---|---|---|---|---|---|");
for (const pairs of sizes) {
  const { defaults, ...others } = scores[pairs] ?? {};
  const [best] = Object.entries(others).sort(([, a], [, b]) => b.bleu - a.bleu);
  if (!defaults || !best) continue;
  const [name, { bleu, minutes }] = best;
  const own = [defaults.settings, defaults.bleu.toFixed(1), defaults.minutes.toFixed(1)];
  const difference = (defaults.bleu - bleu).toFixed(1).replace("-", "−");
  console.log(`| ${[pairs, ...own, name, bleu.toFixed(1), minutes.toFixed(1), difference].join(" | ")} |`);
}

async function measured(pairs: number, name: string, set: Settings): Promise<Score> {
  const [train, valid] = [join(values.out, `train.${pairs}.tsv`), join(values.out, "valid.tsv")];
  writeFileSync(train, `${sampled(linesOf("train.tsv"), pairs).join("\n")}\n`);
  writeFileSync(valid, `${sampled(linesOf("valid.tsv"), 200).join("\n")}\n`);
  const directory = join(values.out, `${pairs} ${name}`.replaceAll(/[^\w.]+/g, "-"));
  rmSync(directory, { recursive: true, force: true });
  const text = `data: { train: { pairs: ${train} }, valid: { pairs: ${valid} } }`;
  const asked = readConfig(text, name, [...set, "training.validBleu=200", "training.validateEvery=200"]);
  const said: string[] = [];
  const { seconds, valid: scored } = await trainRun({
    ...asked,
    directory,
    engine,
    onMessage: (line) => said.push(line),
  });
  const test = linesOf("test.tsv").slice(0, 1000);
  const [sources, references] = [0, 1].map((column) => test.map((line) => line.split("\t")[column] ?? ""));
  const run = openRunOf(directory, "translate");
  const texts = await translated(engine, run, sources ?? []);
  const { model, tokenizer } = run.config;
  const settings = `vocab ${tokenizer.vocab}, ${"layers" in model ? model.layers : ""} x ${"dModel" in model ? model.dModel : ""}`;
  rmSync(join(directory, "checkpoints"), { recursive: true, force: true });
  return {
    bleu: corpusBleu(texts, [references ?? []]).score,
    valid: scored.bleu ?? Number.NaN,
    minutes: seconds / 60,
    settings,
  };
}

/** A random sample of lines, the same every time. */
function sampled(lines: readonly string[], count: number): string[] {
  const random = randomStream(1, `sample ${count}`);
  return lines
    .map((line) => [random(), line] as const)
    .sort(([a], [b]) => a - b)
    .slice(0, count)
    .map(([, line]) => line);
}
