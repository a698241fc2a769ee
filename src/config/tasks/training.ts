import { z } from "zod";
import { count, file, share } from "../keys.ts";

/** Keys of `training` that every task has. */
export const training = {
  from: file
    .optional()
    .describe("run that training begins with: its model, weights and vocabularies; default random weights"),
  freeze: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "weights that stay as they are, by path: encoder, decoder.*.cross; * is one name, ** any number",
    ),
  lora: z
    .strictObject({
      rank: count().max(1024).default(8).describe("rank r of the change of a matrix"),
      alpha: z.number().positive().default(16).describe("the change is scaled by alpha / rank; above 0"),
      on: z
        .array(z.string().min(1))
        .min(1)
        .default(["**.query", "**.value"])
        .describe("matrices that are changed, by path"),
      beside: z
        .array(z.string().min(1))
        .default([])
        .describe("other weights that are trained as a whole, by path: project"),
    })
    .optional()
    .describe("with `from`: learns changes of low rank of some matrices, and nothing else"),
  batchTokens: count().default(4096).describe("maximum tokens per batch on either side, padding included"),
  accumulate: count().default(1).describe("batches per update"),
  epochs: count().default(10).describe("passes over the data"),
  steps: count().optional().describe("stop after this many updates, even if epochs are left"),
  minutes: z.number().positive().optional().describe("stop after this many minutes, even if epochs are left"),
  optimizer: z
    .enum(["adamw", "adam", "sgd", "muon"])
    .default("adamw")
    .describe("optimiser: adamw, adam, sgd, muon (matrices between states; adamw for the rest)"),
  learningRate: z
    .number()
    .positive()
    .max(100)
    .default(7e-4)
    .describe("peak learning rate; for noam, a factor; above 0, at most 100"),
  schedule: z
    .enum(["constant", "noam", "inverse-sqrt", "cosine", "plateau"])
    .default("inverse-sqrt")
    .describe("learning rate after warm-up: constant, noam, inverse-sqrt, cosine, plateau"),
  warmup: count(0).default(1000).describe("updates to reach the peak rate"),
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe(
      "adamw, muon: fraction of each weight removed per unit of rate; adam, sgd: added to the gradient; 0 to 1",
    ),
  beta1: share.default(0.9).describe("adam, adamw: decay of the mean gradient; at least 0, below 1"),
  beta2: share.default(0.98).describe("adam, adamw: decay of the mean squared gradient; at least 0, below 1"),
  epsilon: z
    .number()
    .positive()
    .max(1)
    .default(1e-9)
    .describe("adam, adamw: added to the denominator; above 0, at most 1"),
  momentum: share.default(0.9).describe("sgd, muon: momentum; at least 0, below 1"),
  labelSmoothing: share
    .default(0)
    .describe("fraction of probability spread over all outputs; at least 0, below 1"),
  rDrop: z
    .number()
    .positive()
    .max(100)
    .optional()
    .describe(
      "every batch is read twice with different dropout, and this much weight is on the answers agreeing (R-Drop's alpha, about 5); above 0, at most 100; default once",
    ),
  ema: share
    .optional()
    .describe(
      "decay per update of a moving average of the weights, which is validated and saved: 0.999; default no average",
    ),
  clip: z.number().min(0).default(1).describe("maximum global norm of the gradients; 0 for no clipping"),
  onSpike: z
    .enum(["ignore", "stop", "rollback"])
    .optional()
    .describe(
      "when the loss jumps: ignore, stop, or rollback to the last validated checkpoint and go on with the next batches; default ignore",
    ),
  spikeDeviations: z
    .number()
    .positive()
    .optional()
    .describe(
      "with onSpike: robust deviations above the median of the last 100 updates from which on a loss has jumped; default 10",
    ),
  wire: z
    .enum(["float32", "bfloat16"])
    .optional()
    .describe(
      "how gradients travel between the ranks of an MPI job: float32, or bfloat16, rounded, in half the bytes; default float32",
    ),
  localSteps: count()
    .optional()
    .describe(
      "for slow networks: updates that each rank of an MPI job makes alone before the ranks meet (DiLoCo), 50 or more; default none",
    ),
  validateEvery: count().optional().describe("updates between validations; default one epoch"),
  patience: count()
    .optional()
    .describe("stop after this many validations without improvement; default never"),
  average: count(0).default(5).describe("number of last checkpoints averaged at the end; 0 or 1 for none"),
  keep: count().default(5).describe("checkpoints kept"),
  logEvery: count().default(10).describe("updates between lines of metrics.jsonl"),
  statistics: count(0)
    .default(0)
    .describe("updates between per-layer gradient norms, activations and attention entropies; 0 for none"),
};

/** Keys of `training` where outputs are pieces of a vocabulary. */
export const smoothOver = z
  .enum(["all", "pieces"])
  .optional()
  .describe(
    "outputs that share what labelSmoothing spreads: all, pieces (not padding, unknown, start); default all",
  );

/** Keys of `training` where texts are encoded one by one. */
export const bpeDropout = share
  .optional()
  .describe(
    "fraction of merges skipped at random when training texts are split anew in each epoch, 0.1; default none",
  );

export const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .default(42)
  .describe("same seed, same run, to the bit");
