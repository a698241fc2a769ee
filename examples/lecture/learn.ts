/** A small translator trained on the phrasebook, for recipes that change one setting and measure its effect. */
import { openEngine, trainTokenizer } from "heed";
import { parseConfig, translationModel } from "heed/config";
import { phrasebook } from "heed/phrasebook";
import { type HostTensor, readEntries } from "heed/runtime";
import { encodePair, openTranslationTask } from "heed/tasks";

const BASE = `
data: { train: { corpus: phrasebook }, valid: { corpus: phrasebook } }
model: { layers: 2, dModel: 64, heads: 4, feedForward: 128, dropout: 0, norm: pre, maxLength: 128 }
training: { batchTokens: 1024, validBleu: 200, labelSmoothing: 0 }
`;

/** Updates of each model. Fewer make a recipe quicker and its results rougher: `STEPS=100 npx tsx examples/lecture/…`. */
export const STEPS = Number(process.env.STEPS ?? 600);

const corpus = phrasebook({
  size: Number(process.env.PAIRS ?? 12_000),
  test: Number(process.env.TEST ?? 300),
});
export const test = corpus.test;
const text = corpus.train.flatMap(({ source, target }) => [source, target]);
const tokenizer = trainTokenizer(text, { kind: "bpe", vocab: 1500 });
export const tokenizers = { source: tokenizer, target: tokenizer };
const examples = corpus.train.map((pair) => encodePair(pair, tokenizers));
export const engine = await openEngine("cpu");

export interface Learnt {
  /** On unseen sentences: nats per token, and BLEU of greedy translations. */
  readonly loss: number;
  readonly bleu: number;
  readonly parameters: number;
  readonly msPerStep: number;
  /** Gradient norm of each layer at the first update; empty unless `training.statistics` is set. */
  readonly layerGradients: Readonly<Record<string, number>>;
  readonly model: ReturnType<typeof translationModel>;
  readonly weights: ReadonlyMap<string, HostTensor>;
}

/** Trains with some keys of the configuration changed: `learn("model.heads=1")`. */
export async function learn(...changes: string[]): Promise<Learnt> {
  const config = parseConfig(BASE, "lecture", changes);
  if (config.task !== "translate") throw new Error("the recipes need task: translate");
  const task = await openTranslationTask({ engine, config, tokenizers, train: examples, valid: test });
  let n = 0;
  let layerGradients: Readonly<Record<string, number>> = {};
  const start = performance.now();
  for (let epoch = 0; n < STEPS; epoch++) {
    for await (const { feeds } of task.batches(epoch, 0)) {
      n++;
      const rate = 4e-3 * Math.min(n / 60, Math.sqrt(60 / n)); // warm up, then fall
      const isWatched = n === 1 && config.training.statistics > 0;
      const { statistics } = await task.step.run(n, rate, [feeds], { statistics: isWatched });
      layerGradients = statistics?.gradientNorms ?? layerGradients;
      if (n === STEPS) break;
    }
  }
  const msPerStep = (performance.now() - start) / STEPS;
  const validation = await task.validate(undefined);
  const weights = await readEntries(task.step.state, task.step.weights);
  const parameters = task.step.parameterCount;
  task.close();
  return {
    loss: validation?.loss ?? Number.NaN,
    bleu: validation?.scores.bleu ?? 0,
    parameters,
    msPerStep,
    weights,
    layerGradients,
    model: translationModel(config.model, tokenizers),
  };
}

/** Prints a table with aligned columns. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const all = [
    head,
    ...rows.map((row) => row.map((cell) => (typeof cell === "number" ? round(cell) : cell))),
  ];
  const widths = head.map((_, i) => Math.max(...all.map((row) => `${row[i]}`.length)));
  for (const row of all) {
    const cells = row.map((cell, i) =>
      i === 0 ? `${cell}`.padEnd(widths[i] ?? 0) : `${cell}`.padStart(widths[i] ?? 0),
    );
    console.log(cells.join("   "));
  }
}

/** Three significant digits; small numbers in exponential notation. */
const round = (x: number): string => {
  if (Number.isInteger(x)) return x.toLocaleString("en");
  return Math.abs(x) >= 100 ? x.toFixed(0) : Math.abs(x) < 1e-3 ? x.toExponential(1) : x.toPrecision(3);
};
