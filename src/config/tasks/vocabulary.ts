import { z } from "zod";
import { count } from "../keys.ts";

/** Keys of every vocabulary. */
export const vocabulary = {
  kind: z
    .enum(["bpe", "word", "char", "imported"])
    .default("bpe")
    .describe("kind of tokens: bpe, word, char"),
  vocab: count(5).default(8000).describe("maximum entries in a vocabulary; bpe and char need at least 262"),
  lowercase: z.boolean().default(false).describe("convert text to lower case"),
  minFrequency: count().default(1).describe("occurrences needed by a word (word) or a merged pair (bpe)"),
};

export const tokenizer = z.strictObject(vocabulary);
