import type { FilterReport } from "../data/filters.ts";
import type { Program } from "../runtime/compile.ts";
import { toNumber } from "../runtime/compile.ts";
import type { Engine } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";
import type { BatchFeeds, TrainingStep } from "./step.ts";
import type { TrainerOptions } from "./trainer.ts";

/** Something to learn, ready for the trainer. */
export interface Task {
  readonly step: TrainingStep;
  /** What a step counts: what its loss is a mean over. */
  readonly unit: "tokens" | "texts";
  /** Batches of one epoch. */
  readonly batches: TrainerOptions["batches"];
  readonly batchesPerEpoch: number;
  readonly validate: TrainerOptions["validate"];
  readonly close: () => void;
}

/** What a configuration says to learn, with its data read. */
export interface TaskData {
  /** Identity of the training data: a resumed run must find the same. */
  readonly hash: string;
  /** Learns vocabularies, or reads those that a run has in `directory`, and encodes the data. */
  readonly prepare: (say: (message: string) => void, directory?: string) => PreparedTask;
}

export interface PreparedTask {
  /** What was left out of the training data, and why. */
  readonly report?: FilterReport;
  /** Puts beside the weights what using the model takes: vocabularies, labels. */
  readonly write: (directory: string) => void;
  readonly open: (engine: Engine, weights?: ReadonlyMap<string, HostTensor>) => Promise<Task>;
}

/** Mean loss over batches; undefined when a signal came first. */
export async function meanLoss(
  program: Program<"negativeLogLikelihood" | "tokens">,
  batches: Iterable<BatchFeeds>,
  signal?: AbortSignal,
): Promise<number | undefined> {
  let total = 0;
  let count = 0;
  for (const feeds of batches) {
    if (signal?.aborted) return undefined;
    const { negativeLogLikelihood, tokens } = await program(feeds);
    total += await toNumber(negativeLogLikelihood);
    count += await toNumber(tokens);
    negativeLogLikelihood.dispose();
    tokens.dispose();
  }
  return total / count;
}
