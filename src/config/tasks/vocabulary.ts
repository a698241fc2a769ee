import { z } from "zod";
import { count } from "../keys.ts";

/** Keys of every vocabulary. */
export const vocabulary = {
  kind: z.enum(["bpe", "word", "char"]).default("bpe").describe("what texts are cut into: bpe, word, char"),
  vocab: count(5).default(8000).describe("most entries of a vocabulary; bpe and char need at least 262"),
  lowercase: z.boolean().default(false).describe("no capital letters"),
  minFrequency: count().default(1).describe("word: occurrences a word needs; bpe: a pair needs"),
};

export const tokenizer = z.strictObject(vocabulary);
