import { classifierModel } from "../../config/classifier-model.ts";
import type { ClassifyConfig } from "../../config/schema.ts";
import { makeBatch, type PairExample } from "../../data/batches.ts";
import { chunks } from "../../data/chunks.ts";
import { planEpoch } from "../../data/epoch-plan.ts";
import { prefetch } from "../../data/prefetch.ts";
import { alone, type Communicator } from "../../distributed/communicator.ts";
import { shareOf } from "../../distributed/share.ts";
import { classificationObjective } from "../../models/objective.ts";
import { build } from "../../nn/layer.ts";
import type { JudgedTexts } from "../../pictures/sections/judged-texts.ts";
import { judgedSection } from "../../pictures/sections/judged-texts.ts";
import type { BatchFeeds } from "../../runtime/compile.ts";
import { compile } from "../../runtime/compile.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { HostTensor } from "../../runtime/state.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { openTrainingStep } from "../../training/step.ts";
import type { TrainingBatch } from "../../training/trainer.ts";
import { adapted, frozen } from "../adapted.ts";
import { meanLoss } from "../mean-loss.ts";
import { lastKept, sampledExamples } from "../sampled-examples.ts";
import type { Learner } from "../task.ts";
import { JUDGED, likeliest, openJudge } from "./judge.ts";
import { scoreLabelled } from "./score-labelled.ts";
import { textFeeds } from "./texts.ts";

/** Wrongly labelled texts shown in a report. */
const MISTAKES = 12;

/** Prepares a classifier's answers for a report. */
function judgedTexts(
  { probabilities, ...scores }: Awaited<ReturnType<typeof scoreLabelled>>,
  examples: readonly PairExample[],
  { labels, tokenizer, validTexts }: Pick<ClassificationTaskOptions, "labels" | "tokenizer" | "validTexts">,
): JudgedTexts {
  const answers = probabilities.map((distribution, i) => {
    const answer = likeliest(distribution);
    const { source, target } = examples[i] as PairExample;
    const text = (): string => validTexts?.[i] ?? tokenizer.decode(source);
    return { text, label: target[0] as number, answer, probability: distribution[answer] as number };
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
  /** The texts of `train`; `training.bpeDropout` needs them. */
  readonly texts?: readonly string[];
  /** The texts of `valid`, for the report. Default: decoded from their tokens, with "⁇" for unknown words. */
  readonly validTexts?: readonly string[];
  readonly weights?: ReadonlyMap<string, HostTensor>;
  /** The processes that share every batch and validation. Default: this one alone. */
  readonly communicator?: Communicator | undefined;
}

/** Everything the trainer needs to learn labels. Validation is loss, accuracy and macro-F1; the most accurate is best. */
export async function openClassificationTask(options: ClassificationTaskOptions): Promise<Learner> {
  const { engine, config, tokenizer, labels, valid, weights, communicator = alone } = options;
  const { seed, training } = config;
  const model = adapted(
    classifierModel(config, { vocabulary: tokenizer.size, labels: labels.length }),
    training,
  );
  const step = await openTrainingStep({
    engine,
    model,
    objective: (classifier) => {
      const { labelSmoothing: smoothing, rDrop } = training;
      return classificationObjective(classifier, { smoothing, rDrop });
    },
    optimiser: training,
    clip: training.clip,
    seed,
    accumulate: training.accumulate,
    freeze: frozen(training),
    ...(weights ? { weights } : {}),
    communicator,
    wire: training.wire,
    localSteps: training.localSteps,
  });
  const { special } = tokenizer;
  const { negativeLogLikelihood, tokens } = classificationObjective(build(model).call, 0);
  const loss = await compile({ engine, state: step.state, outputs: { negativeLogLikelihood, tokens } });
  const judge = await openJudge({ engine, model, padding: special.pad, state: step.state });
  const examplesOf = epochExamples(options);
  const plan = (examples: readonly PairExample[], epoch: number): number[][] =>
    planEpoch(examples, { batchTokens: training.batchTokens, seed, epoch });
  const feedsOf = (examples: readonly PairExample[], chosen: readonly number[]): BatchFeeds =>
    textFeeds(makeBatch(examples, chosen, special));

  async function* epochBatches(epoch: number, skip: number): AsyncGenerator<TrainingBatch> {
    const encoded = await examplesOf(epoch);
    for (const chosen of plan(encoded, epoch).slice(skip)) {
      const mine = shareOf(chosen, communicator);
      const feeds = mine.length > 0 ? feedsOf(encoded, mine) : undefined;
      yield { feeds, examples: chosen.map((i) => i + 1) };
    }
  }
  return {
    step,
    batches: (epoch, skip) => prefetch(epochBatches(epoch, skip), 2),
    batchesPerEpoch: plan(await examplesOf(0), 0).length,
    validate: async (signal) => {
      const all = chunks([...valid.keys()], JUDGED).map((chunk) => feedsOf(valid, chunk));
      const mean = await meanLoss(loss, all, signal, communicator);
      if (mean === undefined) return undefined;
      const scores = await scoreLabelled(judge, valid, labels.length);
      const { accuracy, macroF1 } = scores;
      const judged = judgedTexts(scores, valid, options);
      return {
        loss: mean,
        scores: { accuracy, macroF1 },
        score: accuracy,
        sections: () => [judgedSection(judged)],
      };
    },
    close: () => {
      judge.close();
      loss.close();
      step.close();
    },
  };
}

/** The examples of each epoch: the same, or split anew with `training.bpeDropout`. */
function epochExamples({
  config: { seed, data, training },
  tokenizer,
  train,
  texts,
}: ClassificationTaskOptions): (epoch: number) => Promise<readonly PairExample[]> {
  const { bpeDropout: rate = 0 } = training;
  if (rate === 0 || !texts) return () => Promise.resolve(train);
  const written = texts.map((source, i) => ({ example: train[i] as PairExample, source }));
  const tokenizers = { source: tokenizer, target: tokenizer };
  return lastKept((epoch) => sampledExamples(written, tokenizers, { rate, seed }, epoch, data.maxTokens));
}
