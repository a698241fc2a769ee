import { z } from "zod";
import { Bart } from "../../models/bart.ts";
import { Bert } from "../../models/bert.ts";
import { Gpt2 } from "../../models/gpt2.ts";
import { Llama } from "../../models/llama.ts";
import { T5 } from "../../models/t5.ts";
import { count, dropout, maxLength, share, tieEmbeddings } from "../keys.ts";
import { defineFamily, type Refuse, vocabulariesOf } from "./family.ts";

const dModel = count().describe("size of each token's vector");
const layers = count().describe("layers");
const encoderLayers = count().describe("encoder layers");
const decoderLayers = count().describe("decoder layers");
const heads = count().describe("attention heads");
const dKey = count().describe("size of queries, keys and values per head");
const feedForward = count().describe("hidden size of the feed-forward layers");
const attentionDropout = share
  .optional()
  .describe("fraction of attention weights dropped; default `dropout`");
const activation = z
  .enum(["relu", "gelu", "gelu-tanh", "silu"])
  .describe("activation of the feed-forward layers: relu, gelu, gelu-tanh, silu");
const epsilon = z
  .number()
  .positive()
  .max(1)
  .describe("added to the variance in every norm; above 0, at most 1");
const blocks = { dModel, heads, feedForward, dropout, attentionDropout, activation };

/** Rows of a table of positions, of which training may use fewer. */
const longest = count(2).optional().describe("longest text, in tokens; default that of the data");

const refuseHeads = ({ dModel, heads }: { dModel: number; heads: number }, refuse: Refuse): void => {
  if (dModel % heads !== 0)
    refuse("heads", `${heads} heads do not divide dModel ${dModel}`, "choose a divisor of dModel");
};

const bartKinds = {
  marian: { positions: "sinusoidal", norm: "post", embeddingNorm: false },
  blenderbot: { positions: "learned", norm: "pre", embeddingNorm: false },
  bart: { positions: "learned", norm: "post", embeddingNorm: true },
  mbart: { positions: "learned", norm: "pre", embeddingNorm: true },
  "marian-ssru": {
    positions: "sinusoidal",
    norm: "post",
    embeddingNorm: false,
    decoder: "ssru",
    epsilon: 1e-9,
  },
} as const;
const bartNames = ["marian", "blenderbot", "bart", "mbart", "marian-ssru"] as const;

/** Marian's own wavelengths reach 10000 with the last pair of axes, where others' would one pair later. */
const waves = ({ kind, dModel }: { kind: string; dModel: number }): { base?: number } =>
  kind === "marian-ssru" && dModel > 2 ? { base: 10000 ** (dModel / (dModel - 2)) } : {};

/** Encoder-decoders of BART's family: Lewis et al. 2020. */
export const bart = defineFamily({
  kinds: bartNames,
  isImported: true,
  keys: {
    translate: z.strictObject({
      kind: z.enum(bartNames).describe("kind of network"),
      encoderLayers,
      decoderLayers,
      ...blocks,
      scaleEmbedding: z.boolean().describe("embeddings are multiplied by sqrt(dModel)"),
      tieEmbeddings,
      maxLength,
    }),
  },
  build: {
    translate: (model, tokenizers) =>
      Bart({ ...model, ...bartKinds[model.kind], ...waves(model), ...vocabulariesOf(model, tokenizers) }),
  },
  sourceHeads: ({ decoderLayers, heads }) => new Array<number>(decoderLayers).fill(heads),
  refuseUnfit: refuseHeads,
});

