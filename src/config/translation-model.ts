import { varied } from "../models/ablations.ts";
import { RecurrentSeq2Seq } from "../models/recurrent-seq2seq.ts";
import type { Seq2Seq } from "../models/seq2seq.ts";
import { Transformer, type TransformerConfig } from "../models/transformer.ts";
import type { Layer } from "../nn/layer.ts";
import type { Tokenizers } from "../text/tokenizer.ts";
import type { TranslateConfig } from "./schema.ts";

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
