import { makeBatch, type PairBatch, type PairExample, planEpoch } from "../data/batches.ts";
import { prefetch } from "../data/prefetch.ts";
import { type ClassificationScores, confusion, scoresOf } from "../evaluation/classification.ts";
import type { JudgedTexts } from "../inspect/training-report.ts";
import { varied } from "../models/ablations.ts";
import { type Classifier, RecurrentClassifier, TransformerClassifier } from "../models/classifier.ts";
import { build, type Layer } from "../nn/layer.ts";
import { linear } from "../ops/matmul.ts";
import { softmax } from "../ops/softmax.ts";
import { compile } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor, State } from "../runtime/state.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { ClassifyConfig } from "./config.ts";
import { classificationObjective, textInputs } from "./objective.ts";
import { type BatchFeeds, openTrainingStep } from "./step.ts";
import { meanLoss, type Task } from "./task.ts";
import type { TrainingBatch } from "./trainer.ts";
import { chunks } from "./translation.ts";

/** The model a configuration describes. */
export function classifierModel(
  { model, data }: Pick<ClassifyConfig, "model" | "data">,
  { vocabulary, labels }: { readonly vocabulary: number; readonly labels: number },
): Layer<Classifier> {
  return model.kind === "transformer"
    ? varied(TransformerClassifier({ ...model, vocabulary, labels, maxLength: data.maxTokens }), model)
    : RecurrentClassifier({ ...model, vocabulary, labels, cell: model.kind, embedding: model.dModel });
}

/**
 * A labelled text as a pair whose target is the label. What is beyond `maxTokens` is cut off.
 *
 * @param onCut  Called when something is.
 */
export function encodeLabelled(
  text: string,
  label: number,
  tokenizer: Tokenizer,
  maxTokens: number,
  onCut?: () => void,
): PairExample {
  const ids = tokenizer.encode(text);
  const isWhole = ids.length <= maxTokens;
  if (!isWhole) onCut?.();
  const kept = isWhole ? ids : [...ids.slice(0, maxTokens - 1), tokenizer.special.eos];
  return { source: Int32Array.from(kept), target: Int32Array.of(label) };
}

/** A batch of labelled texts under the names of the graph's inputs. */
function textFeeds({ size, sourceLength, source, sourceMask, targetOut }: PairBatch): BatchFeeds {
  const shape = [size, sourceLength];
  return {
    text: { shape, data: source },
    mask: { shape, data: sourceMask },
    label: { shape: [size], data: targetOut },
    labelWeight: { shape: [size], data: new Float32Array(size).fill(1) },
  };
}

/** Texts judged together. */
const JUDGED = 64;

/** Says how likely each label is for each text. */
export interface Judge {
  /** Per example, the probability of every label. */
  readonly judge: (examples: readonly PairExample[], signal?: AbortSignal) => Promise<Float32Array[]>;
  readonly close: () => void;
}

export interface JudgeOptions {
  readonly engine: Engine;
  readonly model: Layer<Classifier>;
  readonly padding: number;
  /** Weights of a model in training… */
  readonly state?: State;
  /** …or frozen ones. */
  readonly constants?: ReadonlyMap<string, HostTensor>;
  readonly session?: SessionOptions;
}

export async function openJudge({ engine, model, padding, ...rest }: JudgeOptions): Promise<Judge> {
  const { text, mask } = textInputs();
  const { call } = build(model);
  const probabilities = softmax(linear(call.summarise(text, mask), call.projection));
  const program = await compile({ engine, ...rest, outputs: { probabilities } });
  const special = { pad: padding, bos: padding };
  return {
    judge: async (examples, signal) => {
      const results = new Array<Float32Array>(examples.length);
      const byLength = [...examples.keys()].sort((a, b) => lengthOf(examples[a]) - lengthOf(examples[b]));
      for (const chunk of chunks(byLength, JUDGED)) {
        if (signal?.aborted) break;
        const found = await program(textFeeds(makeBatch(examples, chunk, special)));
        const all = (await found.probabilities.read()) as Float32Array;
        const labels = all.length / chunk.length;
        chunk.forEach((i, row) => {
          results[i] = all.slice(row * labels, (row + 1) * labels);
        });
        found.probabilities.dispose();
      }
      return results;
    },
    close: () => program.close(),
  };
}

const lengthOf = (example: PairExample | undefined): number => example?.source.length ?? 0;

