import { RecurrentClassifier } from "../../models/classifier.ts";
import { RecurrentLanguageModel } from "../../models/language-model.ts";
import { RecurrentSeq2Seq } from "../../models/recurrent-seq2seq.ts";
import { type ModelsOf, vocabulariesOf } from "./family.ts";
import type { recurrentKeys } from "./recurrent-keys.ts";

/** A recurrent network for each task. */
export const recurrentModels: ModelsOf<typeof recurrentKeys> = {
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
};
