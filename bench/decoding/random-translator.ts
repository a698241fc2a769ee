import type { Seq2Seq } from "../../src/models/seq2seq.ts";
import { Transformer } from "../../src/models/transformer.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { randomInts } from "../../src/random.ts";
import type { HostTensor } from "../../src/runtime/state.ts";

export interface RandomTranslator {
  readonly model: Layer<Seq2Seq>;
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly vocabulary: number;
}

/** Speed does not depend on what weights say: a Transformer of 3 + 3 layers with random ones. */
export function randomTranslator({ dModel = 256, layers = 3, vocabulary = 8000 } = {}): RandomTranslator {
  const model = Transformer({
    ...{ sourceVocabulary: vocabulary, targetVocabulary: vocabulary, maxLength: 256, tie: "all" },
    ...{ encoderLayers: layers, decoderLayers: layers, dModel, heads: dModel / 64, feedForward: 4 * dModel },
    ...{ positions: "sinusoidal", norm: "pre" },
  });
  return { model, weights: initialise(build(model).parameters, 1), vocabulary };
}

/** Sentences of random ids. */
export function randomSources(count: number, length: number, vocabulary: number): Int32Array[] {
  const next = randomInts(1, "sources");
  return Array.from({ length: count }, () =>
    Int32Array.from({ length }, () => 4 + (Math.abs(next()) % (vocabulary - 4))),
  );
}

/** An id that no token has: with it for </s>, every hypothesis grows to its limit, and steps can be counted. */
export const NEVER = -1;
