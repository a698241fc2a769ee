import { z } from "zod";
import { ablations, varied } from "../../models/ablations.ts";
import { TransformerClassifier } from "../../models/classifier.ts";
import { TransformerLanguageModel } from "../../models/language-model.ts";
import { Transformer, type TransformerConfig } from "../../models/transformer.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";
import { count, dropout, maxLength, share, sizes, tieEmbeddings } from "../keys.ts";
import { defineFamily, vocabulariesOf } from "./family.ts";

const kind = z.literal("transformer").describe("kind of network");
const blocks = {
  heads: count().default(4).describe("attention heads; must divide dModel unless dKey is set"),
  dKey: count().optional().describe("size of queries and keys per head; default dModel / heads"),
  dValue: count().optional().describe("size of values per head; default dKey"),
  feedForward: count().default(1024).describe("hidden size of the feed-forward layers"),
  dropout,
  attentionDropout: share.optional().describe("fraction of attention weights dropped; default `dropout`"),
  activation: z
    .enum(["relu", "gelu"])
    .default("relu")
    .describe("activation of the feed-forward layers: relu, gelu"),
  positions: z
    .enum(["sinusoidal", "learned", "rotary"])
    .default("sinusoidal")
    .describe("sinusoidal, learned: vectors added to the embeddings; rotary: queries and keys are rotated"),
  norm: z
    .enum(["post", "pre"])
    .default("post")
    .describe("post: layer norm after each residual sum; pre: before each sublayer"),
  without: z
    .array(z.enum(ablations))
    .default([])
    .describe(`parts removed for an ablation: ${ablations.join(", ")}`),
  headInit: z
    .enum(["random", "identical", "zero"])
    .default("random")
    .describe("initial weights of attention heads: random, identical, zero"),
};

const translation = z.strictObject({
  kind,
  ...sizes,
  encoderLayers: count().optional().describe("encoder layers; default `layers`"),
  decoderLayers: count().optional().describe("decoder layers; default `layers`"),
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

/** The Transformer that a configuration describes, before any ablation. */
export function transformerConfig(
  config: z.output<typeof translation>,
  tokenizers: Tokenizers,
): TransformerConfig {
  const { layers, encoderLayers = layers, decoderLayers = layers } = config;
  return { ...config, ...vocabulariesOf(config, tokenizers), encoderLayers, decoderLayers };
}

/** The Transformer of Vaswani et al. 2017. Its encoder alone classifies; its decoder alone generates. */
export const transformer = defineFamily({
  kinds: ["transformer"],
  keys: {
    translate: translation,
    generate: z.strictObject({ kind, ...sizes, ...blocks, tieEmbeddings }),
    classify: z.strictObject({ kind, ...sizes, ...blocks }),
  },
  build: {
    translate: (model, tokenizers) => varied(Transformer(transformerConfig(model, tokenizers)), model),
    generate: (model, { vocabulary, context }) => {
      const { tieEmbeddings: tie } = model;
      return varied(TransformerLanguageModel({ ...model, vocabulary, tie, maxLength: context }), model);
    },
    classify: (model, { vocabulary, labels, maxTokens }) =>
      varied(TransformerClassifier({ ...model, vocabulary, labels, maxLength: maxTokens }), model),
  },
  sourceHeads: ({ layers, decoderLayers = layers, heads, without }) =>
    // Uniform weights have nothing to learn.
    without.includes("attention") ? [] : new Array<number>(decoderLayers).fill(heads),
  refuseUnfit: ({ dModel, heads, dKey, dValue, positions, without }, refuse) => {
    if (dKey === undefined && dModel % heads !== 0) {
      const allowed = divisors(dModel).join(", ");
      refuse("heads", `${heads} heads do not divide dModel ${dModel}`, `choose from ${allowed}, or set dKey`);
    }
    const keySize = dKey ?? dModel / heads;
    if (positions === "rotary" && keySize % 2 !== 0) {
      const cause = `"rotary" rotates pairs of axes, but queries and keys have ${keySize} per head`;
      refuse("positions", cause, "choose an even dKey or another number of heads");
    }
    if (dValue !== undefined && without.includes("values"))
      refuse("dValue", "has no effect without values", "leave dValue out");
  },
});

const divisors = (n: number): number[] =>
  Array.from({ length: Math.min(n, 64) }, (_, i) => i + 1).filter((size) => n % size === 0);
