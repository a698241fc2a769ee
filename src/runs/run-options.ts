import type { Config } from "../config/schema.ts";
import type { FilterReport } from "../data/filters.ts";
import type { Communicator } from "../distributed/communicator.ts";
import type { Engine } from "../runtime/engine.ts";
import type { Task, Watch } from "../tasks/task.ts";
import type { StepRecord, ValidationRecord } from "../training/trainer.ts";

export interface RunStart {
  readonly parameters: number;
  /** What the configuration asks for. */
  readonly totalSteps: number;
  /** What the configuration allows it. */
  readonly minutes?: number | undefined;
  /** The step to continue from; 0 for a new run. */
  readonly from: number;
  /** How much of training is over: see `StepRecord`. */
  readonly share: number;
  readonly unit: Task["unit"];
}

export interface RunEvents {
  /** One line for people: what is being done. */
  readonly onMessage?: (message: string) => void;
  /** How far reading, learning vocabularies and encoding have come. */
  readonly onPreparing?: Watch;
  readonly onCorpus?: (report: FilterReport) => void;
  /** Once, before the first step. */
  readonly onStart?: (about: RunStart) => void;
  readonly onStep?: (record: StepRecord) => void;
  readonly onValidation?: (record: ValidationRecord) => void;
}

export interface CachePlace {
  /** Default: `heed` in $XDG_CACHE_HOME or ~/.cache. */
  readonly folder?: string | undefined;
  /** Bytes of a corpus that is not held in memory; a compressed file counts four times. Default 256 MB. */
  readonly atLeast?: number | undefined;
}

export interface RunOptions extends RunEvents {
  readonly config: Config;
  /** The keys that the user set; the others are fitted to the size of the corpus. Default: all keys. */
  readonly given?: ReadonlySet<string>;
  readonly directory: string;
  readonly engine: Engine;
  /** Continues from the newest intact checkpoint in the directory; after divergence, from the newest healthy one. */
  readonly resume?: boolean;
  /** The checkpoint to continue from instead; later ones are removed. Only with `resume`. */
  readonly fromStep?: number | "best" | undefined;
  /** Lets a resumed run differ in seed, batches, corpus or length of a cosine; the difference is recorded. */
  readonly allowChange?: boolean;
  /** Writes event files for TensorBoard into the folder `tensorboard` of the run. Default false. */
  readonly tensorboard?: boolean;
  /** Where large corpora are kept encoded; false holds all in memory. Default {}. */
  readonly cache?: CachePlace | false | undefined;
  readonly signal?: AbortSignal;
  /** The processes that train together; rank 0 has the directory. Default: this one alone. */
  readonly communicator?: Communicator | undefined;
}
