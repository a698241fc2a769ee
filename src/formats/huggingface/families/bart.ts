import { sinusoids } from "../../../nn/positions.ts";
import type { NamedTensor } from "../../safetensors.ts";
import { activationNames } from "../import/fields.ts";
import { counterpartOf, marianOrder, permuted } from "../weights.ts";
import type { BlockKeys, ExportedModel, FolderFacts, HuggingFaceFamily, ImportedModel } from "./family.ts";
import { behindRows, type Source, type SourceOf, type Stored } from "./names.ts";

/** Where each architecture has its layer norms: after each residual sum, or before each sublayer. */
const norms = { marian: "post", blenderbot: "pre", bart: "post", mbart: "pre" } as const;
type Architecture = keyof typeof norms;
/** Most numbers in a table of positions. */
const MOST_SINUSOIDS = 2 ** 26;

const classes = {
  marian: "MarianMTModel",
  blenderbot: "BlenderbotForConditionalGeneration",
  bart: "BartForConditionalGeneration",
  mbart: "MBartForConditionalGeneration",
} as const satisfies Record<Architecture, string>;

interface BartKeys extends BlockKeys {
  readonly kind: string;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly scaleEmbedding: boolean;
  readonly tieEmbeddings: boolean;
}

/** Marian, Blenderbot, BART and mBART: one layout of weights, with differences in norms and positions. */
export const bart: HuggingFaceFamily<BartKeys> = {
  modelTypes: Object.keys(norms),
  read: (facts) => {
    const settings = read(facts);
    return ownExport(facts, settings) ?? foreign(facts, settings);
  },
  write: ({ model, longest, vocabulary }): ExportedModel => {
    const { kind, tieEmbeddings: isTied } = model;
    const architecture = kind as Architecture;
    const settings = { architecture, isTied, blocks: model };
    return {
      config: { ...bartConfig({ ...model, architecture, vocabulary, longest }), forced_eos_token_id: null },
      sourceOf: foreignSources(settings, { give: withoutBans }),
    };
  },
};

export interface BartFacts extends Omit<BartKeys, "kind"> {
  readonly architecture: Architecture;
  readonly vocabulary: number;
  readonly longest: number;
}

/** The keys of config.json that all of the family have. */
export const bartConfig = (c: BartFacts): Readonly<Record<string, unknown>> => ({
  architectures: [classes[c.architecture]],
  is_encoder_decoder: true,
  vocab_size: c.vocabulary,
  decoder_vocab_size: c.vocabulary,
  d_model: c.dModel,
  encoder_layers: c.encoderLayers,
  encoder_attention_heads: c.heads,
  encoder_ffn_dim: c.feedForward,
  decoder_layers: c.decoderLayers,
  decoder_attention_heads: c.heads,
  decoder_ffn_dim: c.feedForward,
  activation_function: activationNames[c.activation],
  scale_embedding: c.scaleEmbedding,
  share_encoder_decoder_embeddings: c.tieEmbeddings,
  tie_word_embeddings: c.tieEmbeddings,
  max_position_embeddings: c.longest,
  dropout: c.dropout,
  attention_dropout: c.attentionDropout ?? c.dropout,
  activation_dropout: c.dropout,
});

type Settings = ReturnType<typeof read>;
/** What decides where weights are. */
interface Layout extends Pick<Settings, "architecture" | "isTied"> {
  readonly blocks: Pick<Settings["blocks"], "dModel">;
}

/** What all of the family have in common. */
function read({ config, isTwofold }: FolderFacts) {
  const dModel = config.count("d_model");
  const sources = config.count("vocab_size");
  const vocabulary = config.count("decoder_vocab_size", sources);
  const equal = (name: string): number => {
    const [left, right] = ["encoder", "decoder"].map((side) => config.count(`${side}_${name}`));
    if (left !== right) config.refuse(`"encoder_${name}" is ${left} but "decoder_${name}" is ${right}`);
    return left as number;
  };
  if (vocabulary !== sources && !isTwofold)
    config.refuse(
      "source and target have vocabularies of their own, of which one tokenizer.json can only hold one",
    );
  // Sinusoids are computed, so their number is not held to a tensor of the file.
  const positions = config.count("max_position_embeddings");
  if (positions * dModel > MOST_SINUSOIDS)
    config.refuse(`"max_position_embeddings" is ${positions}: too many`);
  const dropout = config.share("dropout", 0);
  const isTied = config.flag("tie_word_embeddings", true);
  return {
    architecture: config.text("model_type") as Architecture,
    vocabulary,
    positions,
    // Two vocabularies have a matrix each, even where their ids are the same.
    isOutputTied: isTied && isTwofold,
    sourceVocabulary: isTwofold ? sources : undefined,
    isTied: isTied && !isTwofold && config.flag("share_encoder_decoder_embeddings", true),
    isScaled: config.flag("scale_embedding", false),
    blocks: {
      encoderLayers: config.layers("encoder_layers"),
      decoderLayers: config.layers("decoder_layers"),
      dModel,
      heads: equal("attention_heads"),
      feedForward: equal("ffn_dim"),
      dropout,
      attentionDropout: config.share("attention_dropout", dropout),
      activation: config.activation("activation_function", "gelu"),
    },
  };
}

