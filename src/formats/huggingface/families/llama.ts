import { heedError } from "../../../errors.ts";
import type { ExportedModel, FolderFacts, HuggingFaceFamily, ImportedModel } from "./family.ts";
import { sourcesFrom } from "./names.ts";

const layer = "model.layers.*";
const names = {
  embed: "model.embed_tokens",
  "layers.*.attentionResidual.norm": `${layer}.input_layernorm`,
  "layers.*.attention.query": `${layer}.self_attn.q_proj`,
  "layers.*.attention.key": `${layer}.self_attn.k_proj`,
  "layers.*.attention.value": `${layer}.self_attn.v_proj`,
  "layers.*.attention.output": `${layer}.self_attn.o_proj`,
  "layers.*.feedForwardResidual.norm": `${layer}.post_attention_layernorm`,
  "layers.*.feedForward.gate": `${layer}.mlp.gate_proj`,
  "layers.*.feedForward.inner": `${layer}.mlp.up_proj`,
  "layers.*.feedForward.outer": `${layer}.mlp.down_proj`,
  norm: "model.norm",
  project: "lm_head.weight",
};

interface LlamaKeys {
  readonly kind: string;
  readonly layers: number;
  readonly dModel: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly dKey: number;
  readonly feedForward: number;
  readonly dropout: number;
  readonly attentionDropout?: number | undefined;
  readonly rotaryBase: number;
  readonly biases: "all" | "inputs" | "none";
  readonly epsilon: number;
  readonly tieEmbeddings: boolean;
}

const architectures: Readonly<Record<string, string>> = {
  llama: "LlamaForCausalLM",
  mistral: "MistralForCausalLM",
  qwen2: "Qwen2ForCausalLM",
};
/** The projections that add a bias; LLaMA has a key for it. */
const biasesOf: Readonly<Record<string, readonly LlamaKeys["biases"][]>> = {
  llama: ["none", "all"],
  mistral: ["none"],
  qwen2: ["inputs"],
};

/** LLaMA, Mistral and Qwen 2 with full attention and plain rotary positions. */
export const llama: HuggingFaceFamily<LlamaKeys> = {
  modelTypes: ["llama", "mistral", "qwen2"],
  read: (facts): ImportedModel => {
    const { config } = facts;
    const kind = config.text("model_type");
    const dModel = config.count("hidden_size");
    const heads = config.count("num_attention_heads");
    const longest = config.count("max_position_embeddings");
    if (config.flag("mlp_bias", false))
      config.refuse('"mlp_bias" is true, which Heed\'s layers cannot express');
    if (config.text("hidden_act", "silu") !== "silu") config.refuse('"hidden_act" is not "silu"');
    const isSliding =
      kind === "mistral" ? config.has("sliding_window") : config.flag("use_sliding_window", false);
    if (isSliding && config.count("sliding_window", longest) < longest)
      config.refuse('"sliding_window" hides earlier tokens, which Heed\'s layers cannot express');
    const eos = firstId(config.raw("eos_token_id")) ?? 2;
    const biases = kind === "qwen2" ? "inputs" : config.flag("attention_bias", false) ? "all" : "none";
    return {
      task: "generate",
      model: {
        kind,
        layers: config.layers("num_hidden_layers"),
        dModel,
        heads,
        keyValueHeads: config.count("num_key_value_heads", heads),
        dKey: config.count("head_dim", dModel / heads),
        feedForward: config.count("intermediate_size"),
        dropout: 0,
        attentionDropout: config.share("attention_dropout", 0),
        rotaryBase: rotaryBase(facts),
        biases,
        epsilon: config.number("rms_norm_eps", 1e-6),
        tieEmbeddings: config.flag("tie_word_embeddings", false),
      },
      longest,
      vocabulary: config.count("vocab_size"),
      special: { pad: config.id("pad_token_id") ?? eos, eos, bos: config.id("bos_token_id") ?? eos },
      sourceOf: sourcesFrom(names),
      ignored: /^(lm_head\.weight|model\.layers\.\d+\.self_attn\.rotary_emb\.inv_freq)$/,
    };
  },
  write: ({ model, longest, vocabulary }, where): ExportedModel => {
    const { kind, heads, rotaryBase: rope_theta, biases } = model;
    if (!biasesOf[kind]?.includes(biases)) {
      const cause = `\`model.biases\` is ${biases}, which ${kind} cannot express`;
      throw heedError("ERR_MODEL", { where, cause, remedy: `it has ${biasesOf[kind]?.join(" or ")}` });
    }
    return {
      config: {
        architectures: [architectures[kind]],
        vocab_size: vocabulary,
        max_position_embeddings: longest,
        num_hidden_layers: model.layers,
        hidden_size: model.dModel,
        num_attention_heads: heads,
        num_key_value_heads: model.keyValueHeads,
        head_dim: model.dKey,
        intermediate_size: model.feedForward,
        hidden_act: "silu",
        attention_dropout: model.attentionDropout ?? model.dropout,
        rms_norm_eps: model.epsilon,
        // Both ways to say it: the newer one is Python's since version 5.
        rope_theta,
        rope_parameters: { rope_type: "default", rope_theta },
        ...(kind === "llama" ? { attention_bias: biases === "all", mlp_bias: false } : {}),
        ...(kind === "mistral" ? { sliding_window: null } : {}),
        ...(kind === "qwen2" ? { use_sliding_window: false } : {}),
        tie_word_embeddings: model.tieEmbeddings,
      },
      sourceOf: sourcesFrom(names),
    };
  },
};

/** The base of rotary positions. @throws ERR_MODEL when they are scaled for longer texts. */
function rotaryBase({ config }: FolderFacts): number {
  const parameters = (config.raw("rope_parameters") ?? config.raw("rope_scaling") ?? {}) as Record<
    string,
    unknown
  >;
  const {
    rope_type: type = parameters.type ?? "default",
    rope_theta: theta = config.number("rope_theta", 10000),
  } = parameters;
  if (type !== "default")
    config.refuse(`rotary positions are scaled (${JSON.stringify(type)}), which Heed does not do`);
  if (!Number.isFinite(theta) || (theta as number) <= 0)
    config.refuse('"rope_theta" is not a positive number');
  return theta as number;
}

/** An id, or the first of several. */
function firstId(value: unknown): number | undefined {
  const id: unknown = Array.isArray(value) ? value[0] : value;
  return Number.isSafeInteger(id) && (id as number) >= 0 ? (id as number) : undefined;
}
