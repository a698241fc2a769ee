import type { Classifier } from "../models/classifier.ts";
import type { Layer } from "../nn/layer.ts";
import { buildModel } from "./families/models.ts";
import type { ClassifyConfig } from "./schema.ts";

/** The model a configuration describes. */
export const classifierModel = (
  {
    model,
    data,
  }: Pick<ClassifyConfig, "model"> & { readonly data: Pick<ClassifyConfig["data"], "maxTokens"> },
  { vocabulary, labels }: { readonly vocabulary: number; readonly labels: number },
): Layer<Classifier> => buildModel("classify", model, { vocabulary, labels, maxTokens: data.maxTokens });
