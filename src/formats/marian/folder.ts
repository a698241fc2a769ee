import type { TransformerConfig } from "../../models/transformer.ts";
import type { Activation } from "../../nn/feed-forward.ts";
import type { LowerOptions } from "../../onnx/lower.ts";
import { tokenizerConfigJson } from "../../text/layout.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { encodeSafetensors, type NamedTensor } from "../safetensors.ts";
import { asMarian } from "./check.ts";
import { decoderGraph, encoderGraph } from "./graphs.ts";
import { marianWeights } from "./weights.ts";

/** A translator that Marian's architecture can express: see `asMarian`. */
export interface MarianModel {
  readonly config: TransformerConfig;
  readonly weights: ReadonlyMap<string, NamedTensor>;
  /** Of both languages. */
  readonly tokenizer: Tokenizer;
}

export interface MarianFolderOptions {
  /** Graphs also give out attention weights: every step is then a little slower. Default false. */
  readonly attentions?: boolean;
  /** Also graphs with weights of 8 bits, `onnx/*_quantized.onnx`, which browsers take by default. */
  readonly quantize?: LowerOptions["quantize"];
  /** Names the model in errors. Default "model". */
  readonly where?: string;
}

const activations = { relu: "relu", gelu: "gelu", "gelu-tanh": "gelu_new" } as const satisfies Record<
  Activation,
  string
>;
/** Sinusoids can be continued: transformers.js asks for 256 new tokens, whatever the model was trained on. */
const LEAST_POSITIONS = 512;

/**
 * The files of a model folder that `pipeline("translation", folder)` of transformers.js and Python's `MarianMTModel`
 * open, by path: configuration, tokenizer, weights for Python, ONNX graphs for JavaScript.
 *
 * @throws ERR_MODEL for a model that Marian cannot express.
 */
export function marianFolder(model: MarianModel, options: MarianFolderOptions = {}): Map<string, Uint8Array> {
  const { weights, tokenizer } = model;
  const { attentions = false, quantize, where = "model" } = options;
  asMarian({ kind: "transformer", ...model.config }, { where, oneVocabulary: model.config.tie !== "output" });
  const config = {
    ...model.config,
    maxLength: Math.max(model.config.maxLength, LEAST_POSITIONS),
    dropout: 0,
  };
  const files = new Map<string, Uint8Array>();
  const json = (name: string, content: object): void => {
    files.set(name, new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`));
  };
  json("config.json", configJson(model, config.maxLength, quantize !== undefined));
  json("generation_config.json", generationConfigJson(model));
  json("tokenizer.json", tokenizer.toJSON());
  json("tokenizer_config.json", { ...tokenizerConfigJson(), model_max_length: model.config.maxLength });
  const { dModel, tie, targetVocabulary: vocabulary } = config;
  files.set(
    "model.safetensors",
    encodeSafetensors(marianWeights(weights, { dModel, tied: tie === "all", vocabulary })),
  );
  const graphs = { constants: weights, end: tokenizer.special.eos, attentions };
  files.set("onnx/encoder_model.onnx", encoderGraph(config, graphs));
  files.set("onnx/decoder_model_merged.onnx", decoderGraph(config, graphs));
  if (quantize) {
    files.set("onnx/encoder_model_quantized.onnx", encoderGraph(config, { ...graphs, quantize }));
    files.set("onnx/decoder_model_merged_quantized.onnx", decoderGraph(config, { ...graphs, quantize }));
  }
  return files;
}

function configJson({ config: c, tokenizer }: MarianModel, positions: number, hasQuantized: boolean): object {
  const { pad, bos, eos } = tokenizer.special;
  const { dropout = 0, attentionDropout = dropout } = c;
  return {
    model_type: "marian",
    architectures: ["MarianMTModel"],
    is_encoder_decoder: true,
    vocab_size: c.sourceVocabulary,
    decoder_vocab_size: c.targetVocabulary,
    d_model: c.dModel,
    encoder_layers: c.encoderLayers,
    encoder_attention_heads: c.heads,
    encoder_ffn_dim: c.feedForward,
    decoder_layers: c.decoderLayers,
    decoder_attention_heads: c.heads,
    decoder_ffn_dim: c.feedForward,
    activation_function: activations[c.activation ?? "relu"],
    scale_embedding: true,
    share_encoder_decoder_embeddings: c.tie === "all",
    tie_word_embeddings: c.tie === "all",
    max_position_embeddings: positions,
    dropout,
    attention_dropout: attentionDropout,
    activation_dropout: dropout,
    ...{ pad_token_id: pad, bos_token_id: bos, eos_token_id: eos },
    // Marian's own models start with padding; Heed's with <s>.
    decoder_start_token_id: bos,
    forced_eos_token_id: eos,
    use_cache: true,
    dtype: "float32",
    // WebAssembly asks for files of 8 bits unless told otherwise.
    ...(hasQuantized ? {} : { "transformers.js_config": { dtype: "fp32" } }),
  };
}

function generationConfigJson({ config, tokenizer }: MarianModel): object {
  const { pad, bos, eos } = tokenizer.special;
  return {
    pad_token_id: pad,
    bos_token_id: bos,
    eos_token_id: eos,
    decoder_start_token_id: bos,
    bad_words_ids: [[pad]],
    forced_eos_token_id: eos,
    max_length: config.maxLength,
    num_beams: 1,
  };
}
