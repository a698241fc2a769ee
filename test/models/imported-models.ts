/** A small model of each architecture that is imported. */
import { Bart } from "../../src/models/bart.ts";
import { Bert } from "../../src/models/bert.ts";
import { Gpt2 } from "../../src/models/gpt2.ts";
import { Llama } from "../../src/models/llama.ts";
import { T5 } from "../../src/models/t5.ts";

const blocks = { dModel: 8, heads: 2, feedForward: 6, activation: "gelu" } as const;
const columns = { ...blocks, encoderLayers: 1, decoderLayers: 1 };
const words = { sourceVocabulary: 7, targetVocabulary: 7 };
const t5 = { ...columns, vocabulary: 7, ...{ dKey: 3, buckets: 8, maxDistance: 6, epsilon: 1e-6 } };

export const importedTranslators = {
  bart: Bart({
    ...{ ...columns, ...words, positions: "learned", norm: "post", embeddingNorm: true },
    ...{ scaleEmbedding: false, tie: "all", maxLength: 8 },
  }),
  mbart: Bart({
    ...{ ...columns, ...words, positions: "sinusoidal", norm: "pre", embeddingNorm: false },
    ...{ scaleEmbedding: true, tie: "none", maxLength: 8 },
  }),
  "marian, SSRU": Bart({
    ...{ ...columns, ...words, positions: "sinusoidal", norm: "post", embeddingNorm: false, decoder: "ssru" },
    ...{ scaleEmbedding: true, tie: "all", maxLength: 8, base: 9000 },
  }),
  t5: T5({ ...t5, gated: false, scaleOutput: true, tie: true }),
  "t5, gated": T5({ ...t5, gated: true, scaleOutput: false, tie: false }),
};

export const importedLanguageModels = {
  gpt2: Gpt2({ ...blocks, vocabulary: 7, layers: 1, tie: true, maxLength: 8 }),
  llama: Llama({
    ...{ vocabulary: 7, layers: 1, dModel: 8, heads: 4, keyValueHeads: 2, dKey: 2, feedForward: 6 },
    ...{ rotaryBase: 10000, biases: "inputs", epsilon: 1e-6, tie: false },
  }),
};

export const importedClassifiers = {
  bert: Bert({
    ...{ ...blocks, vocabulary: 7, layers: 1, labels: 3, tokenTypes: 2 },
    ...{ headActivation: "tanh", maxLength: 8 },
  }),
};
