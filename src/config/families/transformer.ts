import { z } from "zod";
import { ablations, varied } from "../../models/ablations.ts";
import { TransformerClassifier } from "../../models/classifier.ts";
import { TransformerLanguageModel } from "../../models/language-model.ts";
import { Transformer, type TransformerConfig } from "../../models/transformer.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";
import { count, dropout, maxLength, share, sizes, tieEmbeddings } from "../keys.ts";
import { defineFamily, vocabulariesOf } from "./family.ts";

const kind = z.literal("transformer").describe("sort of network");
const blocks = {
  heads: count().default(4).describe("attention heads; they must divide dModel unless dKey is given"),
  dKey: count().optional().describe("size of queries and keys per head; dModel / heads when left out"),
  dValue: count().optional().describe("size of values per head; dKey when left out"),
  feedForward: count().default(1024).describe("hidden size of the feed-forward layers"),
  dropout,
  attentionDropout: share.optional().describe("share of attention weights dropped; `dropout` when left out"),
  activation: z
    .enum(["relu", "gelu"])
    .default("relu")
    .describe("between the feed-forward layers: relu, gelu"),
  positions: z
    .enum(["sinusoidal", "learned", "rotary"])
    .default("sinusoidal")
    .describe("waves or learned vectors on the embeddings; or queries and keys turn with theirs"),
  norm: z
    .enum(["post", "pre"])
    .default("post")
    .describe("layer norm after each residual sum, or before each sublayer"),
  without: z
    .array(z.enum(ablations))
    .default([])
    .describe(`parts taken out to see what they are good for: ${ablations.join(", ")}`),
  headInit: z
    .enum(["random", "identical", "zero"])
    .default("random")
    .describe("how attention heads start: each on its own, all alike, at zero"),
};

const translation = z.strictObject({
  kind,
  ...sizes,
  encoderLayers: count().optional().describe("encoder layers, if not `layers`"),
  decoderLayers: count().optional().describe("decoder layers, if not `layers`"),
  ...blocks,
  tieEmbeddings,
  maxLength,
});

/** The Transformer a configuration describes, before anything is taken out of it. */
export function transformerConfig(
  config: z.output<typeof translation>,
  tokenizers: Tokenizers,
): TransformerConfig {
  const { layers, encoderLayers = layers, decoderLayers = layers } = config;
  return { ...config, ...vocabulariesOf(config, tokenizers), encoderLayers, decoderLayers };
}

/** Vaswani et al. 2017, and its encoder and its decoder alone. */
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
  refuseUnfit: ({ dModel, heads, dKey, dValue, positions, without }, refuse) => {
    if (dKey === undefined && dModel % heads !== 0) {
      const fitting = divisors(dModel).join(", ");
      refuse(
        "heads",
        `${heads} heads do not divide dModel ${dModel}`,
        `choose from ${fitting}, or give dKey`,
      );
    }
    const turned = dKey ?? dModel / heads;
    if (positions === "rotary" && turned % 2 !== 0) {
      const cause = `"rotary" turns pairs of axes, and queries and keys have ${turned} per head`;
      refuse("positions", cause, "choose an even dKey, or other heads");
    }
    if (dValue !== undefined && without.includes("values"))
      refuse("dValue", "without values there is only the size of the keys", "leave dValue out");
  },
});

const divisors = (n: number): number[] =>
  Array.from({ length: Math.min(n, 64) }, (_, i) => i + 1).filter((size) => n % size === 0);
