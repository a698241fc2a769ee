import type { Config } from "../config/schema.ts";

/** What is known before the first update. */
export interface Outlook {
  readonly config: Config;
  /** The most updates that training can take. */
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly parameters: number;
  /** Tokens that an epoch reads. */
  readonly tokens: number;
}

const count = (n: number): string => Math.round(n).toLocaleString("en-US");

/** Predicts what will go wrong in training and what to set instead, one line each. */
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
      `the model has ${count(parameters)} parameters, but all of training reads only ${count(read)} tokens: ` +
        "too few to learn them; set a smaller model.dModel or tokenizer.vocab, or raise training.epochs",
    );
  }
  return warnings;
}
