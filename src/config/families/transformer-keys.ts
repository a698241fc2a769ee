import { z } from "zod";
import { ablations } from "../../models/ablations.ts";
import { count, dropout, maxLength, share, size, sizes, tieEmbeddings } from "../keys.ts";
import { familyKinds } from "./kinds.ts";

const kind = z.enum(familyKinds.transformer).describe("kind of network");
const blocks = {
  heads: size().default(4).describe("attention heads; must divide dModel unless dKey is set"),
  keyValueHeads: size()
    .optional()
    .describe("heads of keys and values, shared by groups of heads; divides heads; default heads"),
  qkNorm: z.boolean().optional().describe("queries and keys are normalised in each head; default false"),
  dKey: size().optional().describe("size of queries and keys per head; default dModel / heads"),
  dValue: size().optional().describe("size of values per head; default dKey"),
  feedForward: size().default(1024).describe("hidden size of the feed-forward layers"),
  dropout,
  attentionDropout: share.optional().describe("fraction of attention weights dropped; default `dropout`"),
  activation: z
    .enum(["relu", "gelu", "relu2", "swiglu"])
    .default("relu")
    .describe(
      "activation of the feed-forward layers: relu, gelu, relu2 (squared), swiglu (gated: three matrices instead of two)",
    ),
  positions: z
    .enum(["sinusoidal", "learned", "rotary"])
    .default("sinusoidal")
    .describe("sinusoidal, learned: vectors added to the embeddings; rotary: queries and keys are rotated"),
  norm: z
    .enum(["post", "pre"])
    .default("post")
    .describe("post: layer norm after each residual sum; pre: before each sublayer"),
  normKind: z
    .enum(["layer", "rms", "scale"])
    .optional()
    .describe(
      "what norms divide by: layer (deviation from the mean), rms, scale (the length); default layer",
    ),
  fixNorm: z
    .boolean()
    .optional()
    .describe("vectors of words have length 1, as rows of the output projection too; default false"),
  without: z
    .array(z.enum(ablations))
    .default([])
    .describe(`parts removed for an ablation: ${ablations.join(", ")}`),
  headInit: z
    .enum(["random", "identical", "zero"])
    .default("random")
    .describe("initial weights of attention heads: random, identical, zero"),
};

const translate = z.strictObject({
  kind,
  ...sizes,
  encoderLayers: count().max(1000).optional().describe("encoder layers; default `layers`"),
  decoderLayers: count().max(1000).optional().describe("decoder layers; default `layers`"),
  decoder: z
    .enum(["attention", "ssru"])
    .optional()
    .describe(
      "what a decoder layer reads its own text with: attention, ssru (a recurrent unit); default attention",
    ),
  ...blocks,
  tieEmbeddings,
  maxLength,
});

/** Keys of a Transformer, per task. */
export const transformerKeys = {
  translate,
  generate: z.strictObject({ kind, ...sizes, ...blocks, tieEmbeddings }),
  classify: z.strictObject({ kind, ...sizes, ...blocks }),
};
