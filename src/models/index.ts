/** `heed/models`: complete models, each written to read like its figure. */
export { type Ablation, ablated, ablations, type HeadInit, withHeadInit } from "./ablations.ts";
export { Bart, type BartConfig } from "./bart.ts";
export { Bert, type BertConfig } from "./bert.ts";
export type { BlockConfig, WordVectors } from "./block-parts.ts";
export type { BoundCausalLayer, BoundDecoderLayer, CachedStep } from "./blocks.ts";
export {
  type Classifier,
  RecurrentClassifier,
  type RecurrentClassifierConfig,
  TransformerClassifier,
  type TransformerClassifierConfig,
} from "./classifier.ts";
export { AddedPositions, type PositionKind, withPositions } from "./first-states.ts";
export { Gpt2, type Gpt2Config } from "./gpt2.ts";
export { type AlignmentLoss, alignmentLoss, type Guidance } from "./guided-alignment.ts";
export { pairInputs, textInputs, windowInputs } from "./inputs.ts";
export {
  RecurrentLanguageModel,
  type RecurrentLanguageModelConfig,
  TransformerLanguageModel,
  type TransformerLanguageModelConfig,
} from "./language-model.ts";
export { Llama, type LlamaConfig } from "./llama.ts";
export {
  classificationObjective,
  languageModelObjective,
  type Objective,
  translationObjective,
} from "./objective.ts";
export type { RecurrentAttention } from "./recurrent-attention.ts";
export { RecurrentSeq2Seq, type RecurrentSeq2SeqConfig } from "./recurrent-seq2seq.ts";
export type { Decoded, Decoder, Encoded, Seq2Seq, Tensors } from "./seq2seq.ts";
export { T5, type T5Config } from "./t5.ts";
export type { TokenLossOptions } from "./token-loss.ts";
export {
  CausalLayer,
  DecoderLayer,
  decodeThrough,
  EncoderLayer,
  remember,
  startCache,
  Transformer,
  type TransformerConfig,
  throughCached,
} from "./transformer.ts";
