import type { TaskName } from "../config/families/family.ts";
import type { CorpusSize } from "../config/fit.ts";
import type { Config } from "../config/schema.ts";
import type { CorpusReader } from "../data/corpus-reader.ts";
import type { FilterReport } from "../data/filters.ts";
import type { Layer } from "../nn/layer.ts";
import type { Engine } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";
import type { TrainingStep } from "../training/step.ts";
import type { TrainerOptions } from "../training/trainer.ts";
import type { RunFiles } from "./run-files.ts";

/** The configuration of a task. */
export type ConfigOf<Name extends TaskName> = Extract<Config, { readonly task: Name }>;

/** A trained model as its run describes it, without its weights. */
export interface Described<Name extends TaskName = TaskName, Model = unknown> {
  readonly task: Name;
  readonly config: ConfigOf<Name>;
  readonly model: Layer<Model>;
}

/** One of the numbers a validation finds beside the loss. */
export interface Score {
  /** Its key in metrics.jsonl and result.json. */
  readonly key: string;
  /** "BLEU" */
  readonly name: string;
  /** In the report's list of facts: "Validation BLEU, greedy". */
  readonly label: string;
  readonly show: (score: number) => string;
  readonly better: "more" | "less";
  /** Decimals in a table, where spreads stand beside it. */
  readonly decimals: number;
  /** The report's chart with its curve; scores of one title share a chart. */
  readonly chart: { readonly title: string; readonly yLabel: string };
}

/**
 * Something Heed learns: one record, like an op. Opening a trained model loads nothing that trains; `load` brings that
 * when it is called.
 */
export interface Task<Name extends TaskName = TaskName, Opened extends Described<Name> = Described<Name>> {
  readonly name: Name;
  /** "a translator" */
  readonly noun: string;
  /** What a loss is a mean over. */
  readonly unit: "token" | "text";
  readonly scores: readonly Score[];
  /** The model of a run and what using it takes. @throws ERR_MODEL for a file that is missing or damaged. */
  readonly describe: (config: ConfigOf<Name>, files: RunFiles) => Opened;
  /** Reads the data a configuration names. @throws what the reader throws, ERR_DATA for data that cannot be learnt from. */
  readonly load: (config: ConfigOf<Name>, reader: CorpusReader) => Promise<TaskData<Name>>;
  /** A command to try a new run with. */
  readonly tryIt: (run: string) => string;
}

/** Checks a task against its type and gives it back. */
export const defineTask = <Name extends TaskName, Opened extends Described<Name>>(
  task: Task<Name, Opened>,
): Task<Name, Opened> => task;

/** What a configuration says to learn, with its data read. */
export interface TaskData<Name extends TaskName = TaskName> {
  /** Identity of the training data: a resumed run must find the same. */
  readonly hash: string;
  /** Identity of what validations measure on: scores on another are not to be compared. */
  readonly validHash: string;
  /** What defaults are fitted to. */
  readonly size: CorpusSize;
  /**
   * Learns vocabularies, or reads those of a run in `files`, and encodes the data.
   *
   * @param config  The one it was loaded by, or one that differs from it in what was fitted to its size.
   * @throws the signal's reason once it is aborted.
   */
  readonly prepare: (
    config: ConfigOf<Name>,
    say: (message: string) => void,
    files?: RunFiles,
    signal?: AbortSignal,
  ) => Promise<PreparedTask>;
}

export interface PreparedTask {
  /** What was left out of the training data, and why. */
  readonly report?: FilterReport;
  /** Of the training data, on all sides. */
  readonly tokens: number;
  /** What using the model takes beside its weights, by file name, as JSON: vocabularies, labels. */
  readonly files: Readonly<Record<string, unknown>>;
  readonly open: (engine: Engine, weights?: ReadonlyMap<string, HostTensor>) => Promise<Learner>;
}

/** A model and its data, ready for the trainer. */
export interface Learner {
  readonly step: TrainingStep;
  /** Batches of one epoch. */
  readonly batches: TrainerOptions["batches"];
  readonly batchesPerEpoch: number;
  readonly validate: TrainerOptions["validate"];
  readonly close: () => void;
}
