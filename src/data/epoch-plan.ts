/** Which examples go into which batch. */
import { heedError } from "../errors.ts";
import { atOnce, type Work } from "../work.ts";
import type { PairExample } from "./batches.ts";
import { shuffling } from "./shuffle.ts";

export interface PlanOptions {
  /** Most tokens per batch and side, padding included. A longer example gets a batch of its own. */
  readonly batchTokens: number;
  readonly seed: number;
  readonly epoch: number;
  /** Most sentences per batch. Default: no limit. */
  readonly maxSentences?: number;
  /**
   * How many examples are sorted by length at a time. Larger pools pad less; smaller ones vary more in which examples
   * share a batch. Default 20,000.
   */
  readonly poolSize?: number;
}

/**
 * The batches of one epoch as lists of indices: every example once, in an order that depends only on the lengths and the
 * options. A resumed run makes the same plan again and skips the batches it has used.
 *
 * The examples are shuffled and cut into pools; each pool is sorted by target and then source length and cut into
 * batches; the batches of all pools are shuffled. In every batch, sentences × longest source and sentences × longest
 * target are at most `batchTokens`, unless it holds one example.
 */
export function planEpoch(examples: readonly PairExample[], options: PlanOptions): number[][] {
  const lengths = {
    source: Uint32Array.from(examples, ({ source }) => source.length),
    target: Uint32Array.from(examples, ({ target }) => target.length),
  };
  const plan = atOnce(planning(lengths, options));
  return Array.from({ length: plan.size }, (_, batch) => [...plan.batch(batch)]);
}

/** The lengths of many pairs, in tokens. */
export interface PairLengths {
  readonly source: Uint16Array | Uint32Array;
  readonly target: Uint16Array | Uint32Array;
}

/** The batches of one epoch. */
export interface EpochPlan {
  readonly size: number;
  /** The examples of a batch. */
  readonly batch: (number: number) => Uint32Array;
}

/** `planEpoch` for millions of pairs, by their lengths alone: takes 4 bytes a pair, and 8 a batch. */
export function* planning(
  { source, target }: PairLengths,
  { batchTokens, seed, epoch, maxSentences = Infinity, poolSize = 20_000 }: PlanOptions,
): Work<EpochPlan> {
  if (!(poolSize >= 1)) {
    throw heedError("ERR_USAGE", { where: "poolSize", cause: `must be at least 1, not ${poolSize}` });
  }
  const order = new Uint32Array(source.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  yield* shuffling(order, seed, `examples ${epoch}`);
  const starts: number[] = [];
  for (let start = 0; start < order.length; start += poolSize) {
    const pool = order.slice(start, start + poolSize);
    const of = {
      source: pool.map((index) => source[index] as number),
      target: pool.map((index) => target[index] as number),
    };
    const places = byLengths(of);
    let size = 0;
    let longest = 0;
    for (let i = 0; i < places.length; i++) {
      const place = places[i] as number;
      order[start + i] = pool[place] as number;
      const length = Math.max(of.source[place] as number, of.target[place] as number);
      const isFull = Math.max(longest, length) * (size + 1) > batchTokens || size >= maxSentences;
      if (size === 0 || isFull) {
        starts.push(start + i);
        size = 0;
        longest = 0;
      }
      size += 1;
      longest = Math.max(longest, length);
    }
    yield;
  }
  const numbers = Uint32Array.from(starts.keys());
  yield* shuffling(numbers, seed, `batches ${epoch}`);
  return {
    size: numbers.length,
    batch: (number) => {
      const batch = numbers[number] as number;
      return order.subarray(starts[batch], starts[batch + 1] ?? order.length);
    },
  };
}

/**
 * The places of pairs, sorted by target length, then by source length, alternately up and down: where one target length ends
 * and the next begins, both sources are long or both are short. On Multi30k this saves a third of the padding. Pairs of
 * equal lengths stay in their order.
 */
function byLengths({ source, target }: { source: Uint32Array; target: Uint32Array }): Uint32Array {
  const longest = largest(source);
  const upOrDown = source.map((length, i) => ((target[i] as number) % 2 === 0 ? longest - length : length));
  const places = source.map((_, i) => i);
  return sortedBy(target, sortedBy(upOrDown, places));
}

const largest = (numbers: Uint32Array): number => numbers.reduce((a, b) => Math.max(a, b), 0);

/** Sorts places by their numbers, which it counts: a stable sort, linear in places and in the largest number. */
function sortedBy(numbers: Uint32Array, places: Uint32Array): Uint32Array {
  const next = new Uint32Array(largest(numbers) + 2);
  for (const number of numbers) next[number + 1] = (next[number + 1] as number) + 1;
  for (let i = 1; i < next.length; i++) next[i] = (next[i] as number) + (next[i - 1] as number);
  const sorted = new Uint32Array(places.length);
  for (const place of places) {
    const number = numbers[place] as number;
    const at = next[number] as number;
    sorted[at] = place;
    next[number] = at + 1;
  }
  return sorted;
}

/** Share of padding in the matrices, in [0, 1). */
export interface PaddingShares {
  readonly source: number;
  readonly target: number;
  /** Of both sides together. */
  readonly total: number;
}

/** The share of padding, on which work is wasted, in the matrices of `batches`. */
export function paddingShares(
  examples: readonly PairExample[],
  batches: readonly (readonly number[])[],
): PaddingShares {
  const tokens = { source: 0, target: 0 };
  const places = { source: 0, target: 0 };
  for (const indices of batches) {
    for (const side of ["source", "target"] as const) {
      const lengths = indices.map((index) => (examples[index] as PairExample)[side].length);
      tokens[side] += lengths.reduce((sum, length) => sum + length, 0);
      places[side] += lengths.length * lengths.reduce((longest, length) => Math.max(longest, length), 0);
    }
  }
  const share = (real: number, all: number): number => (all === 0 ? 0 : 1 - real / all);
  return {
    source: share(tokens.source, places.source),
    target: share(tokens.target, places.target),
    total: share(tokens.source + tokens.target, places.source + places.target),
  };
}
