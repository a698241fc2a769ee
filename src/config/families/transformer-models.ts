import type { z } from "zod";
import { varied } from "../../models/ablations.ts";
import { TransformerClassifier } from "../../models/classifier.ts";
import { TransformerLanguageModel } from "../../models/language-model.ts";
import { Transformer, type TransformerConfig } from "../../models/transformer.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";
import { type ModelsOf, vocabulariesOf } from "./family.ts";
import type { transformerKeys } from "./transformer-keys.ts";

/** The Transformer that a configuration describes, before any ablation. */
export function transformerConfig(
  config: z.output<typeof transformerKeys.translate>,
  tokenizers: Tokenizers,
): TransformerConfig {
  const { layers, encoderLayers = layers, decoderLayers = layers } = config;
  return { ...config, ...vocabulariesOf(config, tokenizers), encoderLayers, decoderLayers };
}

/** A Transformer for each task: its encoder alone classifies; its decoder alone generates. */
export const transformerModels: ModelsOf<typeof transformerKeys> = {
  translate: (model, tokenizers) => varied(Transformer(transformerConfig(model, tokenizers)), model),
  generate: (model, { vocabulary, context }) => {
    const { tieEmbeddings: tie } = model;
    return varied(TransformerLanguageModel({ ...model, vocabulary, tie, maxLength: context }), model);
  },
  classify: (model, { vocabulary, labels, maxTokens }) =>
    varied(TransformerClassifier({ ...model, vocabulary, labels, maxLength: maxTokens }), model),
};
