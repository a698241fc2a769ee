import { varied } from "../models/ablations.ts";
import { type Classifier, RecurrentClassifier, TransformerClassifier } from "../models/classifier.ts";
import type { Layer } from "../nn/layer.ts";
import type { ClassifyConfig } from "./schema.ts";

/** The model a configuration describes. */
export function classifierModel(
  { model, data }: Pick<ClassifyConfig, "model" | "data">,
  { vocabulary, labels }: { readonly vocabulary: number; readonly labels: number },
): Layer<Classifier> {
  return model.kind === "transformer"
    ? varied(TransformerClassifier({ ...model, vocabulary, labels, maxLength: data.maxTokens }), model)
    : RecurrentClassifier({ ...model, vocabulary, labels, cell: model.kind, embedding: model.dModel });
}
