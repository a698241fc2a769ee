import { makeBatch, type PairBatch, type PairExample, planEpoch } from "../data/batches.ts";
import { prefetch } from "../data/prefetch.ts";
import { openGreedy } from "../decoding/greedy.ts";
import { corpusBleu } from "../evaluation/bleu.ts";
import { varied } from "../models/ablations.ts";
import { RecurrentSeq2Seq } from "../models/recurrent-seq2seq.ts";
import type { Seq2Seq } from "../models/seq2seq.ts";
import { Transformer, type TransformerConfig } from "../models/transformer.ts";
import { build, type Layer } from "../nn/layer.ts";
import { compile } from "../runtime/compile.ts";
import type { Engine } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { TranslateConfig } from "./config.ts";
import { translationObjective } from "./objective.ts";
import { type BatchFeeds, openTrainingStep, type TrainingStep } from "./step.ts";
import { meanLoss, type Task } from "./task.ts";
import type { TrainingBatch, Validation } from "./trainer.ts";

export interface Tokenizers {
  readonly source: Tokenizer;
  /** The same object as `source` when the vocabulary is shared. */
  readonly target: Tokenizer;
}

export interface SentencePair {
  readonly source: string;
  readonly target: string;
}

function vocabularies(
  { tieEmbeddings }: { readonly tieEmbeddings: boolean },
  { source, target }: Tokenizers,
): Pick<TransformerConfig, "sourceVocabulary" | "targetVocabulary" | "tie"> {
  const tie = !tieEmbeddings ? "none" : source === target ? "all" : "output";
  return { sourceVocabulary: source.size, targetVocabulary: target.size, tie };
}

/** The model a configuration describes. */
export function translationModel(
  config: TranslateConfig["model"],
  { source, target }: Tokenizers,
): Layer<Seq2Seq> {
  if (config.kind !== "transformer") {
    const shared = vocabularies(config, { source, target });
    return RecurrentSeq2Seq({ ...config, ...shared, cell: config.kind, embedding: config.dModel });
  }
  return varied(Transformer(transformerConfig(config, { source, target })), config);
}

/** The Transformer a configuration describes, before anything is taken out of it. */
export function transformerConfig(
  config: Extract<TranslateConfig["model"], { kind: "transformer" }>,
  { source, target }: Tokenizers,
): TransformerConfig {
  const { layers, encoderLayers = layers, decoderLayers = layers } = config;
  return { ...config, ...vocabularies(config, { source, target }), encoderLayers, decoderLayers };
}

export function encodePair({ source, target }: SentencePair, tokenizers: Tokenizers): PairExample {
  return {
    source: Int32Array.from(tokenizers.source.encode(source)),
    target: Int32Array.from(tokenizers.target.encode(target)),
  };
}

/** A batch under the names of the graph's inputs. */
export function pairFeeds(batch: PairBatch): BatchFeeds {
  const source = [batch.size, batch.sourceLength];
  const target = [batch.size, batch.targetLength];
  return {
    source: { shape: source, data: batch.source },
    sourceMask: { shape: source, data: batch.sourceMask },
    target: { shape: target, data: batch.targetIn },
    labels: { shape: target, data: batch.targetOut },
    labelWeight: { shape: target, data: batch.targetWeight },
  };
}

export interface TranslationTaskOptions {
  readonly engine: Engine;
  readonly config: Pick<TranslateConfig, "seed" | "model" | "training">;
  readonly tokenizers: Tokenizers;
  readonly train: readonly PairExample[];
  /** What messages call each training example; its place in `train` when left out. */
  readonly numbers?: readonly number[];
  readonly valid: readonly SentencePair[];
  readonly weights?: ReadonlyMap<string, HostTensor>;
}

/**
 * Everything the trainer needs to learn translation from encoded pairs. Validation is the loss on all pairs, and BLEU
 * of greedy translations of the first of them.
 */
