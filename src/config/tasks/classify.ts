import { z } from "zod";
import type { ModelKeys } from "../families/families.ts";
import { count, file } from "../keys.ts";
import { bpeDropout, seed, training } from "./training.ts";
import { tokenizer } from "./vocabulary.ts";

const labelled = z.strictObject({ labelled: file }).describe("{labelled}: TSV file, label then text");

const data = z.strictObject({
  train: labelled,
  valid: labelled,
  maxTokens: count(2).default(256).describe("longest text, in tokens; longer texts are cut off"),
});

/** Keys of a classifier's configuration. */
export const classify = (model: ModelKeys<"classify">) =>
  z.strictObject({
    task: z.literal("classify").describe("what the model learns"),
    seed,
    data,
    tokenizer: tokenizer.prefault({}),
    model,
    training: z.strictObject({ ...training, bpeDropout }).prefault({}),
  });
