import type { Value } from "../ir/value.ts";
import type { Remembered } from "../nn/attention.ts";

/** What a decoder reads of a source sentence. */
export interface SourceMemory {
  /** Per decoder layer, keys and values of the encoder's states. */
  readonly layers: readonly Remembered[];
  /** Hides padding; broadcasts against scores [batch, heads, target, source]. */
  readonly bias: Value;
}

export interface Decoded {
  /** [batch, target, dim]: what the output projection reads. */
  readonly hidden: Value;
  /** Per decoder layer, keys and values of all target positions so far. */
  readonly present: readonly Remembered[];
}

/** An encoder-decoder: the figure's two columns as functions. */
export interface Seq2Seq {
  /** source int32 [batch, source], mask [batch, source] with 1 for tokens  ->  states [batch, source, dim] */
  readonly encode: (source: Value, mask: Value) => Value;
  /** What the decoder reads at every step, computed once per sentence. */
  readonly remember: (states: Value, mask: Value) => SourceMemory;
  /**
   * target int32 [batch, target], the tokens so far starting with <s>. With `past` (from an earlier `present`) only
   * the new tokens are given.
   */
  readonly decode: (target: Value, memory: SourceMemory, past?: readonly Remembered[]) => Decoded;
  /** The output projection [vocabulary, dim]; logits = hidden · projectionᵀ. */
  readonly projection: Value;
}