const ignored =
  /^(model\.(encoder|decoder)\.embed_tokens\.weight|model\.shared\.weight|lm_head\.weight|final_logits_bias|model\.(encoder|decoder)\.embed_positions\.weight)$/;

/** Model axes in the interleaved order of sinusoids that Heed uses, where Marian has all sines before all cosines. */
function interleaved(dModel: number): number[] {
  const order: number[] = [];
  for (const [theirs, ours] of marianOrder(dModel).entries()) order[ours] = theirs;
  return order;
}

/** A model that Heed exported: a `transformer` again, with its tokenizer. Undefined if it is not one. */
function ownExport(facts: FolderFacts, s: Settings): ImportedModel | undefined {
  const { config, tensors, isHeeds, tokenizer } = facts;
  const { architecture, blocks } = s;
  const [start, bos] = [config.id("decoder_start_token_id"), config.id("bos_token_id")];
  const isPlain = blocks.activation === "relu" || blocks.activation === "gelu";
  if (!isHeeds || !s.isScaled || !isPlain || start !== bos || bos === undefined) return undefined;
  if (architecture !== "marian" && architecture !== "blenderbot") return undefined;
  const isPre = architecture === "blenderbot";
  if (tensors.get("final_logits_bias")?.data.some((value) => value !== 0)) return undefined;
  const tables = ["encoder", "decoder"].map((side) => tensors.get(`model.${side}.embed_positions.weight`));
  if (isPre && !sameNumbers(tables[0]?.data, tables[1]?.data)) return undefined;
  const waves = (): Float32Array => Float32Array.from(sinusoids(s.positions, blocks.dModel));
  const isLearned = isPre && !sameNumbers(tables[0]?.data, waves());
  const longest = Math.min(tokenizer.count("model_max_length", s.positions), s.positions);
  const { encoderLayers, decoderLayers, ...others } = blocks;
  const sourceOf = sourcesOf(s, isPre);
  return {
    task: "translate",
    model: {
      kind: "transformer",
      layers: encoderLayers,
      ...{ encoderLayers, decoderLayers, ...others },
      positions: isLearned ? "learned" : "sinusoidal",
      norm: isPre ? "pre" : "post",
      tieEmbeddings: s.isTied,
      maxLength: isLearned ? s.positions : longest,
    },
    longest: isLearned ? s.positions : longest,
    vocabulary: s.vocabulary,
    special: specialOf(facts),
    sourceOf: (path) =>
      path === "positions.weight" ? { keys: ["model.encoder.embed_positions.weight"] } : sourceOf(path),
    ignored,
  };
}

/** A model from elsewhere. */
function foreign(facts: FolderFacts, s: Settings): ImportedModel {
  const { generation } = facts;
  const { architecture, positions: longest, vocabulary } = s;
  return {
    task: "translate",
    model: {
      kind: architecture,
      ...s.blocks,
      scaleEmbedding: s.isScaled,
      tieEmbeddings: s.isTied || s.isOutputTied,
      maxLength: longest,
    },
    longest,
    vocabulary,
    ...(s.sourceVocabulary === undefined ? {} : { sourceVocabulary: s.sourceVocabulary }),
    special: specialOf(facts),
    beam: Math.min(100, generation.count("num_beams", facts.config.count("num_beams", 1))),
    ignored,
    sourceOf: foreignSources(s, { take: bias(facts, vocabulary) }),
  };
}