/** T5 and T5 1.1: Raffel et al. 2020. */
export const t5 = defineFamily({
  kinds: ["t5"],
  isImported: true,
  keys: {
    translate: z.strictObject({
      kind: z.literal("t5").describe("kind of network"),
      encoderLayers,
      decoderLayers,
      dModel,
      heads,
      dKey,
      feedForward,
      dropout,
      activation,
      gated: z.boolean().describe("hidden units of the feed-forward layers are gated"),
      buckets: count(4).describe("buckets of distances between tokens"),
      maxDistance: count(2).describe("distance from which on all share a bucket, in tokens"),
      epsilon,
      scaleOutput: z.boolean().describe("the decoder's output is divided by sqrt(dModel)"),
      tieEmbeddings,
      maxLength,
    }),
  },
  build: {
    translate: (model, { source, target }) => {
      const sourceVocabulary = source === target ? undefined : source.size;
      return T5({ ...model, vocabulary: target.size, sourceVocabulary, tie: model.tieEmbeddings });
    },
  },
  sourceHeads: ({ decoderLayers, heads }) => new Array<number>(decoderLayers).fill(heads),
  refuseUnfit: ({ buckets, maxDistance }, refuse) => {
    if (buckets % 4 !== 0 || buckets >= 2 * maxDistance)
      refuse("buckets", `${buckets} do not fit maxDistance ${maxDistance}`, "choose 32 and 128");
  },
});

const bertNames = ["bert", "distilbert", "roberta"] as const;

/** Encoders of BERT's family: Devlin et al. 2019. */
export const bert = defineFamily({
  kinds: bertNames,
  isImported: true,
  keys: {
    classify: z.strictObject({
      kind: z.enum(bertNames).describe("kind of network"),
      layers,
      ...blocks,
      epsilon,
      tokenTypes: count(0).describe(
        "rows of the table of segments, of which texts have the first; 0 for none",
      ),
      maxLength: longest,
    }),
  },
  build: {
    classify: (model, { vocabulary, labels, maxTokens }) => {
      const headActivation = model.kind === "distilbert" ? "relu" : "tanh";
      const { maxLength = maxTokens } = model;
      return Bert({ ...model, vocabulary, labels, headActivation, maxLength });
    },
  },
  sourceHeads: () => [],
  refuseUnfit: refuseHeads,
});

/** GPT-2: Radford et al. 2019. */
export const gpt2 = defineFamily({
  kinds: ["gpt2"],
  isImported: true,
  keys: {
    generate: z.strictObject({
      kind: z.literal("gpt2").describe("kind of network"),
      layers,
      ...blocks,
      epsilon,
      tieEmbeddings,
      maxLength: longest,
    }),
  },
  build: {
    generate: (model, { vocabulary, context }) =>
      Gpt2({ ...model, vocabulary, maxLength: model.maxLength ?? context, tie: model.tieEmbeddings }),
  },
  sourceHeads: () => [],
  refuseUnfit: refuseHeads,
});

const llamaNames = ["llama", "mistral", "qwen2"] as const;

/** Decoders of LLaMA's family: Touvron et al. 2023. */
export const llama = defineFamily({
  kinds: llamaNames,
  isImported: true,
  keys: {
    generate: z.strictObject({
      kind: z.enum(llamaNames).describe("kind of network"),
      layers,
      dModel,
      heads,
      keyValueHeads: count().describe("heads of keys and values; divides heads"),
      dKey,
      feedForward,
      dropout,
      attentionDropout,
      rotaryBase: z.number().positive().describe("base of the wavelengths of rotary positions"),
      biases: z
        .enum(["all", "inputs", "none"])
        .describe("projections of attention that add a bias: all, inputs (queries, keys, values), none"),
      epsilon,
      tieEmbeddings,
    }),
  },
  build: { generate: (model, { vocabulary }) => Llama({ ...model, vocabulary, tie: model.tieEmbeddings }) },
  sourceHeads: () => [],
  refuseUnfit: ({ heads, keyValueHeads, dKey }, refuse) => {
    if (heads % keyValueHeads !== 0)
      refuse("keyValueHeads", `${keyValueHeads} do not divide ${heads} heads`, "choose a divisor of heads");
    if (dKey % 2 !== 0)
      refuse("dKey", `${dKey} is odd; rotary positions rotate pairs`, "choose an even size");
  },
});
