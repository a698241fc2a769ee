import { prefetch } from "../data/prefetch.ts";
import { coverWindows, makeWindows, planWindows, type WindowBatch } from "../data/windows.ts";
import { varied } from "../models/ablations.ts";
import { RecurrentLanguageModel, TransformerLanguageModel } from "../models/language-model.ts";
import type { Decoder } from "../models/seq2seq.ts";
import { build, type Layer } from "../nn/layer.ts";
import { compile } from "../runtime/compile.ts";
import type { Engine } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { GenerateConfig } from "./config.ts";
import { openNextTokens } from "./next-tokens.ts";
import { languageModelObjective } from "./objective.ts";
import { type BatchFeeds, openTrainingStep } from "./step.ts";
import { meanLoss, type Task } from "./task.ts";
import type { TrainingBatch } from "./trainer.ts";

/** The model a configuration describes. It has positions for one window and for what is generated after a full one. */
export function languageModel(
  { model, data }: Pick<GenerateConfig, "model" | "data">,
  vocabulary: number,
): Layer<Decoder> {
  const tie = model.tieEmbeddings;
  return model.kind === "transformer"
    ? varied(TransformerLanguageModel({ ...model, vocabulary, tie, maxLength: data.context }), model)
    : RecurrentLanguageModel({ ...model, vocabulary, tie, cell: model.kind, embedding: model.dModel });
}

/**
 * A text as one sequence of ids: each line ends with `</s>`, which so means the end of a line. Empty lines are kept; within
 * a line the tokenizer's normaliser collapses and strips white space, so that indentation is lost.
 */
export function encodeText(lines: Iterable<string>, tokenizer: Tokenizer): Int32Array {
  const ids: number[] = [];
  for (const line of lines) for (const id of tokenizer.encode(line)) ids.push(id);
  return Int32Array.from(ids);
}

export function windowFeeds({ size, length, tokens, labels }: WindowBatch): BatchFeeds {
  const shape = [size, length];
  return {
    text: { shape, data: tokens },
    labels: { shape, data: labels },
    labelWeight: { shape, data: new Float32Array(size * length).fill(1) },
  };
}

/** A text as batches of windows that together hold all of it, for scoring. */
export function* coverText(text: Int32Array, context: number): Generator<BatchFeeds> {
  const windows = coverWindows(text.length, context);
  const whole = windows.filter(({ size }) => size === context).map(({ start }) => start);
  for (let at = 0; at < whole.length; at += SCORED) {
    yield windowFeeds(makeWindows(text, whole.slice(at, at + SCORED), context));
  }
  for (const { start, size } of windows) {
    if (size < context) yield windowFeeds(makeWindows(text, [start], size));
  }
}

/** Windows scored together. */
const SCORED = 64;

export interface LanguageTaskOptions {
  readonly engine: Engine;
  readonly config: Pick<GenerateConfig, "seed" | "data" | "model" | "training">;
  readonly tokenizer: Tokenizer;
  readonly train: Int32Array;
  readonly valid: Int32Array;
  readonly weights?: ReadonlyMap<string, HostTensor>;
}

/** Everything the trainer needs to learn to go on with a text. Validation is the mean loss over the whole text. */
export async function openLanguageTask(options: LanguageTaskOptions): Promise<Task> {
  const { engine, config, tokenizer, train, valid, weights } = options;
  const { seed, training, data } = config;
  const model = languageModel(config, tokenizer.size);
  const step = await openTrainingStep({
    engine,
    model,
    objective: (decoder) => languageModelObjective(decoder, training.labelSmoothing),
    optimiser: training,
    clip: training.clip,
    seed,
    accumulate: training.accumulate,
    ...(weights ? { weights } : {}),
  });
  const { negativeLogLikelihood, tokens } = languageModelObjective(build(model).call, 0);
  const next = await openNextTokens(engine, model, step.state);
  const loss = await compile({ engine, state: step.state, outputs: { negativeLogLikelihood, tokens } });
  const plan = (epoch: number): number[][] =>
    planWindows(train.length, {
      ...{ context: data.context, batchTokens: training.batchTokens },
      seed,
      epoch,
    });
  const span = Math.min(data.context, train.length - 1);

  async function* epochBatches(epoch: number, skip: number): AsyncGenerator<TrainingBatch> {
    for (const starts of plan(epoch).slice(skip)) {
      yield { feeds: windowFeeds(makeWindows(train, starts, span)), examples: starts };
    }
  }
  return {
    step,
    unit: "tokens",
    batches: (epoch, skip) => prefetch(epochBatches(epoch, skip), 2),
    batchesPerEpoch: plan(0).length,
    validate: async (signal) => {
      const mean = await meanLoss(loss, coverText(valid, data.context), signal);
      if (mean === undefined) return undefined;
      const samples = { next: await next.expect(valid, data.context, tokenizer) };
      return { loss: mean, perplexity: Math.exp(mean), score: -mean, samples };
    },
    close: () => {
      next.close();
      loss.close();
      step.close();
    },
  };
}
