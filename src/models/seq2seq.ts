import { heedError } from "../errors.ts";
import { showOperands } from "../ir/op.ts";
import { over, type Size, times } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { reshape } from "../ops/reshape.ts";

/** Named tensors whose first axis is the sentence (for state in a search, the hypothesis). */
export type Tensors = Readonly<Record<string, Value>>;

/** Writes a text token by token: a language model, or the right column of an encoder-decoder. */
export interface Decoder {
  /** The state of `batch` texts before their first token. An axis of size 0 grows by one with every token. */
  readonly start: (memory: Tensors, batch: Size) => Tensors;
  /**
   * Reads tokens. Without a state, they begin a text.
   *
   *   tokens int32 [batch, length]  ->  hidden [batch, length, dim], and the state after them
   *
   * @param memory  Computed once per sentence. The batch may be a multiple of its sentences: then rows that translate the
   *   same sentence are adjacent. A language model's is empty, or says what is padding: see `Padded`.
   */
  readonly decode: (tokens: Value, memory: Tensors, state?: Tensors) => Decoded;
  /** The output projection [vocabulary, dim]; logits = hidden · projectionᵀ. */
  readonly projection: Value;
}

/**
 * The memory of a language model that reads texts of different lengths together.
 *
 *   mask [batch, past + length], 1 for a token and 0 for padding; positions int32 [batch, length]
 */
export type Padded = Readonly<Partial<Record<"mask" | "positions", Value>>>;

export interface Decoded {
  /** [batch, length, dim]: what the output projection reads. */
  readonly hidden: Value;
  readonly state: Tensors;
}

/** An encoder's output: states [batch, source, dim], and anything else its decoder needs. */
export type Encoded = Tensors & { readonly states: Value };

/** An encoder-decoder: the figure's two columns as functions. */
export interface Seq2Seq extends Decoder {
  /** source int32 [batch, source], mask [batch, source] with 1 for tokens  ->  states [batch, source, dim] */
  readonly encode: (source: Value, mask: Value) => Encoded;
  /** The memory that the decoder reads at every step, computed once per sentence. */
  readonly remember: (encoded: Encoded, mask: Value) => Tensors;
}

/**
 * Lets the hypotheses of a sentence query its memory together, as adjacent queries, so the memory is not repeated.
 *
 *   x [sentences · beam, n, dim], ask: [sentences, beam · n, dim] -> [sentences, beam · n, size]
 *   ->  [sentences · beam, n, size]
 *
 * @param sentences  First axis of the memory.
 * @throws ERR_SHAPE when the batch of x is not a multiple of it.
 */
export function askTogether(x: Value, sentences: Size, ask: (queries: Value) => Value): Value {
  const [rows, n, dim] = x.shape as [Size, Size, Size];
  if (rows === sentences) return ask(x);
  const beam = over(rows, sentences);
  if (beam === undefined) {
    const problem = `${rows} rows are not a multiple of the ${sentences} sentences in the memory`;
    throw heedError("ERR_SHAPE", { operation: "askTogether", problem, operands: showOperands({ x }) });
  }
  const answers = ask(reshape(x, [sentences, times(beam, n), dim]));
  return reshape(answers, [rows, n, answers.shape[2] as Size]);
}
