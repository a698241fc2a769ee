import { join } from "node:path";
import type { Config } from "../config/schema.ts";
import { alone, type Communicator } from "../distributed/communicator.ts";
import { broadcastJson } from "../distributed/together.ts";
import type { NamedTensor } from "../formats/safetensors.ts";
import type { Learner } from "../tasks/task.ts";
import { type Scores, validationText } from "../tasks/validation-text.ts";
import { broadcastEntries } from "../training/across-ranks.ts";
import { isBetter, type Position, type Validation } from "../training/trainer.ts";
import { loadCheckpoint, validatedCheckpoints } from "./checkpoints.node.ts";
import { appendLine } from "./durable.node.ts";
import { writeModel } from "./model-file.node.ts";
import { METRICS } from "./records.ts";
import { writeReport } from "./report.node.ts";

export interface Averaged {
  readonly config: Config;
  readonly directory: string;
  readonly learner: Learner;
  readonly signal?: AbortSignal | undefined;
  /** The processes that validate together. Default: this one alone. */
  readonly communicator?: Communicator | undefined;
  readonly onMessage?: (message: string) => void;
}

/** Averages the weights of the last checkpoints; keeps the average if it scores better than the best so far. */
export async function tryAverage(
  { config, directory, learner, signal, onMessage, communicator = alone }: Averaged,
  { best, step }: Position,
): Promise<Scores | undefined> {
  const last = validatedCheckpoints(directory).slice(-config.training.average);
  const isTried = config.training.average >= 2 && last.length >= 2;
  if (!(await broadcastJson(communicator, isTried))) return undefined;
  const mean = meanOf(last.map(({ path }) => path));
  for (const [name, { data }] of mean) learner.step.state.write(name, data);
  await broadcastEntries(learner.step.state, learner.step.weights, communicator);
  // Several ranks validate to the end: a signal comes to each at another time.
  const validation = await learner.validate(communicator.size === 1 ? signal : undefined);
  if (!validation) return undefined;
  const isKept = isBetter(validation, best);
  const textOf = (scored: Validation): string => validationText(scoresOf(scored));
  const outcome = best && !isKept ? `not better than ${textOf(best)}` : "kept";
  onMessage?.(`${last.length} checkpoints averaged: ${textOf(validation)}, ${outcome}`);
  if (!isKept) return undefined;
  writeModel(directory, mean, config.training);
  const result = { ...validation, step };
  const averaged = last.map(({ step }) => step);
  writeReport({ directory, config, parameters: learner.step.parameterCount, averaged }, result, result);
  const record = { kind: "average", checkpoints: averaged, ...scoresOf(validation) };
  appendLine(join(directory, METRICS), JSON.stringify(record));
  return scoresOf(validation);
}

function meanOf(checkpoints: readonly string[]): Map<string, NamedTensor> {
  const mean = new Map<string, NamedTensor>();
  for (const path of checkpoints) {
    for (const [name, { dtype, shape, data }] of loadCheckpoint(path).model) {
      const sum = mean.get(name)?.data ?? new Float32Array(data.length);
      for (let i = 0; i < data.length; i++)
        sum[i] = (sum[i] as number) + (data[i] as number) / checkpoints.length;
      mean.set(name, { dtype, shape, data: sum });
    }
  }
  return mean;
}

export const scoresOf = ({ loss, scores }: Pick<Validation, "loss" | "scores">): Scores => ({
  loss,
  ...scores,
});
