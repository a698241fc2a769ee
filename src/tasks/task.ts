import type { TaskName } from "../config/families/family.ts";
import type { CorpusSize } from "../config/fit.ts";
import type { Config } from "../config/schema.ts";
import type { CorpusReader } from "../data/corpus-reader.ts";
import type { FilterReport } from "../data/filters.ts";
import type { Communicator } from "../distributed/communicator.ts";
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

/** One of the numbers that validation measures beside the loss. */
export interface Score {
  /** Its key in metrics.jsonl and result.json. */
  readonly key: string;
  /** "BLEU" */
  readonly name: string;
  /** In the report's list of facts: "Validation BLEU, greedy". */
  readonly label: string;
  readonly show: (score: number) => string;
  readonly better: "more" | "less";
  /** Decimals in a table, beside its spread. */
  readonly decimals: number;
  /** The report's chart with its curve; scores of one title share a chart. */
  readonly chart: { readonly title: string; readonly yLabel: string };
}

/**
 * Something Heed can learn: one record, like an op. Opening a trained model imports no training code; `load` imports it
 * when called.
 */
export interface Task<Name extends TaskName = TaskName, Opened extends Described<Name> = Described<Name>> {
  readonly name: Name;
  /** "a translator" */
  readonly noun: string;
  /** What a loss is a mean over. */
  readonly unit: "token" | "text";
  readonly scores: readonly Score[];
  /** The longest text that a model reads, in tokens. */
  readonly longest: (config: ConfigOf<Name>) => number;
  /** The model of a run and what is needed to use it. @throws ERR_MODEL for a file that is missing or damaged. */
  readonly describe: (config: ConfigOf<Name>, files: RunFiles) => Opened;
  /** Reads the data a configuration names. @throws what the reader throws, ERR_DATA for data that cannot be learnt from. */
  readonly load: (config: ConfigOf<Name>, reader: CorpusReader, watch?: Watch) => Promise<TaskData<Name>>;
  /** A command to try a new run with. */
  readonly tryIt: (run: string) => string;
}

/** Returns a task unchanged, checked against its type. */
export const defineTask = <Name extends TaskName, Opened extends Described<Name>>(
  task: Task<Name, Opened>,
): Task<Name, Opened> => task;

/** What is done before training, in this order. */
export type Stage = "reading" | "vocabulary" | "encoding" | "checking";

/** Hears how far a stage has come; what is counted differs. */
export type Watch = (stage: Stage, done: number, total: number) => void;

/** A task whose data has been read. */
export interface TaskData<Name extends TaskName = TaskName> {
  /** Identity of the training data: a resumed run must find the same. */
  readonly hash: string;
  /** Identity of the validation data: scores on other data cannot be compared. */
  readonly validHash: string;
  /** What defaults are fitted to. */
  readonly size: CorpusSize;
  /**
   * Learns vocabularies, or reads those of a run in `files`, and encodes the data.
   *
   * @param config  The configuration given to `load`, except for values since fitted to `size`.
   * @throws the signal's reason once it is aborted.
   */
  readonly prepare: (
    config: ConfigOf<Name>,
    say: (message: string) => void,
    files?: RunFiles,
    signal?: AbortSignal,
    watch?: Watch,
  ) => Promise<PreparedTask>;
}

export interface PreparedTask {
  /** What was left out of the training data, and why. */
  readonly report?: FilterReport;
  /** Tokens of the training data, on all sides. */
  readonly tokens: number;
  /** Bytes of the data that stay in memory, where much is left in a file. */
  readonly heldBytes?: number;
  /** JSON files needed to use the model, beside its weights, by name: vocabularies, labels. */
  readonly files: Readonly<Record<string, unknown>>;
  /** @param communicator  The processes that share every batch and every validation. Default: this one alone. */
  readonly open: (
    engine: Engine,
    weights?: ReadonlyMap<string, HostTensor>,
    communicator?: Communicator,
  ) => Promise<Learner>;
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
