import type { Decoder } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import { buildModel } from "./families/models.ts";
import type { GenerateConfig } from "./schema.ts";

/** The model a configuration describes, with positions for one window of `data.context` tokens. */
export const languageModel = (
  { model, data }: Pick<GenerateConfig, "model"> & { readonly data: Pick<GenerateConfig["data"], "context"> },
  vocabulary: number,
): Layer<Decoder> => buildModel("generate", model, { vocabulary, context: data.context });
