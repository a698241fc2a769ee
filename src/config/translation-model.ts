import type { Seq2Seq } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import type { Tokenizers } from "../text/tokenizer.ts";
import { buildModel } from "./families/models.ts";
import type { TranslateConfig } from "./schema.ts";

export { transformerConfig } from "./families/transformer-models.ts";

/** The model a configuration describes. */
export const translationModel = (model: TranslateConfig["model"], tokenizers: Tokenizers): Layer<Seq2Seq> =>
  buildModel("translate", model, tokenizers);
