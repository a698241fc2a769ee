import type { SpecialIds } from "../text/layout.ts";

/** One encoded sentence pair; the ids of both sides end with `</s>`. */
export interface PairExample {
  readonly source: Int32Array;
  readonly target: Int32Array;
}

/** Row-major matrices for one training step: B sentences, S and T tokens in the longest source and target. */
export interface PairBatch {
  /** B */
  readonly size: number;
  /** S */
  readonly sourceLength: number;
  /** T */
  readonly targetLength: number;
  /** [B, S] */
  readonly source: Int32Array;
  /** [B, T]: the target shifted right, with `<s>` in front and without its `</s>`. */
  readonly targetIn: Int32Array;
  /** [B, T]: the token that the decoder should predict at each place. */
  readonly targetOut: Int32Array;
  /** [B, S]: 1 for a token, 0 for padding. */
  readonly sourceMask: Float32Array;
  /** [B, T]: 1 for a token of `targetOut`, 0 for padding. */
  readonly targetWeight: Float32Array;
  /** Target tokens without padding: the sum of `targetWeight`. */
  readonly tokens: number;
  /** Indices of the examples, for messages. */
  readonly examples: readonly number[];
}

/** The matrices for the examples at `indices`, padded to the longest source and target among them. */
export function makeBatch(
  examples: readonly PairExample[],
  indices: ArrayLike<number>,
  special: Pick<SpecialIds, "bos" | "pad">,
): PairBatch {
  const rows = Array.from(indices, (index) => {
    const example = examples[index];
    if (!example) throw new RangeError(`makeBatch: no example ${index} among ${examples.length}`);
    return example;
  });
  const size = rows.length;
  const sourceLength = rows.reduce((longest, { source }) => Math.max(longest, source.length), 0);
  const targetLength = rows.reduce((longest, { target }) => Math.max(longest, target.length), 0);
  const source = new Int32Array(size * sourceLength).fill(special.pad);
  const sourceMask = new Float32Array(size * sourceLength);
  const targetIn = new Int32Array(size * targetLength).fill(special.pad);
  const targetOut = new Int32Array(size * targetLength).fill(special.pad);
  const targetWeight = new Float32Array(size * targetLength);
  let tokens = 0;
  rows.forEach((row, at) => {
    source.set(row.source, at * sourceLength);
    sourceMask.fill(1, at * sourceLength, at * sourceLength + row.source.length);
    const start = at * targetLength;
    const length = row.target.length;
    targetOut.set(row.target, start);
    targetWeight.fill(1, start, start + length);
    if (length > 0) {
      targetIn[start] = special.bos;
      targetIn.set(row.target.subarray(0, length - 1), start + 1);
    }
    tokens += length;
  });
  const matrices = { source, targetIn, targetOut, sourceMask, targetWeight };
  return { size, sourceLength, targetLength, ...matrices, tokens, examples: Array.from(indices) };
}
