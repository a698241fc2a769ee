import { z } from "zod";
import type { ModelKeys } from "../families/families.ts";
import { count, file, share } from "../keys.ts";
import { presetNames } from "../presets.ts";
import { guidedAlignment } from "./guided-alignment.ts";
import { bpeDropout, seed, smoothOver, training } from "./training.ts";
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
  maxTokens: count(2).default(128).describe("longest pair kept, in tokens on either side"),
  ratio: z.number().min(1).default(4).describe("largest ratio of token counts between the sides; at least 1"),
  duplicates: z.enum(["keep", "drop"]).default("drop").describe("repeated pairs: keep, drop"),
});

const { kind, vocab, ...others } = vocabulary;
const tokenizers = z.strictObject({
  kind,
  vocab,
  shared: z.boolean().default(true).describe("one vocabulary for both languages"),
  ...others,
  target: tokenizer
    .optional()
    .describe("the target's own vocabulary, if it differs in kind; nothing is shared then"),
});

const decoding = z.strictObject({
  beam: count().max(100).default(4).describe("hypotheses kept at each step; 1 is greedy; at most 100"),
  alpha: z.number().min(0).max(5).default(0.6).describe("strength of the length penalty; 0 to 5"),
});

const labelSmoothing = share
  .default(0.1)
  .describe("fraction of probability spread over all outputs; at least 0, below 1");
const newVocabulary = z
  .enum(["source", "target"])
  .optional()
  .describe(
    "with `from`: the side whose vocabulary is learnt from the new pairs; pieces of both keep their vectors",
  );
const preset = z
  .enum(presetNames)
  .optional()
  .describe(
    "the model and training that translated best after equal time, where other keys leave them open: small, base",
  );
const validBleu = count(0).default(500).describe("validation sentences translated for BLEU; 0 for none");

/** Keys of a translator's configuration. */
export const translate = (model: ModelKeys<"translate">) =>
  z.strictObject({
    task: z.literal("translate").default("translate").describe("what the model learns"),
    preset,
    seed,
    data,
    tokenizer: tokenizers.prefault({}),
    model,
    training: z
      .strictObject({
        ...training,
        labelSmoothing,
        smoothOver,
        bpeDropout,
        validBleu,
        newVocabulary,
        guidedAlignment: guidedAlignment.optional(),
      })
      .prefault({}),
    decoding: decoding.prefault({}),
  });
