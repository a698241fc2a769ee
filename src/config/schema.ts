import { z } from "zod";
import { ablations } from "../models/ablations.ts";

const count = (min = 1): z.ZodInt => z.int().min(min);
const share = z.number().min(0).lt(1);
const file = z.string().min(1);

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

const pairData = z.strictObject({
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

const text = z
  .strictObject({ text: file })
  .describe("{text}: a plain text file; lines are kept, white space within them collapses");
const textData = z.strictObject({
  train: text,
  valid: text,
  context: count(2).default(128).describe("tokens of a training window; generation looks back as far"),
});

const labelled = z.strictObject({ labelled: file }).describe("{labelled}: TSV, label then text");
const labelledData = z.strictObject({
  train: labelled,
  valid: labelled,
  maxTokens: count(2).default(256).describe("longest text, in tokens; what is beyond is cut off"),
});

const vocabulary = {
  kind: z.enum(["bpe", "word", "char"]).default("bpe"),
  vocab: count(5).default(8000).describe("most entries of a vocabulary; bpe and char need at least 262"),
  lowercase: z.boolean().default(false),
  minFrequency: count().default(1).describe("word: occurrences a word needs; bpe: a pair needs"),
};
const tokenizer = z.strictObject(vocabulary);
const { kind, vocab, ...others } = vocabulary;
const pairTokenizer = z.strictObject({
  ...{ kind, vocab },
  shared: z.boolean().default(true).describe("one vocabulary for both languages"),
  ...others,
  target: tokenizer
    .optional()
    .describe("the target's own vocabulary, where it is of another sort; then none is shared"),
});

/** Keys of every model. */
const sizes = {
  layers: count().default(3).describe("layers; of an encoder-decoder in each"),
  dModel: count().default(256).describe("size of a token's vector"),
};
const dropout = share.default(0.1).describe("share of activations dropped; 0 to below 1");
const tieEmbeddings = z
  .boolean()
  .default(true)
  .describe("output projection = target embedding (= source, if shared)");
const maxLength = count(2).default(256).describe("longest sentence, in tokens");

const blocks = {
  heads: count().default(4).describe("attention heads; they must divide dModel unless dKey is given"),
  dKey: count().optional().describe("size of queries and keys per head; dModel / heads when left out"),
  dValue: count().optional().describe("size of values per head; dKey when left out"),
  feedForward: count().default(1024).describe("hidden size of the feed-forward layers"),
  dropout,
  attentionDropout: share.optional().describe("share of attention weights dropped; `dropout` when left out"),
  activation: z.enum(["relu", "gelu"]).default("relu"),
  positions: z
    .enum(["sinusoidal", "learned", "rotary"])
    .default("sinusoidal")
    .describe("waves or learned vectors on the embeddings; or queries and keys turn with theirs"),
  norm: z
    .enum(["post", "pre"])
    .default("post")
    .describe("layer norm after each residual sum, or before each sublayer"),
  without: z
    .array(z.enum(ablations))
    .default([])
    .describe(
      "parts taken out to see what they are good for: positions, residuals, norm, scale, values, diagonal, attention",
    ),
  headInit: z
    .enum(["random", "identical", "zero"])
    .default("random")
    .describe("how attention heads start: each on its own, all alike, at zero"),
};
const transformer = { kind: z.literal("transformer"), ...sizes };

const recurrent = {
  kind: z.enum(["lstm", "gru"]),
  ...sizes,
  hidden: count().default(512).describe("size of a layer's state; both directions together"),
  dropout,
};
const bidirectional = z
  .boolean()
  .default(true)
  .describe("also read from the end; then `hidden` must be even");

/** Per task and kind, the keys a model has: no model takes keys that it has no use for. */
const models = {
  translate: {
    transformer: {
      ...transformer,
      encoderLayers: count().optional().describe("encoder layers, if not `layers`"),
      decoderLayers: count().optional().describe("decoder layers, if not `layers`"),
      ...{ ...blocks, tieEmbeddings, maxLength },
    },
    recurrent: {
      ...{ ...recurrent, bidirectional },
      attention: z
        .enum(["none", "additive", "dot", "scaled-dot", "general"])
        .default("additive")
        .describe("how the decoder looks back: none (one summary), additive (Bahdanau), the others (Luong)"),
      inputFeeding: z
        .boolean()
        .default(false)
        .describe("dot, scaled-dot, general: what a step gave out goes into the next"),
      ...{ tieEmbeddings, maxLength },
    },
  },
  generate: {
    transformer: { ...transformer, ...blocks, tieEmbeddings },
    recurrent: { ...recurrent, tieEmbeddings },
  },
  classify: {
    transformer: { ...transformer, ...blocks },
    recurrent: { ...recurrent, bidirectional },
  },
} as const;

const trainingOf = (smoothing: number) => ({
  batchTokens: count().default(4096).describe("most tokens of a batch on either side, padding included"),
  accumulate: count().default(1).describe("batches per update"),
  epochs: count().default(10).describe("passes over the data"),
  steps: count().optional().describe("updates after which to stop, whatever the epochs"),
  minutes: z.number().positive().optional().describe("minutes after which to stop, whatever the epochs"),
  optimizer: z.enum(["adamw", "adam", "sgd"]).default("adamw"),
  learningRate: z
    .number()
    .positive()
    .max(100)
    .default(7e-4)
    .describe("peak rate; for noam a factor; above 0, to 100"),
  schedule: z.enum(["constant", "noam", "inverse-sqrt", "cosine", "plateau"]).default("inverse-sqrt"),
  warmup: count(0).default(1000).describe("updates until the peak rate"),
  weightDecay: z.number().min(0).max(1).default(0.01),
  beta1: share.default(0.9),
  beta2: share.default(0.98),
  epsilon: z.number().positive().max(1).default(1e-9),
  momentum: share.default(0.9).describe("sgd only"),
  labelSmoothing: share
    .default(smoothing)
    .describe("share of probability spread over all outputs; 0 to below 1"),
  clip: z.number().min(0).default(1).describe("largest joint norm of the gradients; 0 for none"),
  validateEvery: count().optional().describe("updates between validations; each epoch when left out"),
  patience: count().optional().describe("validations without improvement before stopping"),
  average: count(0).default(5).describe("last checkpoints averaged at the end; 0 or 1 for none"),
  keep: count().default(5).describe("checkpoints kept"),
  logEvery: count().default(10).describe("updates between lines of metrics.jsonl"),
  statistics: count(0)
    .default(0)
    .describe("updates between gradient norms, activations and attention entropies of layers; 0 for none"),
});
const validBleu = count(0).default(500).describe("validation sentences translated for BLEU; 0 for none");

const decoding = z.strictObject({
  beam: count().max(100).default(4).describe("hypotheses kept at each step; 1 is greedy; to 100"),
  alpha: z.number().min(0).max(5).default(0.6).describe("strength of the length penalty; 0 to 5"),
});

const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .default(42)
  .describe("same seed, same run, to the bit");

const translate = <M extends z.ZodRawShape>(model: M) =>
  z.strictObject({
    task: z.literal("translate").default("translate"),
    seed,
    data: pairData,
    tokenizer: pairTokenizer.prefault({}),
    model: z.strictObject(model),
    training: z.strictObject({ ...trainingOf(0.1), validBleu }).prefault({}),
    decoding: decoding.prefault({}),
  });
const generate = <M extends z.ZodRawShape>(model: M) =>
  z.strictObject({
    task: z.literal("generate"),
    seed,
    data: textData,
    tokenizer: tokenizer.prefault({}),
    model: z.strictObject(model),
    training: z.strictObject(trainingOf(0)).prefault({}),
  });
const classify = <M extends z.ZodRawShape>(model: M) =>
  z.strictObject({
    task: z.literal("classify"),
    seed,
    data: labelledData,
    tokenizer: tokenizer.prefault({}),
    model: z.strictObject(model),
    training: z.strictObject(trainingOf(0)).prefault({}),
  });

/** Every key of a configuration file, with its range, default and meaning: per task and family of models. */
export const configSchemas = {
  translate: {
    transformer: translate(models.translate.transformer),
    recurrent: translate(models.translate.recurrent),
  },
  generate: {
    transformer: generate(models.generate.transformer),
    recurrent: generate(models.generate.recurrent),
  },
  classify: {
    transformer: classify(models.classify.transformer),
    recurrent: classify(models.classify.recurrent),
  },
} as const;

export type TaskName = keyof typeof configSchemas;
export const families = { transformer: "transformer", lstm: "recurrent", gru: "recurrent" } as const;

type Family<T extends TaskName> = (typeof configSchemas)[T]["transformer" | "recurrent"];

/** A complete configuration: defaults filled in. */
export type TranslateConfig = z.output<Family<"translate">>;
export type GenerateConfig = z.output<Family<"generate">>;
export type ClassifyConfig = z.output<Family<"classify">>;
export type Config = TranslateConfig | GenerateConfig | ClassifyConfig;
