import { shuffle } from "./shuffle.ts";

/** A sentence pair as ids; both sides end with </s>. */
export interface PairExample {
  readonly source: Int32Array;
  readonly target: Int32Array;
}

export interface BatchPlanOptions {
  /** Most tokens a side of a batch may hold, padding included. */
  readonly batchTokens: number;
  readonly seed: number;
  readonly epoch: number;
  /** Most sentences in a batch. Default unlimited. */
  readonly maxSentences?: number;
}

/** Batches sorted together: long enough that lengths are alike, short enough that neighbours change each epoch. */
const POOL_BATCHES = 100;

/**
 * The batches of one epoch as lists of indices: every example once, alike in length, in an order that depends on
 * (seed, epoch) alone. An example longer than `batchTokens` gets a batch of its own.
 */
export function planEpoch(examples: readonly PairExample[], options: BatchPlanOptions): number[][] {
  const { batchTokens, seed, epoch, maxSentences = Infinity } = options;
  const order = shuffle(Array.from(examples.keys()), seed, `examples ${epoch}`);
  const batches: number[][] = [];
  for (let from = 0; from < order.length; ) {
    let tokens = 0;
    let to = from;
    while (to < order.length && tokens < POOL_BATCHES * batchTokens) tokens += longer(examples[order[to++] as number]);
    const pool = order.slice(from, to).sort((a, b) => byLength(examples[a], examples[b]));
    batches.push(...packed(pool, examples, batchTokens, maxSentences));
    from = to;
  }
  return shuffle(batches, seed, `batches ${epoch}`);
}

/** Cuts sorted examples where the next one would make the padded batch too large. */
function packed(
  pool: readonly number[],
  examples: readonly PairExample[],
  batchTokens: number,
  maxSentences: number,
): number[][] {
  const batches: number[][] = [];
  let current: number[] = [];
  let longest = 0;
  for (const index of pool) {
    const length = Math.max(longest, longer(examples[index]));
    const isFull = length * (current.length + 1) > batchTokens || current.length >= maxSentences;
    if (current.length > 0 && isFull) {
      batches.push(current);
      current = [];
      longest = 0;
    }
    current.push(index);
    longest = Math.max(longest, longer(examples[index]));
  }
  if (current.length > 0) batches.push(current);
  return batches;
}

const longer = (example: PairExample | undefined): number =>
  Math.max(example?.source.length ?? 0, example?.target.length ?? 0);

const byLength = (a: PairExample | undefined, b: PairExample | undefined): number =>
  (a?.target.length ?? 0) - (b?.target.length ?? 0) || (a?.source.length ?? 0) - (b?.source.length ?? 0);

/** Pairs as matrices, filled up with padding at the end of each row. */
export interface PairBatch {
  /** Sentences. */
  readonly size: number;
  readonly sourceLength: number;
  readonly targetLength: number;
  /** Ids [size, sourceLength]. */
  readonly source: Int32Array;
  /** 1 for a token, 0 for padding [size, sourceLength]. */
  readonly sourceMask: Float32Array;
  /** What the decoder reads [size, targetLength]: <s>, then the target without its last token. */
  readonly targetIn: Int32Array;
  /** What it should say [size, targetLength]: the target, ending with </s>. */
  readonly targetOut: Int32Array;
  /** 1 for a token of targetOut, 0 for padding [size, targetLength]. */
  readonly targetWeight: Float32Array;
  /** Target tokens, padding not counted. */
  readonly tokens: number;
}

export function makeBatch(
  examples: readonly PairExample[],
  indices: readonly number[],
  special: { readonly pad: number; readonly bos: number },
): PairBatch {
  const rows = indices.map((index) => examples[index] as PairExample);
  const size = rows.length;
  const sourceLength = Math.max(...rows.map(({ source }) => source.length));
  const targetLength = Math.max(...rows.map(({ target }) => target.length));
  const source = new Int32Array(size * sourceLength).fill(special.pad);
  const sourceMask = new Float32Array(size * sourceLength);
  const targetIn = new Int32Array(size * targetLength).fill(special.pad);
  const targetOut = new Int32Array(size * targetLength).fill(special.pad);
  const targetWeight = new Float32Array(size * targetLength);
  let tokens = 0;
  rows.forEach((row, i) => {
    source.set(row.source, i * sourceLength);
    sourceMask.fill(1, i * sourceLength, i * sourceLength + row.source.length);
    const at = i * targetLength;
    targetIn[at] = special.bos;
    targetIn.set(row.target.subarray(0, -1), at + 1);
    targetOut.set(row.target, at);
    targetWeight.fill(1, at, at + row.target.length);
    tokens += row.target.length;
  });
  return { size, sourceLength, targetLength, source, sourceMask, targetIn, targetOut, targetWeight, tokens };
}
