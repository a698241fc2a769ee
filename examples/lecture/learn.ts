/** A small translator trained on the phrasebook, for recipes that change one setting and measure its effect. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostTensor } from "heed";
import { parseConfig, type TranslateConfig, translationModel } from "heed/config";
import { decodeSafetensors, encodeSafetensors } from "heed/formats";
import { type Inspector, openInspector } from "heed/inspect";
import { phrasebook } from "heed/phrasebook";
import { readEntries } from "heed/runtime";
import { encodePair, type Learner, openTranslationTask } from "heed/tasks";
import { trainTokenizer } from "heed/text";
import type { StepResult } from "heed/training";
import { engine } from "./numbers.ts";

const BASE = `
data: { train: { corpus: phrasebook }, valid: { corpus: phrasebook } }
model: { layers: 2, dModel: 64, heads: 4, feedForward: 128, dropout: 0, norm: pre, maxLength: 128 }
training: { batchTokens: 1024, validBleu: 200, labelSmoothing: 0 }
`;

const recurrent = (attention: string): string[] => [
  `model={ kind: lstm, layers: 1, dModel: 64, hidden: 128, attention: ${attention}, dropout: 0 }`,
  "training.steps=400", // they learn more slowly
];
/** Recurrent translators of one layer: with attention, and with one summary of the source. */
export const LSTM = recurrent("additive");
export const SUMMARY = recurrent("none");

/** Updates of a model, unless a recipe says otherwise. */
const UPDATES = 300;
/** The same, or fewer: quicker, and the results rougher: `STEPS=100 npx tsx examples/lecture/…`. */
export const STEPS = Math.min(UPDATES, Number(process.env.STEPS ?? UPDATES));

/** Some of the phrasebook's rules: fewer kinds of sentences are learnt in less time. */
const RULES = [
  ...["agreement", "being", "not being", "not bad", "having", "present", "continuous", "frequency"],
  ...["past", "future", "time ago", "negation", "negation in the past", "object pronouns", "it and them"],
];
const sizes = { size: Number(process.env.PAIRS ?? 30_000), test: Number(process.env.TEST ?? 1200) };
const corpus = phrasebook({ ...sizes, valid: 0 });
const train = corpus.train.filter(({ rule }) => RULES.includes(rule));
export const test = corpus.test.filter(({ rule }) => RULES.includes(rule));
const text = train.flatMap(({ source, target }) => [source, target]);
const tokenizer = trainTokenizer(text, { kind: "word", vocab: 4000 });
export const tokenizers = { source: tokenizer, target: tokenizer };
const examples = train.map((pair) => encodePair(pair, tokenizers));

interface Measured {
  /** On unseen sentences: nats per token, and BLEU of greedy translations. */
  readonly loss: number;
  readonly bleu: number;
  readonly parameters: number;
  readonly msPerStep: number;
  /** Gradient norm of each layer at the first update; empty unless `training.statistics` is set. */
  readonly layerGradients: Readonly<Record<string, number>>;
}
export interface Learnt extends Measured {
  readonly model: ReturnType<typeof translationModel>;
  readonly weights: ReadonlyMap<string, HostTensor>;
}

const configOf = (changes: readonly string[]): TranslateConfig => {
  const config = parseConfig(BASE, "lecture", changes);
  if (config.task !== "translate") throw new Error("the recipes need task: translate");
  return config;
};

/** A model as it learns, one update at a time. */
export interface Lesson extends Pick<Learner, "step" | "validate" | "close"> {
  readonly model: ReturnType<typeof translationModel>;
  readonly config: TranslateConfig;
  readonly update: () => Promise<StepResult>;
  readonly weights: () => Promise<ReadonlyMap<string, HostTensor>>;
}

/** Opens a lesson with some keys of the configuration changed. */
export async function openLesson(...changes: string[]): Promise<Lesson> {
  const config = configOf(changes);
  const task = await openTranslationTask({ engine, config, tokenizers, train: examples, valid: test });
  async function* endless() {
    for (let epoch = 0; ; epoch++) yield* task.batches(epoch, 0);
  }
  const batches = endless();
  let n = 0;
  return {
    ...task,
    model: translationModel(config.model, tokenizers),
    config,
    update: async () => {
      const { value: batch } = await batches.next();
      n += 1;
      const rate = 4e-3 * Math.min(n / 60, Math.sqrt(60 / n)); // warm up, then fall
      const isWatched = n === 1 && config.training.statistics > 0;
      return task.step.run(n, rate, [batch?.feeds ?? {}], { statistics: isWatched });
    },
    weights: () => readEntries(task.step.state, task.step.weights),
    close: () => {
      batches.return(undefined);
      task.close();
    },
  };
}

/**
 * Trains with some keys of the configuration changed: `learn("model.heads=1", "training.steps=200")`. What was learnt is kept
 * in a folder of temporary files, or in $LECTURE_CACHE, and read from there the next time.
 */
export async function learn(...changes: string[]): Promise<Learnt> {
  const config = configOf(changes);
  const model = translationModel(config.model, tokenizers);
  const steps = Math.min(config.training.steps ?? UPDATES, Number(process.env.STEPS ?? Infinity));
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const key = createHash("sha256")
    .update(JSON.stringify([version, config, steps, sizes, RULES]))
    .digest("hex");
  const folder = process.env.LECTURE_CACHE ?? join(tmpdir(), "heed-lecture");
  const file = join(folder, key.slice(0, 16));
  if (existsSync(`${file}.json`)) {
    console.error(`learnt before: ${file}.safetensors (delete it to learn again)`);
    const measured: Measured = JSON.parse(readFileSync(`${file}.json`, "utf8"));
    const bytes = new Uint8Array(readFileSync(`${file}.safetensors`));
    return { ...measured, model, weights: decodeSafetensors(bytes, file) };
  }
  const lesson = await openLesson(...changes);
  let layerGradients: Readonly<Record<string, number>> = {};
  const start = performance.now();
  for (let n = 1; n <= steps; n++) {
    const { statistics, loss } = await lesson.update();
    layerGradients = statistics?.gradientNorms ?? layerGradients;
    if (n % 100 === 0)
      console.error(`learning ${changes.join(" ")}: ${n} of ${steps}, loss ${loss.toFixed(2)}`);
  }
  const msPerStep = (performance.now() - start) / steps;
  const validation = await lesson.validate(undefined);
  const { loss = Number.NaN, scores = {} } = validation ?? {};
  const parameters = lesson.step.parameterCount;
  const measured: Measured = { loss, bleu: scores.bleu ?? 0, parameters, msPerStep, layerGradients };
  const weights = await lesson.weights();
  lesson.close();
  mkdirSync(folder, { recursive: true });
  const keep = (ending: string, contents: string | Uint8Array): void => {
    writeFileSync(`${file}.${process.pid}`, contents);
    renameSync(`${file}.${process.pid}`, file + ending); // whole or not at all
  };
  keep(".safetensors", encodeSafetensors(weights));
  keep(".json", JSON.stringify(measured)); // last: where it is, the weights are
  return { ...measured, model, weights };
}

/** Opens a model to look into it. */
export const lookInto = ({ model, weights }: Pick<Learnt, "model" | "weights">): Promise<Inspector> =>
  openInspector({ engine, of: { task: "translate", model, tokenizers }, weights });
