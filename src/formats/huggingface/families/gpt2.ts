import { activationNames } from "../import/fields.ts";
import type { BlockKeys, ExportedModel, FolderFacts, HuggingFaceFamily, ImportedModel } from "./family.ts";
import { behindRows, type NameTable, type SourceOf, sourcesFrom, turned, turnedPart } from "./names.ts";

/** GPT-2 stores matrices as [in, out]; queries, keys and values share one. */
const gpt2Names: NameTable = {
  embed: "wte",
  positions: "wpe",
  "layers.*.attentionResidual.norm": "h.*.ln_1",
  "layers.*.attention.query": { key: "h.*.attn.c_attn", ...turnedPart(0, 3) },
  "layers.*.attention.key": { key: "h.*.attn.c_attn", ...turnedPart(1, 3) },
  "layers.*.attention.value": { key: "h.*.attn.c_attn", ...turnedPart(2, 3) },
  "layers.*.attention.output": { key: "h.*.attn.c_proj", ...turned },
  "layers.*.feedForwardResidual.norm": "h.*.ln_2",
  "layers.*.feedForward.inner": { key: "h.*.mlp.c_fc", ...turned },
  "layers.*.feedForward.outer": { key: "h.*.mlp.c_proj", ...turned },
  norm: "ln_f",
};

const optLayer = "layers.*";
const optNames: NameTable = {
  embed: "embed_tokens",
  // Two rows for padding come first, which no token reads.
  positions: { key: "embed_positions", ...behindRows(2) },
  "layers.*.attentionResidual.norm": `${optLayer}.self_attn_layer_norm`,
  "layers.*.attention.query": `${optLayer}.self_attn.q_proj`,
  "layers.*.attention.key": `${optLayer}.self_attn.k_proj`,
  "layers.*.attention.value": `${optLayer}.self_attn.v_proj`,
  "layers.*.attention.output": `${optLayer}.self_attn.out_proj`,
  "layers.*.feedForwardResidual.norm": `${optLayer}.final_layer_norm`,
  "layers.*.feedForward.inner": `${optLayer}.fc1`,
  "layers.*.feedForward.outer": `${optLayer}.fc2`,
  norm: "final_layer_norm",
};

const starcoderNames: NameTable = {
  embed: "embed_tokens",
  "layers.*.attentionResidual.norm": "layers.*.input_layernorm",
  "layers.*.attention.query": "layers.*.self_attn.q_proj",
  "layers.*.attention.key": "layers.*.self_attn.k_proj",
  "layers.*.attention.value": "layers.*.self_attn.v_proj",
  "layers.*.attention.output": "layers.*.self_attn.o_proj",
  "layers.*.feedForwardResidual.norm": "layers.*.post_attention_layernorm",
  "layers.*.feedForward.inner": "layers.*.mlp.c_fc",
  "layers.*.feedForward.outer": "layers.*.mlp.c_proj",
  norm: "norm",
};

interface Gpt2Keys extends BlockKeys {
  readonly kind: string;
  readonly layers: number;
  readonly epsilon: number;
  readonly tieEmbeddings: boolean;
  readonly norm?: "post" | "pre" | undefined;
}

/** A model of GPT-2's family: its names under a prefix, and the keys of its config.json. */
interface Member {
  readonly architecture: string;
  readonly names: NameTable;
  readonly prefix: string;
  readonly keys: Readonly<
    Record<"layers" | "dModel" | "heads" | "feedForward" | "dropout" | "attention" | "activation", string>
  > & { readonly epsilon?: string; readonly longest: string };
  /** Values that a model has if Heed's layers express it; others refuse it. */
  readonly fixed: Readonly<Record<string, unknown>>;
}

const many = {
  layers: "num_hidden_layers",
  dModel: "hidden_size",
  heads: "num_attention_heads",
  longest: "max_position_embeddings",
} as const;

const members: Readonly<Record<string, Member>> = {
  gpt2: {
    architecture: "GPT2LMHeadModel",
    names: gpt2Names,
    prefix: "transformer.",
    keys: {
      ...{
        layers: "n_layer",
        dModel: "n_embd",
        heads: "n_head",
        feedForward: "n_inner",
        longest: "n_positions",
      },
      ...{ dropout: "resid_pdrop", attention: "attn_pdrop" },
      ...{ activation: "activation_function", epsilon: "layer_norm_epsilon" },
    },
    fixed: {
      scale_attn_by_inverse_layer_idx: false,
      add_cross_attention: false,
      scale_attn_weights: true,
    },
  },
  opt: {
    architecture: "OPTForCausalLM",
    names: optNames,
    prefix: "model.decoder.",
    keys: {
      ...{ ...many, feedForward: "ffn_dim", dropout: "dropout", attention: "attention_dropout" },
      activation: "activation_function",
    },
    fixed: { enable_bias: true, layer_norm_elementwise_affine: true, _remove_final_layer_norm: false },
  },
  starcoder2: {
    architecture: "Starcoder2ForCausalLM",
    names: starcoderNames,
    prefix: "model.",
    keys: {
      ...{ ...many, feedForward: "intermediate_size", dropout: "residual_dropout" },
      ...{ attention: "attention_dropout", activation: "hidden_act", epsilon: "norm_epsilon" },
    },
    fixed: { use_bias: true },
  },
};

