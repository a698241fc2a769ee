import { z } from "zod";
import type { ModelKeys } from "../families/families.ts";
import { count, file, share } from "../keys.ts";
import { seed, training } from "./training.ts";
import { tokenizer, vocabulary } from "./vocabulary.ts";

const parallel = z
  .union([
    z.strictObject({ source: file, target: file }),
    z.strictObject({ pairs: file }),
    z.strictObject({ jsonl: file }),
    z.strictObject({ corpus: z.literal("phrasebook") }),
  ])
  .describe(
    "{source, target}: two files; {pairs}: TSV; {jsonl}: source and target keys; {corpus: phrasebook}",
  );

const data = z.strictObject({
  train: parallel,
  valid: parallel,
  maxTokens: count(2).default(128).describe("longest sentence kept, in tokens of either side"),
  ratio: z
    .number()
    .min(1)
    .default(4)
    .describe("largest ratio of lengths in tokens between the sides; from 1"),
  duplicates: z.enum(["keep", "drop"]).default("drop").describe("pairs that occur again"),
});

const { kind, vocab, ...others } = vocabulary;
const tokenizers = z.strictObject({
  kind,
  vocab,
  shared: z.boolean().default(true).describe("one vocabulary for both languages"),
  ...others,
  target: tokenizer
    .optional()
    .describe("the target's own vocabulary, where it is of another sort; then none is shared"),
});

const decoding = z.strictObject({
  beam: count().max(100).default(4).describe("hypotheses kept at each step; 1 is greedy; to 100"),
  alpha: z.number().min(0).max(5).default(0.6).describe("strength of the length penalty; 0 to 5"),
});

const labelSmoothing = share
  .default(0.1)
  .describe("share of probability spread over all outputs; 0 to below 1");
const validBleu = count(0).default(500).describe("validation sentences translated for BLEU; 0 for none");

/** Keys of a translator's configuration. */
export const translate = (model: ModelKeys<"translate">) =>
  z.strictObject({
    task: z.literal("translate").default("translate").describe("what is learnt"),
    seed,
    data,
    tokenizer: tokenizers.prefault({}),
    model,
    training: z.strictObject({ ...training, labelSmoothing, validBleu }).prefault({}),
    decoding: decoding.prefault({}),
  });