/** The place of the largest number. */
export function likeliest(probabilities: Float32Array): number {
  return probabilities.reduce((best, p, i) => (p > (probabilities[best] as number) ? i : best), 0);
}

/** How a judge does on labelled examples. */
export async function scoreLabelled(
  judge: Judge,
  examples: readonly PairExample[],
  labels: number,
): Promise<ClassificationScores & { readonly probabilities: readonly Float32Array[] }> {
  const probabilities = await judge.judge(examples);
  const truth = examples.map(({ target }) => target[0] as number);
  return { ...scoresOf(confusion(truth, probabilities.map(likeliest), labels)), probabilities };
}

/** Wrongly labelled texts shown in a report. */
const MISTAKES = 12;

/** What a report shows of a classifier's answers. */
function judgedTexts(
  { probabilities, ...scores }: Awaited<ReturnType<typeof scoreLabelled>>,
  examples: readonly PairExample[],
  { labels, tokenizer, validTexts }: Pick<ClassificationTaskOptions, "labels" | "tokenizer" | "validTexts">,
): JudgedTexts {
  const answers = probabilities.map((found, i) => {
    const answer = likeliest(found);
    const { source, target } = examples[i] as PairExample;
    const text = (): string => validTexts?.[i] ?? tokenizer.decode(source);
    return { text, label: target[0] as number, answer, probability: found[answer] as number };
  });
  const mistakes = answers
    .filter(({ answer, label }) => answer !== label)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, MISTAKES)
    .map(({ text, label, answer, probability }) => ({
      text: text(),
      label: labels[label] as string,
      answer: labels[answer] as string,
      probability,
    }));
  return { labels, scores, mistakes };
}

export interface ClassificationTaskOptions {
  readonly engine: Engine;
  readonly config: Pick<ClassifyConfig, "seed" | "data" | "model" | "training">;
  readonly tokenizer: Tokenizer;
  readonly labels: readonly string[];
  readonly train: readonly PairExample[];
  readonly valid: readonly PairExample[];
  /** Those of `valid`, for the report; decoded when left out, which drops words the vocabulary has not. */
  readonly validTexts?: readonly string[];
  readonly weights?: ReadonlyMap<string, HostTensor>;
}

/** Everything the trainer needs to learn labels. Validation is loss, accuracy and macro-F1; the best has most accuracy. */
export async function openClassificationTask(options: ClassificationTaskOptions): Promise<Task> {
  const { engine, config, tokenizer, labels, train, valid, weights } = options;
  const { seed, training } = config;
  const model = classifierModel(config, { vocabulary: tokenizer.size, labels: labels.length });
  const step = await openTrainingStep({
    engine,
    model,
    objective: (classifier) => classificationObjective(classifier, training.labelSmoothing),
    optimiser: training,
    clip: training.clip,
    seed,
    accumulate: training.accumulate,
    ...(weights ? { weights } : {}),
  });
  const { special } = tokenizer;
  const { negativeLogLikelihood, tokens } = classificationObjective(build(model).call, 0);
  const loss = await compile({ engine, state: step.state, outputs: { negativeLogLikelihood, tokens } });
  const judge = await openJudge({ engine, model, padding: special.pad, state: step.state });
  const plan = (epoch: number): number[][] =>
    planEpoch(train, { batchTokens: training.batchTokens, seed, epoch });
  const feedsOf = (examples: readonly PairExample[], chosen: readonly number[]): BatchFeeds =>
    textFeeds(makeBatch(examples, chosen, special));

  async function* epochBatches(epoch: number, skip: number): AsyncGenerator<TrainingBatch> {
    for (const chosen of plan(epoch).slice(skip)) {
      yield { feeds: feedsOf(train, chosen), examples: chosen.map((i) => i + 1) };
    }
  }
  return {
    step,
    unit: "texts",
    batches: (epoch, skip) => prefetch(epochBatches(epoch, skip), 2),
    batchesPerEpoch: plan(0).length,
    validate: async (signal) => {
      const all = chunks([...valid.keys()], JUDGED).map((chunk) => feedsOf(valid, chunk));
      const mean = await meanLoss(loss, all, signal);
      if (mean === undefined) return undefined;
      const scores = await scoreLabelled(judge, valid, labels.length);
      const { accuracy, macroF1 } = scores;
      const judged = judgedTexts(scores, valid, options);
      return { loss: mean, accuracy, macroF1, score: accuracy, samples: { judged } };
    },
    close: () => {
      judge.close();
      loss.close();
      step.close();
    },
  };
}
