/** A small model of each architecture that is imported. */
import { Bart } from "../../src/models/bart.ts";
import { Bert } from "../../src/models/bert.ts";
import { Gpt2 } from "../../src/models/gpt2.ts";
import { Llama } from "../../src/models/llama.ts";
import { T5 } from "../../src/models/t5.ts";

const blocks = { dModel: 8, heads: 2, feedForward: 6, activation: "gelu" } as const;
const columns = { ...blocks, vocabulary: 7, encoderLayers: 1, decoderLayers: 1 };
const t5 = { ...columns, ...{ dKey: 3, buckets: 8, maxDistance: 6, epsilon: 1e-6 } };

export const importedTranslators = {
  bart: Bart({
    ...{ ...columns, positions: "learned", norm: "post", embeddingNorm: true },
    ...{ scaleEmbedding: false, tie: true, maxLength: 8 },
  }),
  mbart: Bart({
    ...{ ...columns, positions: "sinusoidal", norm: "pre", embeddingNorm: false },
    ...{ scaleEmbedding: true, tie: false, maxLength: 8 },
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
