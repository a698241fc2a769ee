import { translationObjective } from "../../src/models/objective.ts";
import { Transformer } from "../../src/models/transformer.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { adamw } from "../../src/training/optimiser.ts";
import { openTrainingStep } from "../../src/training/step.ts";

export interface Size {
  readonly name: string;
  readonly layers: number;
  readonly dModel: number;
  readonly vocabulary: number;
  readonly batch: number;
  readonly length: number;
}

const size = (layers: number, dModel: number, vocabulary: number, batch: number, length: number): Size => ({
  name: `${layers}+${layers} layers, d ${dModel}, V ${vocabulary}, ${batch}×${length}`,
  layers,
  dModel,
  vocabulary,
  batch,
  length,
});

/** Small, middle and large: what benches call 0, 1 and 2. */
export const sizes: readonly Size[] = [
  size(2, 128, 4000, 64, 12),
  size(3, 256, 8000, 64, 16),
  size(6, 512, 16000, 32, 24),
];

/** The size with an index given on the command line. */
export function sizeAt(index: string): Size {
  const found = sizes[Number(index)];
  if (!found) throw new RangeError(`there is no size ${index}: use 0 to ${sizes.length - 1}`);
  return found;
}

/** The model of all step benches: post-norm, tied embeddings, ReLU, heads of 32. */
export function modelOf({ layers, dModel, vocabulary }: Size, dropout: number) {
  return Transformer({
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
  });
}

/** Heed's step at a size: label smoothing 0.1, clipping, AdamW. */
export async function openHeedStep(engine: Engine, size: Size, dropout: number) {
  const started = performance.now();
  const step = await openTrainingStep({
    engine,
    seed: 1,
    clip: 1,
    optimiser: adamw,
    model: modelOf(size, dropout),
    objective: (model) => translationObjective(model, 0.1),
  });
  const openMs = performance.now() - started;
  let count = 0;
  const update = async (feeds: ReturnType<typeof batchOf>): Promise<number> =>
    (await step.run(++count, 1e-4, [feeds])).loss;
  /** One step on sentences of some length; milliseconds. */
  const run = async (tokens = size.length): Promise<number> => {
    const feeds = batchOf(size, tokens);
    const start = performance.now();
    await update(feeds);
    return performance.now() - start;
  };
  return {
    run,
    /** One step; its loss. */
    step: () => update(batchOf(size, size.length)),
    openMs,
    close: step.close,
    parameters: step.parameterCount,
  };
}

/** Made-up sentences, each with one place of padding. */
export function batchOf({ batch, vocabulary }: Size, length: number) {
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
