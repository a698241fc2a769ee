import { z } from "zod";
import { count, share } from "../keys.ts";

/** Keys of every training. */
export const training = {
  batchTokens: count().default(4096).describe("most tokens of a batch on either side, padding included"),
  accumulate: count().default(1).describe("batches per update"),
  epochs: count().default(10).describe("passes over the data"),
  steps: count().optional().describe("updates after which to stop, whatever the epochs"),
  minutes: z.number().positive().optional().describe("minutes after which to stop, whatever the epochs"),
  optimizer: z.enum(["adamw", "adam", "sgd"]).default("adamw").describe("adamw, adam, sgd"),
  learningRate: z
    .number()
    .positive()
    .max(100)
    .default(7e-4)
    .describe("peak rate; for noam a factor; above 0, to 100"),
  schedule: z
    .enum(["constant", "noam", "inverse-sqrt", "cosine", "plateau"])
    .default("inverse-sqrt")
    .describe("how the rate goes on after warming up: constant, noam, inverse-sqrt, cosine, plateau"),
  warmup: count(0).default(1000).describe("updates until the peak rate"),
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe("share of each weight removed per unit of rate; adam, sgd: part of the gradient; 0 to 1"),
  beta1: share.default(0.9).describe("adam, adamw: memory of the mean gradient; 0 to below 1"),
  beta2: share.default(0.98).describe("adam, adamw: memory of the mean square; 0 to below 1"),
  epsilon: z
    .number()
    .positive()
    .max(1)
    .default(1e-9)
    .describe("adam, adamw: added to the root; above 0, to 1"),
  momentum: share.default(0.9).describe("sgd only"),
  labelSmoothing: share.default(0).describe("share of probability spread over all outputs; 0 to below 1"),
  clip: z.number().min(0).default(1).describe("largest joint norm of the gradients; 0 for none"),
  validateEvery: count().optional().describe("updates between validations; each epoch when left out"),
  patience: count().optional().describe("validations without improvement before stopping"),
  average: count(0).default(5).describe("last checkpoints averaged at the end; 0 or 1 for none"),
  keep: count().default(5).describe("checkpoints kept"),
  logEvery: count().default(10).describe("updates between lines of metrics.jsonl"),
  statistics: count(0)
    .default(0)
    .describe("updates between gradient norms, activations and attention entropies of layers; 0 for none"),
};

export const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .default(42)
  .describe("same seed, same run, to the bit");
