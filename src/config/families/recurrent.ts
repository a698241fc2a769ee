import { z } from "zod";
import { RecurrentClassifier } from "../../models/classifier.ts";
import { RecurrentLanguageModel } from "../../models/language-model.ts";
import {
  feedingAttentions,
  recurrentAttentionNames,
  recurrentAttentions,
} from "../../models/recurrent-attention.ts";
import { RecurrentSeq2Seq } from "../../models/recurrent-seq2seq.ts";
import { count, dropout, maxLength, sizes, tieEmbeddings } from "../keys.ts";
import { defineFamily, vocabulariesOf } from "./family.ts";

const kinds = ["lstm", "gru"] as const;
const cells = {
  kind: z.enum(kinds).describe("sort of network"),
  ...sizes,
  hidden: count().default(512).describe("size of a layer's state; both directions together"),
  dropout,
};
const bidirectional = z
  .boolean()
  .default(true)
  .describe("also read from the end; then `hidden` must be even");

/** LSTM and GRU: Hochreiter & Schmidhuber 1997, Cho et al. 2014; the decoders of Bahdanau et al. and Luong et al. 2015. */
export const recurrent = defineFamily({
  kinds,
  keys: {
    translate: z.strictObject({
      ...cells,
      bidirectional,
      attention: z
        .enum(recurrentAttentionNames)
        .default("additive")
        .describe("how the decoder looks back: none (one summary), additive (Bahdanau), the others (Luong)"),
      inputFeeding: z
        .boolean()
        .default(false)
        .describe(`${feedingAttentions.join(", ")}: what a step gave out goes into the next`),
      tieEmbeddings,
      maxLength,
    }),
    generate: z.strictObject({ ...cells, tieEmbeddings }),
    classify: z.strictObject({ ...cells, bidirectional }),
  },
  build: {
    translate: (model, tokenizers) => {
      const vocabularies = vocabulariesOf(model, tokenizers);
      return RecurrentSeq2Seq({ ...model, ...vocabularies, cell: model.kind, embedding: model.dModel });
    },
    generate: (model, { vocabulary }) => {
      const { tieEmbeddings: tie, kind: cell, dModel: embedding } = model;
      return RecurrentLanguageModel({ ...model, vocabulary, tie, cell, embedding });
    },
    classify: (model, { vocabulary, labels }) =>
      RecurrentClassifier({ ...model, vocabulary, labels, cell: model.kind, embedding: model.dModel }),
  },
  refuseUnfit: (model, refuse) => {
    if ("bidirectional" in model && model.bidirectional && model.hidden % 2 !== 0) {
      const remedy = "choose an even size, or bidirectional: false";
      refuse("hidden", `${model.hidden} cannot be shared by two directions`, remedy);
    }
    if ("inputFeeding" in model && model.inputFeeding && !recurrentAttentions[model.attention].feeding) {
      const remedy = `choose attention ${feedingAttentions.join(", ")}, or leave it out`;
      refuse("inputFeeding", `attention "${model.attention}" has none`, remedy);
    }
  },
});
