/** Models that write, each over steppers whose graphs may be changed. */
import type { DecodingOptions } from "../../decoding/decoding-options.ts";
import type { Hypothesis } from "../../decoding/hypothesis.ts";
import type { SearchRuntime } from "../../decoding/sessions.ts";
import type { OnStep } from "../../decoding/so-far.ts";
import type { Stepper } from "../../decoding/stepper.ts";
import type { SearchOver } from "../../decoding/translation-search.ts";
import type { ObservedGraph, ObservedSearch } from "../../decoding/watch.ts";
import type { Value } from "../../ir/value.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import type { ReadText, WriterTaps } from "./changed-search.ts";

/** How to write; named as in `openTranslator` and `openGenerator`. */
export interface WritingSettings
  extends Pick<
    DecodingOptions,
    | "beam"
    | "best"
    | "alpha"
    | "lengthPenalty"
    | "noRepeatNgram"
    | "repetitionPenalty"
    | "bias"
    | "minDecodingLength"
    | "sample"
  > {
  /**
   * Most tokens written. A translation ends before that with its </s>; default as in `openTranslator`. A language model
   * writes as many; default 20.
   */
  readonly maxDecodingLength?: number;
}

export interface WriterOptions extends SearchRuntime {
  /** The longest text that the model reads, in tokens; for a language model, prompt and continuation together. */
  readonly maxLength: number;
}

/** A text about to be continued or translated. */
export interface PreparedText extends ReadText {
  /** The pieces that are read. */
  readonly sourceTokens: readonly string[];
  readonly stepper: SearchOver["stepper"];
  readonly search: (stepper: Stepper, onStep?: OnStep) => Promise<readonly Hypothesis[]>;
  readonly textOf: (ids: readonly number[]) => string;
}

export interface Writer extends WriterTaps {
  /** The tokens that are written. */
  readonly tokenizer: Tokenizer;
  readonly open: (stepper: SearchOver["stepper"], observed: ObservedSearch) => Promise<Stepper>;
  /** @throws ERR_USAGE for a setting that the model does not have, ERR_DATA for a text without anything to read. */
  readonly prepare: (source: string, settings: WritingSettings, prefix: readonly number[]) => PreparedText;
}

/** The taps that are passed as a graph is built. */
export function tapsWhile(build: (observed: ObservedGraph) => unknown): ReadonlyMap<string, Value> {
  const taps = new Map<string, Value>();
  build({
    at: (path, value) => {
      taps.set(path, value);
      return value;
    },
  });
  return taps;
}
