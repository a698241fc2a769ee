import { z } from "zod";

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

const tokenizer = z.strictObject({
  kind: z.enum(["bpe", "word", "char"]).default("bpe"),
  vocab: count(5).default(8000).describe("most entries of a vocabulary; bpe and char need at least 262"),
  shared: z.boolean().default(true).describe("one vocabulary for both languages"),
  lowercase: z.boolean().default(false),
  minFrequency: count().default(1).describe("word: occurrences a word needs; bpe: a pair needs"),
});

const model = z.strictObject({
  kind: z.literal("transformer").default("transformer"),
  layers: count().default(3).describe("encoder and decoder layers"),
  encoderLayers: count().optional().describe("encoder layers, if not `layers`"),
  decoderLayers: count().optional().describe("decoder layers, if not `layers`"),
  dModel: count().default(256).describe("size of a token's vector"),
  heads: count().default(4).describe("attention heads; they must divide dModel unless dKey is given"),
  dKey: count().optional().describe("size of queries and keys per head; dModel / heads when left out"),
  dValue: count().optional().describe("size of values per head; dKey when left out"),
  feedForward: count().default(1024).describe("hidden size of the feed-forward layers"),
  dropout: share.default(0.1).describe("share of activations dropped; 0 to below 1"),
  attentionDropout: share.optional().describe("share of attention weights dropped; `dropout` when left out"),
  activation: z.enum(["relu", "gelu"]).default("relu"),
  positions: z.enum(["sinusoidal", "learned"]).default("sinusoidal"),
  norm: z
    .enum(["post", "pre"])
    .default("post")
    .describe("layer norm after each residual sum, or before each sublayer"),
  tieEmbeddings: z
    .boolean()
    .default(true)
    .describe("output projection = target embedding (= source, if shared)"),
  maxLength: count(2).default(256).describe("longest sentence, in tokens"),
});

const training = z.strictObject({
  batchTokens: count().default(4096).describe("most tokens of a batch on either side, padding included"),
  accumulate: count().default(1).describe("batches per update"),
  epochs: count().default(10).describe("passes over the data"),
  steps: count().optional().describe("updates after which to stop, whatever the epochs"),
  minutes: z.number().positive().optional().describe("minutes after which to stop, whatever the epochs"),
  optimizer: z.enum(["adamw", "adam", "sgd"]).default("adamw"),
  learningRate: z.number().positive().max(100).default(7e-4).describe("peak rate; for noam a factor"),
  schedule: z.enum(["constant", "noam", "inverse-sqrt", "cosine", "plateau"]).default("inverse-sqrt"),
  warmup: count(0).default(1000).describe("updates until the peak rate"),
  weightDecay: z.number().min(0).max(1).default(0.01),
  beta1: share.default(0.9),
  beta2: share.default(0.98),
  epsilon: z.number().positive().max(1).default(1e-9),
  momentum: share.default(0.9).describe("sgd only"),
  labelSmoothing: share
    .default(0.1)
    .describe("share of probability spread over the vocabulary; 0 to below 1"),
  clip: z.number().min(0).default(1).describe("largest joint norm of the gradients; 0 for none"),
  validateEvery: count().optional().describe("updates between validations; each epoch when left out"),
  validBleu: count(0).default(500).describe("validation sentences translated for BLEU; 0 for none"),
  patience: count().optional().describe("validations without improvement before stopping"),
  average: count(0).default(5).describe("last checkpoints averaged at the end; 0 or 1 for none"),
  keep: count().default(5).describe("checkpoints kept"),
  logEvery: count().default(10).describe("updates between lines of metrics.jsonl"),
});

const decoding = z.strictObject({
  beam: count().max(100).default(4).describe("hypotheses kept at each step; 1 is greedy; to 100"),
  alpha: z.number().min(0).max(5).default(0.6).describe("strength of the length penalty; 0 to 5"),
});

/** Every key of a configuration file, with its range, default and meaning. */
export const configSchema = z
  .strictObject({
    task: z.literal("translate").default("translate"),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(42)
      .describe("same seed, same run, to the bit"),
    data,
    tokenizer: tokenizer.prefault({}),
    model: model.prefault({}),
    training: training.prefault({}),
    decoding: decoding.prefault({}),
  })
  .superRefine(({ model: { dModel, heads, dKey } }, context) => {
    if (dKey === undefined && dModel % heads !== 0) {
      const message = `${heads} heads do not divide dModel ${dModel}`;
      context.addIssue({ code: "custom", path: ["model", "heads"], message });
    }
  });

/** A complete configuration: defaults filled in. */
export type Config = z.output<typeof configSchema>;