export async function openTranslationTask(options: TranslationTaskOptions): Promise<Task> {
  const { engine, config, tokenizers, train, numbers, valid, weights } = options;
  const { seed, training } = config;
  const model = translationModel(config.model, tokenizers);
  const step = await openTrainingStep({
    engine,
    model,
    objective: (seq2seq) => translationObjective(seq2seq, training.labelSmoothing),
    optimiser: training,
    clip: training.clip,
    seed,
    accumulate: training.accumulate,
    ...(weights ? { weights } : {}),
  });
  const special = tokenizers.target.special;
  const plan = (epoch: number): number[][] =>
    planEpoch(train, { batchTokens: training.batchTokens, seed, epoch });
  const validation = await openValidation({ ...options, model, step });

  async function* epochBatches(epoch: number, skip: number): AsyncGenerator<TrainingBatch> {
    for (const chosen of plan(epoch).slice(skip)) {
      const examples = numbers ? chosen.map((i) => numbers[i] as number) : chosen;
      yield { feeds: pairFeeds(makeBatch(train, chosen, special)), examples };
    }
  }
  return {
    step,
    unit: "tokens",
    batches: (epoch, skip) => prefetch(epochBatches(epoch, skip), 2),
    batchesPerEpoch: plan(0).length,
    validate: (signal) => validation.run(valid, signal),
    close: () => {
      validation.close();
      step.close();
    },
  };
}

const VALIDATION_BATCH = 64;
/** Translations shown in a report. */
const SAMPLES = 20;

async function openValidation({
  engine,
  config,
  tokenizers,
  model,
  step,
}: TranslationTaskOptions & { model: Layer<Seq2Seq>; step: TrainingStep }): Promise<{
  run: (pairs: readonly SentencePair[], signal?: AbortSignal) => Promise<Validation | undefined>;
  close: () => void;
}> {
  const { negativeLogLikelihood, tokens } = translationObjective(build(model).call, 0);
  const loss = await compile({ engine, state: step.state, outputs: { negativeLogLikelihood, tokens } });
  const { validBleu } = config.training;
  const maxLength = (sourceLength: number): number => Math.min(2 * sourceLength + 10, config.model.maxLength);
  const { bos: start, eos: end } = tokenizers.target.special;
  const greedy = validBleu
    ? await openGreedy({
        engine,
        model,
        padding: tokenizers.source.special.pad,
        end,
        state: step.state,
      })
    : undefined;

  const run = async (
    pairs: readonly SentencePair[],
    signal?: AbortSignal,
  ): Promise<Validation | undefined> => {
    const examples = pairs.map((pair) => encodePair(pair, tokenizers));
    const byLength = examples.map((_, i) => i).sort((a, b) => length(examples[a]) - length(examples[b]));
    const batches = chunks(byLength, VALIDATION_BATCH).map((chunk) =>
      pairFeeds(makeBatch(examples, chunk, tokenizers.target.special)),
    );
    const mean = await meanLoss(loss, batches, signal);
    if (mean === undefined) return undefined;
    if (!greedy) return { loss: mean, score: -mean };
    const judged = byLength.filter((i) => i < validBleu);
    const hypotheses: string[] = [];
    const references: string[] = [];
    for (const chunk of chunks(judged, VALIDATION_BATCH)) {
      if (signal?.aborted) return undefined;
      const sources = chunk.map((i) => examples[i]?.source ?? []);
      const found = await greedy.search(sources, { maxLength, start });
      for (const [n, i] of chunk.entries()) {
        hypotheses.push(tokenizers.target.decode(found[n]?.[0]?.ids ?? []));
        references.push(tokenizers.target.normalize(pairs[i]?.target ?? ""));
      }
    }
    const bleu = corpusBleu(hypotheses, [references]).score;
    const places = judged.map((i, n) => ({ i, n })).sort((a, b) => a.i - b.i);
    const translations = places.slice(0, SAMPLES).map(({ i, n }) => ({
      source: pairs[i]?.source ?? "",
      hypothesis: hypotheses[n] ?? "",
      reference: references[n] ?? "",
    }));
    return { loss: mean, bleu, score: bleu, samples: { translations } };
  };
  return {
    run,
    close: () => {
      loss.close();
      greedy?.close();
    },
  };
}

const length = (example: PairExample | undefined): number => example?.source.length ?? 0;

/** Items in lists of at most `size`. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
