import type { Config } from "../config/schema.ts";

/** What is known of a training before its first update. */
export interface Outlook {
  readonly config: Config;
  /** Updates after which it ends at the latest. */
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly parameters: number;
  /** Of the training data: what an epoch reads. */
  readonly tokens: number;
}

const count = (n: number): string => Math.round(n).toLocaleString("en-US");

/** What can be said before a training starts that will go wrong, and what to set instead: one line for each. */
export function forewarnings({ config, totalSteps, stepsPerEpoch, parameters, tokens }: Outlook): string[] {
  const { warmup } = config.training;
  const warnings: string[] = [];
  if (warmup > 0 && totalSteps <= warmup) {
    warnings.push(
      `training ends after ${count(totalSteps)} updates, inside its warm-up of ${count(warmup)}: ` +
        `set training.warmup to ${Math.floor(totalSteps / 5)}, or raise training.epochs, or lower training.batchTokens`,
    );
  }
  const read = (tokens * totalSteps) / stepsPerEpoch;
  if (parameters > read) {
    warnings.push(
      `the model has ${count(parameters)} parameters, and the whole training reads ${count(read)} tokens: ` +
        "too few to learn them; set a smaller model.dModel or tokenizer.vocab, or raise training.epochs",
    );
  }
  return warnings;
}
