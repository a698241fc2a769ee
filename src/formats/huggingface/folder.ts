import type { TransformerConfig } from "../../models/transformer.ts";
import type { Activation } from "../../nn/feed-forward.ts";
import type { LowerOptions } from "../../onnx/lower.ts";
import { tokenizerConfigJson } from "../../text/layout.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { encodeSafetensors, type NamedTensor } from "../safetensors.ts";
import { type Architecture, architectureOf, asExportable } from "./check.ts";
import { decoderGraph, encoderGraph } from "./graphs.ts";
import { exportedAdapter, exportedWeights } from "./weights.ts";

/** A translator to export: see `asExportable` for its limits. */
export interface ExportableModel {
  readonly config: TransformerConfig;
  readonly weights: ReadonlyMap<string, NamedTensor>;
  /** Shared by both languages. */
  readonly tokenizer: Tokenizer;
  /** Changes of low rank that `weights` already contain. */
  readonly adapter?: Adapter | undefined;
}

export interface Adapter {
  readonly weights: ReadonlyMap<string, NamedTensor>;
  readonly rank: number;
  readonly alpha: number;
}

export interface FolderOptions {
  /** Graphs also output attention weights, which makes every step a little slower. Default false. */
  readonly attentions?: boolean;
  /** Also write graphs with 8-bit weights, `onnx/*_quantized.onnx`, which browsers load by default. */
  readonly quantize?: LowerOptions["quantize"];
  /** Names the model in errors. Default "model". */
  readonly where?: string;
}

const activations = {
  relu: "relu",
  gelu: "gelu",
  "gelu-tanh": "gelu_new",
  silu: "silu",
} as const satisfies Record<Activation, string>;
/** Sinusoids extend to any length, and transformers.js asks for 256 new tokens regardless of the training length. */
const LEAST_SINUSOIDS = 512;
const classes = {
  marian: "MarianMTModel",
  blenderbot: "BlenderbotForConditionalGeneration",
} as const satisfies Record<Architecture, string>;

/**
 * The files, by path, of a model folder for `pipeline("translation", folder)` in transformers.js and Python's
 * transformers: configuration, tokenizer, weights for Python, ONNX graphs for JavaScript. A post-norm model becomes a
 * `MarianMTModel`, a pre-norm model a `BlenderbotForConditionalGeneration`.
 *
 * @throws ERR_MODEL for a model that neither can express.
 */
export function huggingFaceFolder(
  model: ExportableModel,
  options: FolderOptions = {},
): Map<string, Uint8Array> {
  const { weights, tokenizer } = model;
  const { attentions = false, quantize, where = "model" } = options;
  const { tie, positions } = model.config;
  asExportable(
    { kind: "transformer", ...model.config },
    { where, vocabularies: { one: tie !== "output", tied: tie === "all" } },
  );
  const maxLength =
    positions === "learned" ? model.config.maxLength : Math.max(model.config.maxLength, LEAST_SINUSOIDS);
  const config = { ...model.config, maxLength, dropout: 0 };
  const files = new Map<string, Uint8Array>();
  const json = (name: string, content: object): void => {
    files.set(name, new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`));
  };
  json("config.json", configJson(model, maxLength, quantize !== undefined));
  json("generation_config.json", generationConfigJson(model));
  json("tokenizer.json", tokenizer.toJSON());
  json("tokenizer_config.json", { ...tokenizerConfigJson(), model_max_length: model.config.maxLength });
  const { dModel, targetVocabulary: vocabulary } = config;
  const layout = { dModel, positions: maxLength, tied: tie === "all", vocabulary };
  const architecture = architectureOf(config);
  files.set("model.safetensors", encodeSafetensors(exportedWeights(weights, { architecture, ...layout })));
  if (model.adapter) {
    const { rank, alpha } = model.adapter;
    const { tensors, modules } = exportedAdapter(model.adapter.weights, { architecture, ...layout });
    files.set("adapter/adapter_model.safetensors", encodeSafetensors(tensors));
    json("adapter/adapter_config.json", adapterJson({ rank, alpha, modules }));
  }
  const graphs = { constants: weights, end: tokenizer.special.eos, attentions };
  files.set("onnx/encoder_model.onnx", encoderGraph(config, graphs));
  files.set("onnx/decoder_model_merged.onnx", decoderGraph(config, graphs));
  if (quantize) {
    files.set("onnx/encoder_model_quantized.onnx", encoderGraph(config, { ...graphs, quantize }));
    files.set("onnx/decoder_model_merged_quantized.onnx", decoderGraph(config, { ...graphs, quantize }));
  }
  return files;
}

function configJson(
  { config: c, tokenizer }: ExportableModel,
  positions: number,
  hasQuantized: boolean,
): object {
  const { pad, bos, eos } = tokenizer.special;
  const { dropout = 0, attentionDropout = dropout } = c;
  const architecture = architectureOf(c);
  return {
    model_type: architecture,
    architectures: [classes[architecture]],
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
    pad_token_id: pad,
    bos_token_id: bos,
    eos_token_id: eos,
    // Their own models start decoding with padding or another token, Heed's with <s>.
    decoder_start_token_id: bos,
    forced_eos_token_id: eos,
    use_cache: true,
    dtype: "float32",
    // The WebAssembly backend loads 8-bit files unless told otherwise.
    ...(hasQuantized ? {} : { "transformers.js_config": { dtype: "fp32" } }),
  };
}

/** The configuration that Python's peft reads: `PeftModel.from_pretrained(base, "DIR/adapter")`. */
const adapterJson = (lora: {
  readonly rank: number;
  readonly alpha: number;
  readonly modules: readonly string[];
}): object => ({
  peft_type: "LORA",
  task_type: "SEQ_2_SEQ_LM",
  base_model_name_or_path: null,
  inference_mode: true,
  r: lora.rank,
  lora_alpha: lora.alpha,
  target_modules: lora.modules,
  lora_dropout: 0,
  bias: "none",
  fan_in_fan_out: false,
});

function generationConfigJson({ config, tokenizer }: ExportableModel): object {
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