/** Decoders with layer norms and biases: GPT-2, OPT, and StarCoder 2 with a key and a value for every head. */
export const gpt2: HuggingFaceFamily<Gpt2Keys> = {
  modelTypes: Object.keys(members),
  read: (facts): ImportedModel => {
    const { config, tensors } = facts;
    const kind = config.text("model_type");
    const { keys, names, prefix: usual, fixed } = members[kind] as Member;
    for (const [key, value] of Object.entries(fixed))
      if (config.flag(key, value as boolean) !== value)
        config.refuse(`"${key}" is ${!value}, which Heed's layers cannot express`);
    const dModel = config.count(keys.dModel);
    const heads = config.count(keys.heads);
    refuseOthers(kind, facts, { dModel, heads });
    const prefix = [...tensors.keys()].some((key) => key.startsWith(usual)) ? usual : "";
    const vocabulary = config.count("vocab_size");
    const longest = config.count(keys.longest, config.count("n_ctx", kind === "gpt2" ? 1024 : 2048));
    const eos = config.id("eos_token_id") ?? vocabulary - 1;
    return {
      task: "generate",
      model: {
        kind,
        layers: config.layers(keys.layers),
        dModel,
        heads,
        feedForward: config.count(keys.feedForward, 4 * dModel),
        dropout: config.share(keys.dropout, 0),
        attentionDropout: config.share(keys.attention, 0),
        activation: config.activation(keys.activation, kind === "opt" ? "relu" : "gelu_new"),
        epsilon: keys.epsilon ? config.number(keys.epsilon, 1e-5) : 1e-5,
        tieEmbeddings: config.flag("tie_word_embeddings", true),
        ...(kind === "opt" && !config.flag("do_layer_norm_before", true) ? { norm: "post" } : {}),
        // Rotary positions have no table.
        ...(kind === "starcoder2" ? {} : { maxLength: longest }),
      },
      longest,
      vocabulary,
      special: { pad: config.id("pad_token_id") ?? eos, eos, bos: config.id("bos_token_id") ?? eos },
      sourceOf: sourceOf(names, prefix),
      // Masks that are computed, and the copy of the tied embedding.
      ignored: /^(lm_head\.weight|(transformer\.)?h\.\d+\.attn\.(masked_)?bias)$/,
    };
  },
  write: ({ model, longest, vocabulary }): ExportedModel => {
    const { kind, dModel, heads, norm = "pre", dropout } = model;
    const { architecture, keys, names, prefix, fixed } = members[kind] as Member;
    return {
      config: {
        architectures: [architecture],
        ...fixed,
        vocab_size: vocabulary,
        [keys.longest]: longest,
        [keys.layers]: model.layers,
        [keys.dModel]: dModel,
        [keys.heads]: heads,
        [keys.feedForward]: model.feedForward,
        [keys.activation]: activationNames[model.activation],
        ...(keys.epsilon ? { [keys.epsilon]: model.epsilon } : {}),
        [keys.dropout]: dropout,
        [keys.attention]: model.attentionDropout ?? dropout,
        ...(kind === "gpt2" ? { embd_pdrop: dropout } : {}),
        ...(kind === "opt" ? { do_layer_norm_before: norm === "pre", word_embed_proj_dim: dModel } : {}),
        ...(kind === "starcoder2"
          ? { num_key_value_heads: heads, head_dim: dModel / heads, sliding_window: null, ...plainRotary }
          : {}),
        tie_word_embeddings: model.tieEmbeddings,
      },
      sourceOf: sourceOf(names, prefix),
    };
  },
};

/** Both ways to say it: the newer one is Python's since version 5. */
const plainRotary = { rope_theta: 10000, rope_parameters: { rope_type: "default", rope_theta: 10000 } };

function sourceOf(names: NameTable, prefix: string): SourceOf {
  const source = sourcesFrom(names, prefix);
  return (path) => (path === "project" ? { keys: ["lm_head.weight"] } : source(path));
}

/** What one of the family can have and Heed's layers cannot express. */
function refuseOthers(
  kind: string,
  { config }: FolderFacts,
  { dModel, heads }: { dModel: number; heads: number },
): void {
  if (kind === "opt" && config.count("word_embed_proj_dim", dModel) !== dModel)
    config.refuse('"word_embed_proj_dim" is not "hidden_size"');
  if (kind !== "starcoder2") return;
  if (config.count("num_key_value_heads", 2) !== heads)
    config.refuse('"num_key_value_heads" is not "num_attention_heads"');
  if (config.count("head_dim", dModel / heads) !== dModel / heads)
    config.refuse('"head_dim" is not "hidden_size" / "num_attention_heads"');
  if (config.has("sliding_window")) config.refuse('"sliding_window" hides earlier tokens');
  const { rope_theta: theta = 10000, rope_type: type = "default" } = (config.raw("rope_parameters") ??
    {}) as Record<string, unknown>;
  if (config.number("rope_theta", theta as number) !== 10000 || theta !== 10000 || type !== "default")
    config.refuse("rotary positions are not those with base 10000");
}
