import { heedError } from "../../../errors.ts";
import type { BlockKeys, ExportedModel, HuggingFaceFamily, ImportedModel } from "./family.ts";
import { sourcesFrom } from "./names.ts";

const columns = (side: "encoder" | "decoder", feedForward: number): Record<string, string> => ({
  [`${side}Distances`]: `${side}.block.0.layer.0.SelfAttention.relative_attention_bias`,
  [`${side}.*.attention.query`]: `${side}.block.*.layer.0.SelfAttention.q`,
  [`${side}.*.attention.key`]: `${side}.block.*.layer.0.SelfAttention.k`,
  [`${side}.*.attention.value`]: `${side}.block.*.layer.0.SelfAttention.v`,
  [`${side}.*.attention.output`]: `${side}.block.*.layer.0.SelfAttention.o`,
  [`${side}.*.attentionResidual.norm`]: `${side}.block.*.layer.0.layer_norm`,
  [`${side}.*.feedForward.outer`]: `${side}.block.*.layer.${feedForward}.DenseReluDense.wo`,
  [`${side}.*.feedForwardResidual.norm`]: `${side}.block.*.layer.${feedForward}.layer_norm`,
  [`${side}Norm`]: `${side}.final_layer_norm`,
});

const names = {
  embed: "shared",
  project: "lm_head.weight",
  ...columns("encoder", 1),
  ...columns("decoder", 2),
  "decoder.*.cross.query": "decoder.block.*.layer.1.EncDecAttention.q",
  "decoder.*.cross.key": "decoder.block.*.layer.1.EncDecAttention.k",
  "decoder.*.cross.value": "decoder.block.*.layer.1.EncDecAttention.v",
  "decoder.*.cross.output": "decoder.block.*.layer.1.EncDecAttention.o",
  "decoder.*.crossResidual.norm": "decoder.block.*.layer.1.layer_norm",
};
const inner = (wi: string): Record<string, string> => ({
  "encoder.*.feedForward.inner": `encoder.block.*.layer.1.DenseReluDense.${wi}`,
  "decoder.*.feedForward.inner": `decoder.block.*.layer.2.DenseReluDense.${wi}`,
});
const plain = { ...names, ...inner("wi") };
const gated = {
  ...names,
  ...inner("wi_1"),
  "encoder.*.feedForward.gate": "encoder.block.*.layer.1.DenseReluDense.wi_0",
  "decoder.*.feedForward.gate": "decoder.block.*.layer.2.DenseReluDense.wi_0",
};

interface T5Keys extends Omit<BlockKeys, "attentionDropout"> {
  readonly kind: string;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly dKey: number;
  readonly gated: boolean;
  readonly buckets: number;
  readonly maxDistance: number;
  readonly epsilon: number;
  readonly scaleOutput: boolean;
  readonly tieEmbeddings: boolean;
}

/** T5, and T5 1.1 with gated feed-forward layers. */
export const t5: HuggingFaceFamily<T5Keys> = {
  modelTypes: ["t5"],
  read: ({ config, generation, tensors }): ImportedModel => {
    const encoderLayers = config.layers("num_layers");
    const [, isGated, name] = /^(gated-)?(\w+)$/.exec(config.text("feed_forward_proj", "relu")) ?? [];
    // "gated-gelu" has always meant the approximation.
    const activation = isGated && name === "gelu" ? "gelu-tanh" : name;
    if (activation !== "relu" && activation !== "gelu-tanh" && activation !== "silu" && activation !== "gelu")
      return config.refuse(`"feed_forward_proj" is ${JSON.stringify(name)}, which Heed does not have`);
    const eos = config.id("eos_token_id") ?? 1;
    const pad = config.id("pad_token_id") ?? 0;
    const isTied = config.flag("tie_word_embeddings", true);
    // Folders of version 5 say both that their matrices are tied and whether outputs are scaled.
    const scaleOutput = config.flag("scale_decoder_outputs", isTied);
    const longest = config.count("n_positions", 512);
    return {
      task: "translate",
      model: {
        kind: "t5",
        encoderLayers,
        decoderLayers: config.layers("num_decoder_layers", encoderLayers),
        dModel: config.count("d_model"),
        heads: config.count("num_heads"),
        dKey: config.count("d_kv"),
        feedForward: config.count("d_ff"),
        dropout: config.share("dropout_rate", 0),
        activation,
        gated: Boolean(isGated),
        buckets: config.count("relative_attention_num_buckets", 32),
        maxDistance: config.count("relative_attention_max_distance", 128),
        epsilon: config.number("layer_norm_epsilon", 1e-6),
        scaleOutput,
        tieEmbeddings: !tensors.has("lm_head.weight") || (isTied && scaleOutput),
        maxLength: longest,
      },
      longest,
      vocabulary: config.count("vocab_size"),
      special: {
        pad,
        eos,
        bos: generation.id("decoder_start_token_id") ?? config.id("decoder_start_token_id") ?? pad,
      },
      beam: Math.min(100, generation.count("num_beams", 1)),
      sourceOf: sourcesFrom(isGated ? gated : plain),
      ignored:
        /^((encoder|decoder)\.embed_tokens\.weight|lm_head\.weight|decoder\.block\.0\.layer\.1\.EncDecAttention\.relative_attention_bias\.weight)$/,
    };
  },
  write: ({ model, longest, vocabulary }, where): ExportedModel => {
    const { activation, gated: isGated } = model;
    // "gated-gelu" has always meant the approximation.
    const name = isGated && activation === "gelu-tanh" ? "gelu" : activation;
    if (activation === (isGated ? "gelu" : "gelu-tanh")) {
      const cause = `\`model.activation\` is ${activation}, which T5 has only with \`model.gated: ${!isGated}\``;
      throw heedError("ERR_MODEL", { where, cause });
    }
    return {
      config: {
        architectures: ["T5ForConditionalGeneration"],
        vocab_size: vocabulary,
        n_positions: longest,
        num_layers: model.encoderLayers,
        num_decoder_layers: model.decoderLayers,
        d_model: model.dModel,
        num_heads: model.heads,
        d_kv: model.dKey,
        d_ff: model.feedForward,
        dropout_rate: model.dropout,
        feed_forward_proj: isGated ? `gated-${name}` : name,
        relative_attention_num_buckets: model.buckets,
        relative_attention_max_distance: model.maxDistance,
        layer_norm_epsilon: model.epsilon,
        scale_decoder_outputs: model.scaleOutput,
        tie_word_embeddings: model.tieEmbeddings,
        is_encoder_decoder: true,
      },
      sourceOf: sourcesFrom(isGated ? gated : plain),
    };
  },
};
