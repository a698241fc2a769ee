import { guidanceOf } from "../../config/guided-alignment.ts";
import type { TranslateConfig } from "../../config/schema.ts";
import { translationModel } from "../../config/translation-model.ts";
import { makeBatch, type PairExample, planEpoch } from "../../data/batches.ts";
import type { PieceLinks } from "../../data/piece-links.ts";
import { prefetch } from "../../data/prefetch.ts";
import { translationObjective } from "../../models/objective.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { HostTensor } from "../../runtime/state.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";
import { openTrainingStep } from "../../training/step.ts";
import type { TrainingBatch } from "../../training/trainer.ts";
import { adapted, frozen } from "../adapted.ts";
import { lossOptions } from "../loss-options.ts";
import { lastKept, sampledExamples } from "../sampled-examples.ts";
import type { Learner } from "../task.ts";
import type { SentencePair } from "./pairs.ts";
import { pairFeeds } from "./pairs.ts";
import { openValidation } from "./validation.ts";

export interface TranslationTaskOptions {
  readonly engine: Engine;
  readonly config: Pick<TranslateConfig, "seed" | "model" | "training">;
  readonly tokenizers: Tokenizers;
  readonly train: readonly PairExample[];
  /** The number of each training example in messages. Default: its index in `train`. */
  readonly numbers?: readonly number[];
  /** The texts of `train`; `training.bpeDropout` needs them. */
  readonly texts?: readonly SentencePair[];
  /** The links of `train`; `training.guidedAlignment` needs them. */
  readonly links?: PieceLinks;
  readonly valid: readonly SentencePair[];
  readonly weights?: ReadonlyMap<string, HostTensor>;
}

/**
 * Everything the trainer needs to learn translation from encoded pairs. Validation is the loss on all pairs, and BLEU
 * of greedy translations of the first `validBleu`.
 */
export async function openTranslationTask(options: TranslationTaskOptions): Promise<Learner> {
  const { engine, config, tokenizers, numbers, links, valid, weights } = options;
  const { seed, training } = config;
  const model = adapted(translationModel(config.model, tokenizers), training);
  const guidance = guidanceOf(config);
  const step = await openTrainingStep({
    engine,
    model,
    objective: (seq2seq, taps) =>
      translationObjective(seq2seq, lossOptions(training, tokenizers.target), guidance && { guidance, taps }),
    optimiser: training,
    clip: training.clip,
    seed,
    accumulate: training.accumulate,
    freeze: frozen(training),
    ...(weights ? { weights } : {}),
  });
  const special = tokenizers.target.special;
  const examplesOf = epochExamples(options);
  const plan = (examples: readonly PairExample[], epoch: number): number[][] =>
    planEpoch(examples, { batchTokens: training.batchTokens, seed, epoch });
  const validation = await openValidation({ ...options, model, step });

  async function* epochBatches(epoch: number, skip: number): AsyncGenerator<TrainingBatch> {
    const encoded = await examplesOf(epoch);
    for (const chosen of plan(encoded, epoch).slice(skip)) {
      const examples = numbers ? chosen.map((i) => numbers[i] as number) : chosen;
      yield { feeds: pairFeeds(makeBatch(encoded, chosen, special), links), examples };
    }
  }
  return {
    step,
    batches: (epoch, skip) => prefetch(epochBatches(epoch, skip), 2),
    batchesPerEpoch: plan(await examplesOf(0), 0).length,
    validate: (signal) => validation.run(valid, signal),
    close: () => {
      validation.close();
      step.close();
    },
  };
}

/** The examples of each epoch: the same, or split anew with `training.bpeDropout`. */
function epochExamples({
  config,
  tokenizers,
  train,
  texts,
}: TranslationTaskOptions): (epoch: number) => Promise<readonly PairExample[]> {
  const { bpeDropout: rate = 0 } = config.training;
  if (rate === 0 || !texts) return () => Promise.resolve(train);
  const written = texts.map(({ source, target }, i) => ({
    example: train[i] as PairExample,
    source,
    target,
  }));
  const { seed, model } = config;
  return lastKept((epoch) => sampledExamples(written, tokenizers, { rate, seed }, epoch, model.maxLength));
}