/** Sources of all weights of a model from elsewhere. */
function foreignSources(s: Layout, outputBias: Stored): SourceOf {
  const sourceOf = sourcesOf(s, norms[s.architecture] === "pre");
  return (path) => {
    const input = /^(encoder|decoder)Input\.(positions\.weight|norm\.gain|norm\.bias)$/.exec(path);
    if (input) return inputSource(input[1] as string, input[2] as string, s.architecture);
    if (path === "outputBias") return { keys: ["final_logits_bias"], ...outputBias };
    return sourceOf(path);
  };
}

function inputSource(side: string, leaf: string, architecture: Architecture): Source {
  if (leaf === "positions.weight") {
    const keys = [`model.${side}.embed_positions.weight`];
    // BART keeps two rows for padding, which no token reads.
    return architecture === "blenderbot" ? { keys } : { keys, ...behindRows(2) };
  }
  return { keys: [`model.${side}.layernorm_embedding.${leaf === "norm.gain" ? "weight" : "bias"}`] };
}

/** Sources of the weights that Heed's own Transformer has too. */
function sourcesOf({ isTied, architecture, blocks }: Layout, isPre: boolean): SourceOf {
  const [ours, theirs] = [interleaved(blocks.dModel), marianOrder(blocks.dModel)];
  return (path) => {
    const counterpart = counterpartOf(path, { isPre, tied: isTied });
    if (!counterpart) return undefined;
    const { key, modelAxis } = counterpart;
    const keys = /embed_tokens|lm_head/.test(key) ? [key, "model.shared.weight"] : [key];
    const fallback = key === "model.shared.weight" ? sharedKeys : [];
    if (architecture !== "marian" || modelAxis === undefined) return { keys: [...keys, ...fallback] };
    return {
      keys: [...keys, ...fallback],
      take: (tensor) => permuted(tensor, modelAxis, ours),
      give: (tensor) => permuted(tensor, modelAxis, theirs),
      factor: (tensor, axis) => (axis === modelAxis ? permuted(tensor, axis, theirs) : tensor),
    };
  };
}

const sharedKeys = [
  "model.decoder.embed_tokens.weight",
  "model.encoder.embed_tokens.weight",
  "lm_head.weight",
];

/** The bias on the logits, [1, vocabulary] -> [vocabulary], that also bans the single tokens of `bad_words_ids`. */
const bias =
  ({ generation, config }: FolderFacts, vocabulary: number) =>
  (tensor: NamedTensor): NamedTensor => {
    const data = Float32Array.from(tensor.data as Float32Array);
    const words = generation.raw("bad_words_ids") ?? config.raw("bad_words_ids") ?? [];
    for (const ids of Array.isArray(words) ? (words as unknown[]) : []) {
      const [id] = Array.isArray(ids) && ids.length === 1 ? (ids as unknown[]) : [];
      if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabulary)
        data[id as number] = BANNED;
    }
    return { dtype: "float32", shape: [data.length], data };
  };

/** Far below any logit, yet without weight in the mean over all outputs that label smoothing adds. */
const BANNED = -1e3;
/** Training moves a bias a little. */
const isBan = (value: number): boolean => value <= BANNED / 2;
/** Tokens that a bias on the logits bans, in the order of their ids. */
export const bannedBy = ({ data }: NamedTensor): number[] =>
  Array.from(data as Float32Array).flatMap((value, id) => (isBan(value) ? [id] : []));

/** [vocabulary]  ->  [1, vocabulary]: without bans, which generation_config.json has. */
function withoutBans({ data }: NamedTensor): NamedTensor {
  const kept = Float32Array.from(data as Float32Array, (value) => (isBan(value) ? 0 : value));
  return { dtype: "float32", shape: [1, kept.length], data: kept };
}

function specialOf({ config, generation }: FolderFacts): ImportedModel["special"] {
  const id = (name: string): number | undefined => generation.id(name) ?? config.id(name);
  const eos = config.id("eos_token_id") ?? config.refuse('"eos_token_id" is missing');
  const pad = id("pad_token_id") ?? config.refuse('"pad_token_id" is missing');
  const first = id("forced_bos_token_id");
  const bos = id("decoder_start_token_id") ?? id("bos_token_id") ?? eos;
  return { pad, eos, bos, ...(first === undefined ? {} : { first }) };
}

function sameNumbers(
  left: ArrayLike<number | bigint> | undefined,
  right: ArrayLike<number | bigint> | undefined,
): boolean {
  if (!left || !right || left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
