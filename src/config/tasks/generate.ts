import { z } from "zod";
import type { ModelKeys } from "../families/families.ts";
import { count, file } from "../keys.ts";
import { seed, smoothOver, training } from "./training.ts";
import { tokenizer } from "./vocabulary.ts";

const text = z
  .strictObject({ text: file })
  .describe("{text}: plain text file; line breaks are kept, other white space collapses");

const data = z.strictObject({
  train: text,
  valid: text,
  context: count(2).default(128).describe("tokens per training window; generation looks back this far"),
});

/** Keys of a language model's configuration. */
export const generate = (model: ModelKeys<"generate">) =>
  z.strictObject({
    task: z.literal("generate").describe("what the model learns"),
    seed,
    data,
    tokenizer: tokenizer.prefault({}),
    model,
    training: z.strictObject({ ...training, smoothOver }).prefault({}),
  });
