/** Splits words with learned merges: Sennrich et al. 2016 - https://arxiv.org/abs/1508.07909 */

import { Heap } from "./heap.ts";

/** One number for an ordered pair of ids below 2^21. */
export const pairKey = (left: number, right: number): number => left * 2 ** 21 + right;

/** The merge of a pair of neighbours. */
export interface Merge {
  /** The lowest rank merges first. */
  readonly rank: number;
  /** The id that replaces the pair. */
  readonly result: number;
}

/**
 * Splits a word into ids as `applyMerges` does, but before each merge every pair is passed over with probability
 * `rate`, until the next merge. Words thus come in pieces of many sizes, and a model learns what pieces have to do
 * with each other.
 *
 *   symbols [n]  ->  ids [<= n], those of `applyMerges` at a rate of 0, `symbols` at a rate of 1
 *
 * @param uniform  Draws from [0, 1).
 * @see Provilkov et al. 2020, Algorithm 1 - https://aclanthology.org/2020.acl-main.170
 */
export function applySomeMerges(
  symbols: readonly number[],
  merges: ReadonlyMap<number, Merge>,
  rate: number,
  uniform: () => number,
): number[] {
  const ids = [...symbols];
  const mergeAt = (at: number): Merge | undefined =>
    merges.get(pairKey(ids[at] as number, ids[at + 1] as number));
  // Of each id and the next.
  const known = ids.slice(1).map((_, at) => mergeAt(at));
  for (;;) {
    let first = -1;
    let best: Merge | undefined;
    for (let at = 0; at < known.length; at++) {
      const merge = known[at];
      // Every pair draws; of those that stay, the lowest rank merges, leftmost first.
      if (!merge || uniform() < rate || (best && merge.rank >= best.rank)) continue;
      first = at;
      best = merge;
    }
    if (!best) return ids;
    ids.splice(first, 2, best.result);
    known.splice(first, 1);
    if (first < known.length) known[first] = mergeAt(first);
    if (first > 0) known[first - 1] = mergeAt(first - 1);
  }
}

/**
 * Splits a word into ids: as long as any two neighbours have a merge, the pair of lowest rank, leftmost first, is
 * merged. Takes O(n log n) steps, so that even a line of a million letters without a space is fast.
 *
 *   symbols [n]  ->  ids [<= n]
 */
export function applyMerges(symbols: readonly number[], merges: ReadonlyMap<number, Merge>): number[] {
  const count = symbols.length;
  if (count < 2) return [...symbols];
  const symbol = Int32Array.from(symbols); // -1: merged into the one before it
  const next = Int32Array.from(symbols, (_, at) => at + 1);
  const previous = Int32Array.from(symbols, (_, at) => at - 1);
  // A candidate is rank and position in one number, so that numeric order is the order of merging.
  const positions = 2 ** 31;
  const candidates = new Heap<number>((left, right) => left < right);
  const mergeAt = (at: number): Merge | undefined => {
    const right = next[at] as number;
    return right < count ? merges.get(pairKey(symbol[at] as number, symbol[right] as number)) : undefined;
  };
  const propose = (at: number): void => {
    const merge = mergeAt(at);
    if (merge) candidates.push(merge.rank * positions + at);
  };
  for (let at = 0; at + 1 < count; at++) propose(at);
  for (let candidate = candidates.pop(); candidate !== undefined; candidate = candidates.pop()) {
    const at = candidate % positions;
    if (symbol[at] === -1) continue;
    const merge = mergeAt(at);
    // A neighbour has merged since: the pair proposed here no longer exists.
    if (!merge || merge.rank !== Math.floor(candidate / positions)) continue;
    const gone = next[at] as number;
    const after = next[gone] as number;
    symbol[at] = merge.result;
    symbol[gone] = -1;
    next[at] = after;
    if (after < count) previous[after] = at;
    propose(at);
    if ((previous[at] as number) >= 0) propose(previous[at] as number);
  }
  const ids: number[] = [];
  for (let at = 0; at < count; at = next[at] as number) ids.push(symbol[at] as number);
  return ids;
}
