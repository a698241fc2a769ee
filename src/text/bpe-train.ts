/** Learns merges from word counts, updating pair counts instead of recounting them. */

import type { Work } from "../work.ts";
import { pairKey } from "./bpe.ts";
import { Heap } from "./heap.ts";
import { metaspace } from "./normalize.ts";

export interface MergeTraining {
  /** Words of the corpus, without the metaspace that each is spelled with, and how often each occurs. */
  readonly words: ReadonlyMap<string, number>;
  /** The pieces so far, in order of ids; learned ones are appended. */
  readonly pieces: string[];
  /** Ids of the single characters. Any other character splits a word in two. */
  readonly characters: ReadonlyMap<string, number>;
  /** Stop when there are this many pieces. */
  readonly size: number;
  /** Stop when no pair of neighbours occurs this often. */
  readonly minFrequency: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

interface Pair {
  readonly left: number;
  readonly right: number;
  count: number;
  /** Where the pair has appeared since it was last merged: a superset of where it is now. */
  places: number[];
}

interface Candidate {
  readonly pair: Pair;
  readonly count: number;
}

/** Most frequent pair first, ties by ids, so that the order of the lines does not matter. */
const comesFirst = (a: Candidate, b: Candidate): boolean =>
  a.count !== b.count
    ? a.count > b.count
    : a.pair.left !== b.pair.left
      ? a.pair.left < b.pair.left
      : a.pair.right < b.pair.right;

/** Places processed between two points where the work may be interrupted. */
const PAUSE = 4096;

/**
 * Learns merges and returns them in order of rank, as strings. Appends to `pieces` each new piece.
 *
 * A merge visits only the places of its pair, so the whole is linear in the text but for sorting.
 */
export function* learnMerges(training: MergeTraining): Work<[string, string][]> {
  const { pieces, size, minFrequency, onProgress } = training;
  const { symbol, next, previous, times } = yield* spell(training.words, training.characters);
  const pairs = new Map<number, Pair>();
  const candidates = new Heap<Candidate>(comesFirst);
  const count = (left: number, right: number, times: number): Pair => {
    const key = pairKey(left, right);
    let pair = pairs.get(key);
    if (!pair) {
      pair = { left, right, count: 0, places: [] };
      pairs.set(key, pair);
    }
    pair.count += times;
    return pair;
  };
  for (const [at, after] of next.entries()) {
    if (after >= 0) count(numberAt(symbol, at), numberAt(symbol, after), numberAt(times, at)).places.push(at);
    if (at % PAUSE === 0) yield;
  }
  for (const pair of pairs.values()) candidates.push({ pair, count: pair.count });

  /** Joins the pair wherever it occurs; returns the pairs that became more frequent. */
  function* join(pair: Pair, merged: number): Work<Set<Pair>> {
    const grown = new Set<Pair>();
    const add = (left: number, right: number, place: number): void => {
      const wider = count(numberAt(symbol, left), numberAt(symbol, right), numberAt(times, left));
      wider.places.push(place);
      grown.add(wider);
    };
    // Leftmost first: in "aaa" the first two are joined.
    const places = Int32Array.from(pair.places).sort();
    pair.places = [];
    for (const [visited, at] of places.entries()) {
      if (visited % PAUSE === PAUSE - 1) yield;
      const right = numberAt(next, at);
      if (symbol[at] !== pair.left || right < 0 || symbol[right] !== pair.right) continue;
      const before = numberAt(previous, at);
      const after = numberAt(next, right);
      const lost = -numberAt(times, at);
      pair.count += lost;
      if (before >= 0) count(numberAt(symbol, before), pair.left, lost);
      if (after >= 0) count(pair.right, numberAt(symbol, after), lost);
      symbol[at] = merged;
      symbol[right] = GONE;
      next[at] = after;
      if (after >= 0) previous[after] = at;
      if (before >= 0) add(before, at, before);
      if (after >= 0) add(at, after, at);
    }
    return grown;
  }

  const idOf = new Map(pieces.map((piece, id) => [piece, id]));
  const firstLearned = pieces.length;
  const mergeable = new Set(training.characters.values());
  const merges: [string, string][] = [];
  while (pieces.length < size) {
    yield;
    const best = candidates.pop();
    if (!best) break;
    const { pair } = best;
    if (pair.count !== best.count) {
      if (pair.count >= minFrequency) candidates.push({ pair, count: pair.count });
      continue;
    }
    if (pair.count < minFrequency) break;
    const left = pieces[pair.left] as string;
    const right = pieces[pair.right] as string;
    let merged = idOf.get(left + right);
    if (merged === undefined) {
      merged = pieces.length;
      pieces.push(left + right);
      idOf.set(left + right, merged);
      mergeable.add(merged);
    } else if (!mergeable.has(merged)) {
      continue; // Text spelled like a byte piece or a special token must not turn into one.
    }
    merges.push([left, right]);
    for (const wider of yield* join(pair, merged))
      if (wider.count >= minFrequency) candidates.push({ pair: wider, count: wider.count });
    if (merges.length % 64 === 0) onProgress?.(pieces.length - firstLearned, size - firstLearned);
  }
  onProgress?.(pieces.length - firstLearned, pieces.length - firstLearned);
  return merges;
}

const NONE = -1;
/** The symbol of a place merged into the one before it. */
const GONE = -1;
const numberAt = (numbers: Int32Array, at: number): number => numbers[at] as number;

/** All words as linked lists in shared arrays; unknown characters split a word into several lists. */
interface Spelling {
  /** The id at each place. */
  readonly symbol: Int32Array;
  /** The neighbouring places in the list, or NONE. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** How often the word occurs. */
  readonly times: Int32Array;
}

function* spell(words: ReadonlyMap<string, number>, characters: ReadonlyMap<string, number>): Work<Spelling> {
  let length = 0;
  for (const word of words.keys()) length += metaspace.length + word.length;
  const symbol = new Int32Array(length);
  const next = new Int32Array(length).fill(NONE);
  const previous = new Int32Array(length).fill(NONE);
  const times = new Int32Array(length);
  let at = 0;
  for (const [word, count] of words) {
    let before = NONE;
    for (const character of metaspace + word) {
      const id = characters.get(character);
      if (id === undefined) before = NONE;
      else {
        symbol[at] = id;
        times[at] = count;
        previous[at] = before;
        if (before >= 0) next[before] = at;
        before = at++;
      }
    }
    yield;
  }
  return { symbol, next, previous, times };
}
