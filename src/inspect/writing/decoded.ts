import type { Intervention } from "../looking/intervention.ts";
import type { ChangedTap } from "./changed-search.ts";
import type { TracedStep } from "./search-trace.ts";
import type { WritingSettings } from "./writer.ts";

/** The settings of one run take the place of those that the inspector was opened with. */
export interface DecodeOptions extends WritingSettings {
  /**
   * Changes at taps, by pattern. A row is a step of the decoder: row 3 of a translation writes its fourth token, and
   * rows of a language model count from the beginning of the prompt. Numbers in `to` are those of one row; without a
   * row they hold at every step. All hypotheses of a beam feel it.
   */
  readonly intervene?: readonly Intervention[];
  /**
   * What every hypothesis begins with: text, or ids and pieces (`▁red`). A translation that ends with `</s>` is scored as
   * it stands.
   */
  readonly prefix?: string | readonly (number | string)[];
  /**
   * Told after each step what is written so far; a promise that it returns is waited for. The last step of a search has its
   * best hypothesis. With interventions, the search without them comes second, unless its answer is known from before.
   */
  readonly onStep?: (step: WrittenSoFar) => void | Promise<void>;
  /** Aborting it ends the search before its next step, and `run` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The best hypothesis after a step, by its score, whether it is finished or not. */
export interface WrittenSoFar extends DecodedText {
  /** How many of its tokens stay: every hypothesis begins with them that can still become the best. */
  readonly settled: number;
  /** Whether this is the search without the interventions. */
  readonly isWithout: boolean;
}

export interface DecodedText {
  readonly text: string;
  readonly ids: readonly number[];
  /** The pieces, and the logarithm of the probability of each; a translation's last is `</s>` unless it was cut. */
  readonly tokens: readonly string[];
  readonly logProbabilities: readonly number[];
  readonly logProbability: number;
  /** Log probability divided by the length penalty. */
  readonly score: number;
}

/** What a search found, and how. */
export interface Decoded {
  /** Best first. */
  readonly hypotheses: readonly DecodedText[];
  /** Every step, with the hypotheses that were kept: a tree. */
  readonly trace: readonly TracedStep[];
}

export interface DecodedOn extends Decoded {
  /** The pieces that were read. */
  readonly sourceTokens: readonly string[];
  /** With interventions: the same search without them, and what they did. */
  readonly without?: Decoded & {
    /**
     * Log probability of the best hypothesis with the interventions, less that of the best one without. Of one and the
     * same text when that is given as `prefix`, `</s>` included.
     */
    readonly delta: number;
    /** Interventions that changed no number at a tap, as where a row was never written. */
    readonly unchanged: readonly ChangedTap[];
  };
}
