import { Transformer } from "../../src/models/transformer.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { translationObjective } from "../../src/training/objective.ts";
import { openTrainingStep } from "../../src/training/step.ts";

export interface Size {
  readonly name: string;
  readonly layers: number;
  readonly dModel: number;
  readonly vocabulary: number;
  readonly batch: number;
  readonly length: number;
}

export const sizes: readonly Size[] = [
  {
    name: "2+2 layers, d 128, V 8000, 64×16",
    layers: 2,
    dModel: 128,
    vocabulary: 8000,
    batch: 64,
    length: 16,
  },
  {
    name: "3+3 layers, d 256, V 8000, 64×16",
    layers: 3,
    dModel: 256,
    vocabulary: 8000,
    batch: 64,
    length: 16,
  },
  {
    name: "6+6 layers, d 512, V 16000, 32×24",
    layers: 6,
    dModel: 512,
    vocabulary: 16000,
    batch: 32,
    length: 24,
  },
];

/** Heed's step at a size: post-norm, tied embeddings, ReLU, label smoothing 0.1, clipping, AdamW. In Node and in a page. */
export async function openStepOn(engine: Engine, size: Size, dropout: number) {
  const { layers, dModel, vocabulary, batch, length } = size;
  const started = performance.now();
  const step = await openTrainingStep({
    engine,
    seed: 1,
    clip: 1,
    optimiser: { optimizer: "adamw", weightDecay: 0.01, beta1: 0.9, beta2: 0.98, epsilon: 1e-9, momentum: 0 },
    model: Transformer({
      sourceVocabulary: vocabulary,
      targetVocabulary: vocabulary,
      encoderLayers: layers,
      decoderLayers: layers,
      dModel,
      heads: dModel / 32,
      feedForward: 4 * dModel,
      dropout,
      activation: "relu",
      positions: "sinusoidal",
      norm: "post",
      tie: "all",
      maxLength: 256,
    }),
    objective: (model) => translationObjective(model, 0.1),
  });
  const openMs = performance.now() - started;
  let count = 0;
  /** One step on sentences of some length; milliseconds. */
  const run = async (tokens = length): Promise<number> => {
    const feeds = batchOf(batch, tokens, vocabulary);
    const start = performance.now();
    await step.run(++count, 1e-4, [feeds]);
    return performance.now() - start;
  };
  return { run, openMs, close: step.close, parameters: step.parameterCount };
}

/** Made-up sentences, each with one place of padding. */
function batchOf(batch: number, length: number, vocabulary: number) {
  const shape = [batch, length];
  const ids = Int32Array.from({ length: batch * length }, (_, i) => 4 + ((i * 7919) % (vocabulary - 4)));
  const ones = new Float32Array(batch * length).fill(1);
  const mask = ones.map((_, i) => (i % length === length - 1 ? 0 : 1));
  return {
    source: { shape, data: ids },
    sourceMask: { shape, data: mask },
    target: { shape, data: ids },
    labels: { shape, data: ids },
    labelWeight: { shape, data: ones },
  };
}
