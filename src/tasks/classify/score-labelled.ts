import type { PairExample } from "../../data/batches.ts";
import {
  type ClassificationScores,
  classificationScores,
  confusion,
} from "../../evaluation/classification.ts";
import { type Judge, likeliest } from "./judge.ts";

/** Scores a judge on labelled examples. */
export async function scoreLabelled(
  judge: Judge,
  examples: readonly PairExample[],
  labels: number,
): Promise<ClassificationScores & { readonly probabilities: readonly Float32Array[] }> {
  const probabilities = await judge.judge(examples);
  const truth = examples.map(({ target }) => target[0] as number);
  return { ...classificationScores(confusion(truth, probabilities.map(likeliest), labels)), probabilities };
}
