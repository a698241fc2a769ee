import type { TransformerConfig } from "../../src/models/transformer.ts";
import { Transformer } from "../../src/models/transformer.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import type { Tokenizer } from "../../src/text/tokenizer.ts";
import { trainTokenizer } from "../../src/text/train.ts";
import { weightsOf } from "../sample-weights.ts";

const lines = [
  "the cat eats the bread",
  "the dog sees the apple",
  "le chat mange le pain",
  "le chien voit la pomme",
];
export const tokenizer: Tokenizer = trainTokenizer(lines, {
  kind: "word",
  vocab: 60,
  lowercase: false,
  minFrequency: 1,
});

const shared = {
  sourceVocabulary: tokenizer.size,
  targetVocabulary: tokenizer.size,
  positions: "sinusoidal",
  maxLength: 20,
} as const;

/** Small models of the shapes that are exported. */
export const configs = {
  tied: {
    ...{ ...shared, encoderLayers: 2, decoderLayers: 1, dModel: 16, heads: 4, feedForward: 24 },
    ...{ activation: "relu", tie: "all", norm: "post" },
  },
  untied: {
    ...{ ...shared, encoderLayers: 1, decoderLayers: 2, dModel: 12, heads: 2, feedForward: 20 },
    ...{ activation: "gelu", tie: "none", norm: "post" },
  },
  pre: {
    ...{ ...shared, encoderLayers: 2, decoderLayers: 1, dModel: 16, heads: 2, feedForward: 24 },
    ...{ activation: "gelu-tanh", tie: "all", norm: "pre" },
  },
  learned: {
    ...{ ...shared, encoderLayers: 1, decoderLayers: 2, dModel: 16, heads: 4, feedForward: 20 },
    ...{ activation: "relu", tie: "all", norm: "pre", positions: "learned" },
  },
} as const satisfies Record<string, TransformerConfig>;
export type SampleName = keyof typeof configs;

export const sampleWeights = (name: SampleName): Map<string, HostTensor & { readonly data: Float32Array }> =>
  weightsOf(name, Transformer(configs[name]));

const { pad, bos, eos } = tokenizer.special;
/** Three sentences of 5, 3 and 4 tokens, and the beginnings of their translations. */
export const source = [
  [4, 9, 6, 11, eos],
  [7, 5, eos, pad, pad],
  [10, 12, 8, eos, pad],
];
export const target = [
  [bos, 5, 8, 13],
  [bos, 14, 6, 4],
  [bos, 9, 9, 7],
];
