/**
 * `heed`: what a first program needs. Everything else is in the subpaths: `heed/ops`, `heed/nn`, `heed/training`, …
 * In Node and in the page this entry also has `openEngine`, and opens trained models by their address.
 */
export { gradients } from "./autodiff/gradients.ts";
export type { TextGenerator, WriteOptions } from "./decoding/text-generator.ts";
export type { Translator } from "./decoding/translator.ts";
export { type ErrorCode, HeedError } from "./errors.ts";
export { corpusBleu } from "./evaluation/bleu.ts";
export { input, parameter } from "./ir/leaf.ts";
export type { Value } from "./ir/value.ts";
export { translationObjective } from "./models/objective.ts";
export type { Seq2Seq } from "./models/seq2seq.ts";
export { Transformer, type TransformerConfig } from "./models/transformer.ts";
export { build, type Layer, layer } from "./nn/layer.ts";
export { Linear } from "./nn/linear.ts";
export { crossEntropy } from "./ops/cross-entropy.ts";
export type { Arrival } from "./runs/remote-files.ts";
export { compile, type Program } from "./runtime/compile.ts";
export type { Device } from "./runtime/devices.ts";
export type { Engine } from "./runtime/engine.ts";
export { createState, type HostTensor, type State } from "./runtime/state.ts";
export type { Tensor } from "./runtime/tensor.ts";
export type { LabelledResult, TextClassifier } from "./tasks/classify/text-classifier.ts";
export type { Tokenizer } from "./text/tokenizer.ts";
export { tokenizerFromJson } from "./text/tokenizer-json.ts";
export { trainTokenizer } from "./text/train.ts";
