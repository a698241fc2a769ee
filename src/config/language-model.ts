import { varied } from "../models/ablations.ts";
import { RecurrentLanguageModel, TransformerLanguageModel } from "../models/language-model.ts";
import type { Decoder } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import type { GenerateConfig } from "./schema.ts";

/** The model a configuration describes. It has positions for one window and for what is generated after a full one. */
export function languageModel(
  { model, data }: Pick<GenerateConfig, "model" | "data">,
  vocabulary: number,
): Layer<Decoder> {
  const tie = model.tieEmbeddings;
  return model.kind === "transformer"
    ? varied(TransformerLanguageModel({ ...model, vocabulary, tie, maxLength: data.context }), model)
    : RecurrentLanguageModel({ ...model, vocabulary, tie, cell: model.kind, embedding: model.dModel });
}
