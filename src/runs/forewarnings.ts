import { SMALLEST_VOCABULARY } from "../config/fit-table.ts";
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
  /** Entries of its vocabulary; of the target's, where there are two. */
  readonly vocabulary: number;
}

/** Occurrences that a subword piece needs on average, and those to aim at. */
const FEW = 15;
const ENOUGH = 25;

const count = (n: number): string => Math.round(n).toLocaleString("en-US");

/** Predicts what will go wrong in training and what to set instead, one line each. */
export function forewarnings(outlook: Outlook): string[] {
  const { config, totalSteps, stepsPerEpoch, parameters, tokens, vocabulary } = outlook;
  const { warmup } = config.training;
  const warnings: string[] = [];
  if (warmup > 0 && totalSteps <= warmup) {
    warnings.push(
      `training ends after ${count(totalSteps)} updates, inside its warm-up of ${count(warmup)}: ` +
        `set training.warmup to ${Math.floor(totalSteps / 5)}, or raise training.epochs, or lower training.batchTokens`,
    );
  }
  // Where merges ran out before, that has been said.
  const isBpe = config.tokenizer.kind === "bpe" && vocabulary >= config.tokenizer.vocab;
  const times = tokens / vocabulary;
  if (isBpe && vocabulary > SMALLEST_VOCABULARY && times < FEW) {
    const fewer = Math.max(SMALLEST_VOCABULARY, Number((tokens / ENOUGH).toPrecision(1)));
    warnings.push(
      `a vocabulary of ${count(vocabulary)} pieces is larger than ${count(tokens)} tokens carry, ${count(times)} for each: ` +
        `set tokenizer.vocab to about ${fewer}`,
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
