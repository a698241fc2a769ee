import type { NamedTensor } from "../../safetensors.ts";
import { type HuggingFaceFamily, type ImportedModel, part, sourcesFrom, transposed } from "./family.ts";

const layer = "h.*";
/** GPT-2 stores matrices as [in, out]; queries, keys and values share one. */
const third = (n: number) => ({
  key: `${layer}.attn.c_attn`,
  take: (tensor: NamedTensor): NamedTensor => part(n, 3)(transposed(tensor)),
});
const turned = (key: string) => ({ key, take: transposed });

const names = {
  embed: "wte",
  positions: "wpe",
  "layers.*.attentionResidual.norm": `${layer}.ln_1`,
  "layers.*.attention.query": third(0),
  "layers.*.attention.key": third(1),
  "layers.*.attention.value": third(2),
  "layers.*.attention.output": turned(`${layer}.attn.c_proj`),
  "layers.*.feedForwardResidual.norm": `${layer}.ln_2`,
  "layers.*.feedForward.inner": turned(`${layer}.mlp.c_fc`),
  "layers.*.feedForward.outer": turned(`${layer}.mlp.c_proj`),
  norm: "ln_f",
};

/** GPT-2 and the many models of its architecture. */
export const gpt2: HuggingFaceFamily = {
  modelTypes: ["gpt2"],
  read: ({ config, tensors }): ImportedModel => {
    for (const key of ["scale_attn_by_inverse_layer_idx", "add_cross_attention"])
      if (config.flag(key, false)) config.refuse(`"${key}" is true, which Heed's layers cannot express`);
    if (!config.flag("scale_attn_weights", true)) config.refuse('"scale_attn_weights" is false');
    const dModel = config.count("n_embd");
    const prefix = [...tensors.keys()].some((key) => key.startsWith("transformer.")) ? "transformer." : "";
    const vocabulary = config.count("vocab_size");
    const longest = config.count("n_positions", config.count("n_ctx", 1024));
    const eos = config.id("eos_token_id") ?? vocabulary - 1;
    const source = sourcesFrom(names);
    return {
      task: "generate",
      model: {
        kind: "gpt2",
        layers: config.layers("n_layer"),
        dModel,
        heads: config.count("n_head"),
        feedForward: config.count("n_inner", 4 * dModel),
        dropout: config.share("resid_pdrop", 0),
        attentionDropout: config.share("attn_pdrop", 0),
        activation: config.activation("activation_function", "gelu_new"),
        epsilon: config.number("layer_norm_epsilon", 1e-5),
        tieEmbeddings: config.flag("tie_word_embeddings", true),
        maxLength: longest,
      },
      longest,
      vocabulary,
      special: { pad: config.id("pad_token_id") ?? eos, eos, bos: config.id("bos_token_id") ?? eos },
      sourceOf: (path) => {
        if (path === "project") return { keys: ["lm_head.weight"] };
        const found = source(path);
        return found && { ...found, keys: found.keys.map((key) => `${prefix}${key}`) };
      },
      // Masks that are computed, and the copy of the tied embedding.
      ignored: /^(lm_head\.weight|(transformer\.)?h\.\d+\.attn\.(masked_)?bias)$/,
    };
  },
};
