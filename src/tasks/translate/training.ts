import { guidanceOf } from "../../config/guided-alignment.ts";
import type { TranslateConfig } from "../../config/schema.ts";
import { translationModel } from "../../config/translation-model.ts";
import { makeBatch, type PairExample } from "../../data/batches.ts";
import { type EncodedPairs, pairsInMemory } from "../../data/encoded.ts";
import { type EpochPlan, planning } from "../../data/epoch-plan.ts";
import type { PieceLinks } from "../../data/piece-links.ts";
import { prefetch } from "../../data/prefetch.ts";
import { alone, type Communicator } from "../../distributed/communicator.ts";
import { shareOf } from "../../distributed/share.ts";
import { translationObjective } from "../../models/objective.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { HostTensor } from "../../runtime/state.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";
import { openTrainingStep } from "../../training/step.ts";
import type { TrainingBatch } from "../../training/trainer.ts";
import { inTurns } from "../../work.ts";
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
  /** Pairs in memory, with their index as number in messages; or wherever they are. Closed with the learner. */
  readonly train: readonly PairExample[] | EncodedPairs;
  /** The texts of `train`; `training.bpeDropout` needs them. */
  readonly texts?: readonly SentencePair[];
  /** The links of `train`; `training.guidedAlignment` needs them. */
  readonly links?: PieceLinks;
  readonly valid: readonly SentencePair[];
  readonly weights?: ReadonlyMap<string, HostTensor>;
  /** The processes that share every batch and validation. Default: this one alone. */
  readonly communicator?: Communicator | undefined;
}

/**
 * Everything the trainer needs to learn translation from encoded pairs. Validation is the loss on all pairs, and BLEU
 * of greedy translations of the first `validBleu`.
 */
export async function openTranslationTask(options: TranslationTaskOptions): Promise<Learner> {
  const { engine, config, tokenizers, links, valid, weights, communicator = alone } = options;
  const train = "lengths" in options.train ? options.train : pairsInMemory(options.train);
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
    communicator,
    wire: training.wire,
    localSteps: training.localSteps,
  });
  const special = tokenizers.target.special;
  const pairsOf = epochPairs(train, options);
  // One plan at a time is kept: it has a place for every pair.
  let latest: { readonly epoch: number; readonly plan: EpochPlan } | undefined;
  const planOf = async (epoch: number): Promise<EpochPlan> => {
    if (latest?.epoch === epoch) return latest.plan;
    latest = undefined;
    const { lengths } = await pairsOf(epoch);
    const plan = await inTurns(planning(lengths, { batchTokens: training.batchTokens, seed, epoch }));
    latest = { epoch, plan };
    return plan;
  };
  const batchesPerEpoch = (await planOf(0)).size;
  const validation = await openValidation({ ...options, model, step });

  async function* epochBatches(epoch: number, skip: number): AsyncGenerator<TrainingBatch> {
    const plan = await planOf(epoch);
    const pairs = await pairsOf(epoch);
    for (let number = skip; number < plan.size; number++) {
      const chosen = [...plan.batch(number)];
      const mine = shareOf(chosen, communicator);
      const rows = await pairs.read(mine);
      const batch = { ...makeBatch(rows, [...rows.keys()], special), examples: mine };
      const feeds = mine.length > 0 ? pairFeeds(batch, links) : undefined;
      yield { feeds, examples: chosen.map(pairs.number) };
    }
  }
  return {
    step,
    batches: (epoch, skip) => prefetch(epochBatches(epoch, skip), 2),
    batchesPerEpoch,
    validate: (signal) => validation.run(valid, signal),
    close: () => {
      validation.close();
      step.close();
      train.close();
    },
  };
}

/** The pairs of each epoch: the same, or split anew with `training.bpeDropout`. */
function epochPairs(
  train: EncodedPairs,
  { config, tokenizers, texts }: TranslationTaskOptions,
): (epoch: number) => Promise<EncodedPairs> {
  const { bpeDropout: rate = 0 } = config.training;
  if (rate === 0 || !texts) return () => Promise.resolve(train);
  const { seed, model } = config;
  return lastKept(async (epoch) => {
    const usual = await train.read([...texts.keys()]);
    const written = texts.map(({ source, target }, i) => ({
      example: usual[i] as PairExample,
      source,
      target,
    }));
    const sampled = await sampledExamples(written, tokenizers, { rate, seed }, epoch, model.maxLength);
    return pairsInMemory(sampled, [...texts.keys()].map(train.number));
  });
}
