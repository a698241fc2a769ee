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
  kind: z.enum(kinds).describe("kind of network"),
  ...sizes,
  hidden: count().default(512).describe("size of a layer's state, summed over both directions"),
  dropout,
};
const bidirectional = z.boolean().default(true).describe("also read backwards; `hidden` must then be even");

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
        .describe(
          "how the decoder attends to the source: none (one summary), additive (Bahdanau), others (Luong)",
        ),
      inputFeeding: z
        .boolean()
        .default(false)
        .describe(`feed each step's output into the next; needs attention ${feedingAttentions.join(", ")}`),
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
  sourceHeads: ({ attention }) => (attention === "none" ? [] : [1]),
  refuseUnfit: (model, refuse) => {
    if ("bidirectional" in model && model.bidirectional && model.hidden % 2 !== 0) {
      const remedy = "choose an even size or bidirectional: false";
      refuse("hidden", `${model.hidden} cannot be split between two directions`, remedy);
    }
    if ("inputFeeding" in model && model.inputFeeding && !recurrentAttentions[model.attention].feeding) {
      const remedy = `choose attention ${feedingAttentions.join(", ")}, or leave inputFeeding out`;
      refuse("inputFeeding", `attention "${model.attention}" does not support it`, remedy);
    }
  },
});
