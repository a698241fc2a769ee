/** Learning merges from word counts, with pair counts kept up to date instead of recounted. */

import { pairKey } from "./bpe.ts";
import { Heap } from "./heap.ts";

export interface MergeTraining {
  /** Words of the corpus and how often each occurs. */
  readonly words: ReadonlyMap<string, number>;
  /** The pieces so far, in order of ids; learned ones are appended. */
  readonly pieces: string[];
  /** Ids of the single characters that words are made of. Any other character cuts a word in two. */
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
  /** Words that held the pair when it was last counted there; some may hold it no longer, none is missing. */
  readonly words: number[];
}

interface Candidate {
  readonly pair: Pair;
  readonly count: number;
}

/** Most frequent pair first; equal ones by their ids, so that the order of the lines does not matter. */
const comesFirst = (a: Candidate, b: Candidate): boolean =>
  a.count !== b.count
    ? a.count > b.count
    : a.pair.left !== b.pair.left
      ? a.pair.left < b.pair.left
      : a.pair.right < b.pair.right;

/**
 * The merges in order of rank, as strings. Appends to `pieces` one piece for each merge that made a new one.
 */
export function learnMerges(training: MergeTraining): [string, string][] {
  const { pieces, size, minFrequency, onProgress } = training;
  const { symbols, frequency } = spell(training.words, training.characters);
  const pairs = new Map<number, Pair>();
  const candidates = new Heap<Candidate>(comesFirst);
  const count = (left: number, right: number, times: number): Pair => {
    const key = pairKey(left, right);
    let pair = pairs.get(key);
    if (!pair) {
      pair = { left, right, count: 0, words: [] };
      pairs.set(key, pair);
    }
    pair.count += times;
    return pair;
  };
  for (const [word, ids] of symbols.entries()) {
    for (let at = 0; at + 1 < ids.length; at++) {
      count(ids[at] as number, ids[at + 1] as number, frequency[word] as number).words.push(word);
    }
  }
  for (const pair of pairs.values()) candidates.push({ pair, count: pair.count });

  const idOf = new Map(pieces.map((piece, id) => [piece, id]));
  const firstLearned = pieces.length;
  const mergeable = new Set(training.characters.values());
  const merges: [string, string][] = [];
  while (pieces.length < size) {
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
      continue; // Text that spells a byte piece or a special token must not become one.
    }
    merges.push([left, right]);
    const grown = new Set<Pair>();
    for (const word of pair.words) {
      const ids = symbols[word] as number[];
      const times = frequency[word] as number;
      if (!hasPair(ids, pair.left, pair.right)) continue;
      for (let at = 0; at + 1 < ids.length; at++) count(ids[at] as number, ids[at + 1] as number, -times);
      const shorter = mergePair(ids, pair.left, pair.right, merged);
      symbols[word] = shorter;
      for (let at = 0; at + 1 < shorter.length; at++) {
        const kept = count(shorter[at] as number, shorter[at + 1] as number, times);
        if (shorter[at] !== merged && shorter[at + 1] !== merged) continue;
        kept.words.push(word);
        grown.add(kept);
      }
    }
    for (const wider of grown)
      if (wider.count >= minFrequency) candidates.push({ pair: wider, count: wider.count });
    if (merges.length % 64 === 0) onProgress?.(pieces.length - firstLearned, size - firstLearned);
  }
  onProgress?.(pieces.length - firstLearned, pieces.length - firstLearned);
  return merges;
}

/** Words as lists of character ids. A word with foreign characters gives the lists between them. */
function spell(words: ReadonlyMap<string, number>, characters: ReadonlyMap<string, number>) {
  const symbols: number[][] = [];
  const frequency: number[] = [];
  for (const [word, times] of words) {
    let ids: number[] = [];
    const close = (): void => {
      if (ids.length > 1) {
        symbols.push(ids);
        frequency.push(times);
      }
      ids = [];
    };
    for (const character of word) {
      const id = characters.get(character);
      if (id === undefined) close();
      else ids.push(id);
    }
    close();
  }
  return { symbols, frequency };
}

function hasPair(ids: readonly number[], left: number, right: number): boolean {
  for (let at = 0; at + 1 < ids.length; at++) if (ids[at] === left && ids[at + 1] === right) return true;
  return false;
}

function mergePair(ids: readonly number[], left: number, right: number, merged: number): number[] {
  const result: number[] = [];
  for (let at = 0; at < ids.length; at++) {
    if (ids[at] === left && ids[at + 1] === right) {
      result.push(merged);
      at++;
    } else {
      result.push(ids[at] as number);
    }
  }
  return result;
}
