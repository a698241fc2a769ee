/** What a loaded translator offers to whatever prepares text for it. */
import type { DecodingOptions } from "../decoding/decoding-options.ts";
import { blankTranslation, type TranslatedText, type Translation } from "../decoding/translated-text.ts";

/** A translator whose sentences are decoded off the event loop, in batches with those of other requests. */
export interface Translating {
  /** Longest source in tokens; what is longer is cut and marked `isCut`. */
  readonly maxLength: number;
  /**
   * Translates sentences; results are in the same order, and the same whatever they share a batch with. Blank sentences
   * stay blank.
   *
   * @throws a `Fault`: of status 400 for an option that the model does not support, 503 when there is no room or no time, 499
   *   when the signal is aborted.
   */
  translate(sentences: readonly string[], options: TranslatingOptions): Promise<readonly Hypotheses[]>;
}

/** What can be asked for one sentence alone; anything here must be plain data, since it goes to another process. */
export type SentenceOptions = Omit<
  DecodingOptions,
  "beam" | "lookahead" | "alpha" | "lengthPenalty" | "best" | "attention" | "sample" | "coveragePenalty"
>;

export interface TranslatingOptions {
  /** Hypotheses kept at each step. Default: the run's. */
  readonly beam?: number | undefined;
  /** Hypotheses returned per sentence, best first. Default 1. */
  readonly nBest?: number | undefined;
  /** Return attention with each hypothesis, at the cost of another pass. Default false. */
  readonly alignment?: boolean | undefined;
  /** For each sentence, by its index, what is asked for it alone. Default: nothing. */
  readonly constraints?: readonly (SentenceOptions | undefined)[] | undefined;
  /** Told the best text so far of a sentence after each step of the search. */
  readonly onText?: ((sentence: number, text: string) => void) | undefined;
  /** Aborting it takes the sentences out of their batches before the next step. */
  readonly signal: AbortSignal;
  /** When the answer is no longer wanted: milliseconds since 1970. What still waits then is given up. */
  readonly deadline: number;
}

/** The translations of one sentence, best first. */
export interface Hypotheses extends Omit<Translation, "hypotheses"> {
  readonly hypotheses: readonly Hypothesis[];
}

export interface Hypothesis extends TranslatedText {
  /** Of each token of the text, and of </s> unless the length limit cut it off. Natural logarithms. */
  readonly logProbabilities: readonly number[];
}

/** The result for a blank sentence, which no model sees. */
export const blankHypotheses = (source: string, nBest: number): Hypotheses => {
  const blank = blankTranslation(source, nBest);
  return { ...blank, hypotheses: blank.hypotheses.map((each) => ({ ...each, logProbabilities: [] })) };
};
