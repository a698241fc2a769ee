/** What the server and the process that computes tell each other: plain data, cloned on its way. */
import type { ErrorCode } from "../errors.ts";
import type { Hypotheses, SentenceOptions } from "./translating.ts";

/** A model that may be asked for, by its name; it is opened when it first is. */
export interface WorkerModel {
  readonly name: string;
  readonly directory: string;
}

/** What a worker is started with. */
export interface WorkerSetup {
  readonly models: readonly WorkerModel[];
  readonly device: string;
  /** Threads of each batch. */
  readonly threads: number;
  readonly quantize?: "int8" | undefined;
  /** Bytes that open models may take together; the one used longest ago is closed first. */
  readonly memory: number;
  /** Largest beam that will be asked for. */
  readonly maxBeam: number;
}

/** Work on one batch, all for one model. */
export type Work = TranslateWork | GenerateWork | LabelWork | EmbedWork;

export interface TranslateWork {
  readonly kind: "translate";
  readonly sentences: readonly {
    readonly text: string;
    readonly options?: SentenceOptions | undefined;
    /** Whether to send the text as it is written. */
    readonly isTold?: boolean;
  }[];
  readonly beam?: number | undefined;
  readonly nBest: number;
  readonly alignment: boolean;
}

export interface GenerateWork {
  readonly kind: "generate";
  readonly prompt: string;
  readonly tokens: number;
  readonly temperature?: number | undefined;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly seed?: number | undefined;
  readonly noRepeatNgram?: number | undefined;
  readonly repetitionPenalty?: number | undefined;
}

export interface LabelWork {
  readonly kind: "classify";
  readonly texts: readonly string[];
}

export interface EmbedWork {
  readonly kind: "embed";
  readonly texts: readonly string[];
}

/** Of each text the probability of every label, in the order of `labels`; none for a blank text. */
export interface Labelled {
  readonly labels: readonly string[];
  readonly probabilities: readonly (readonly number[])[];
}

export interface Generated {
  readonly text: string;
  readonly tokens: number;
}

/** What each kind of work results in: an entry for each text of the batch. */
export interface Results {
  readonly translate: readonly Hypotheses[];
  readonly generate: readonly Generated[];
  readonly classify: readonly {
    readonly labels: readonly string[];
    readonly probabilities: readonly number[];
  }[];
  readonly embed: readonly (readonly number[])[];
}
export type Kind = keyof Results;

/** Tokens that a batch read and wrote. */
export interface TokenCounts {
  readonly read: number;
  readonly written: number;
}

export type ToWorker =
  | { readonly kind: "work"; readonly id: number; readonly model: string; readonly work: Work }
  /** One text of a batch is no longer wanted. */
  | { readonly kind: "cancel"; readonly id: number; readonly index: number };

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "text"; readonly id: number; readonly index: number; readonly text: string }
  | {
      readonly kind: "done";
      readonly id: number;
      readonly results: Results[Kind];
      readonly tokens: TokenCounts;
    }
  | {
      readonly kind: "failed";
      readonly id: number;
      readonly code: ErrorCode | undefined;
      readonly message: string;
    }
  /** Names of the models that are open. */
  | { readonly kind: "open"; readonly models: readonly string[] };
