/** Keys of the models that come from elsewhere, by family and task. */
import { z } from "zod";
import { count, dropout, maxLength, share, size, tieEmbeddings } from "../keys.ts";
import { familyKinds } from "./kinds.ts";

const dModel = size().describe("size of each token's vector");
const layers = count().max(1000).describe("layers");
const encoderLayers = count().max(1000).describe("encoder layers");
const decoderLayers = count().max(1000).describe("decoder layers");
const heads = size().describe("attention heads");
const dKey = size().describe("size of queries, keys and values per head");
const feedForward = size().describe("hidden size of the feed-forward layers");
const attentionDropout = share
  .optional()
  .describe("fraction of attention weights dropped; default `dropout`");
const activation = z
  .enum(["relu", "relu2", "gelu", "gelu-tanh", "silu"])
  .describe("activation of the feed-forward layers: relu, relu2 (squared), gelu, gelu-tanh, silu");
const epsilon = z
  .number()
  .positive()
  .max(1)
  .describe("added to the variance in every norm; above 0, at most 1");
const blocks = { dModel, heads, feedForward, dropout, attentionDropout, activation };

/** Rows of a table of positions, of which training may use fewer. */
const longest = count(2).optional().describe("longest text, in tokens; default that of the data");

export const bartKeys = {
  translate: z.strictObject({
    kind: z.enum(familyKinds.bart).describe("kind of network"),
    encoderLayers,
    decoderLayers,
    ...blocks,
    scaleEmbedding: z.boolean().describe("embeddings are multiplied by sqrt(dModel)"),
    tieEmbeddings,
    maxLength,
  }),
};

export const t5Keys = {
  translate: z.strictObject({
    kind: z.enum(familyKinds.t5).describe("kind of network"),
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
};

export const bertKeys = {
  classify: z.strictObject({
    kind: z.enum(familyKinds.bert).describe("kind of network"),
    layers,
    ...blocks,
    epsilon,
    tokenTypes: count(0).describe("rows of the table of segments, of which texts have the first; 0 for none"),
    maxLength: longest,
  }),
};

export const gpt2Keys = {
  generate: z.strictObject({
    kind: z.enum(familyKinds.gpt2).describe("kind of network"),
    layers,
    ...blocks,
    norm: z
      .enum(["post", "pre"])
      .optional()
      .describe("opt only: layer norm after each residual sum, or before each sublayer; default pre"),
    epsilon,
    tieEmbeddings,
    maxLength: longest,
  }),
};

export const llamaKeys = {
  generate: z.strictObject({
    kind: z.enum(familyKinds.llama).describe("kind of network"),
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
};
