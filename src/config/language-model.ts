import type { Decoder } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import { buildModel } from "./families/families.ts";
import type { GenerateConfig } from "./schema.ts";

/** The model a configuration describes. It has positions for one window and for what is generated after a full one. */
export const languageModel = (
  { model, data }: Pick<GenerateConfig, "model" | "data">,
  vocabulary: number,
): Layer<Decoder> => buildModel("generate", model, { vocabulary, context: data.context });
