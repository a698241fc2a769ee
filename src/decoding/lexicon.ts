import type { Work } from "../work.ts";
import type { LexicalShortlist } from "./shortlist.ts";

export interface LexiconOptions {
  readonly sourceVocabulary: number;
  readonly targetVocabulary: number;
  /** Ids that every sentence lists, beside the most frequent ones. */
  readonly always: Iterable<number>;
  /** Most frequent target tokens that every sentence lists. Default 100. */
  readonly common?: number;
  /** Most translations listed for a source token. Default 50. */
  readonly each?: number;
}

/** Source and target tokens of one pair. */
export interface TokenPair {
  readonly source: ArrayLike<number>;
  readonly target: ArrayLike<number>;
}

const ROUNDS = 4;
/** A translation less likely than this is not listed. */
const LEAST = 1e-4;

/**
 * Learns which target tokens translate a source token, by expectation maximisation from pairs:
 *
 *   t(f | e) ∝ Σ_pairs Σ_{e, f} t(f | e) / Σ_{e'} t(f | e')
 *
 * @see Brown et al. 1993, model 1 - https://aclanthology.org/J93-2003
 */
export function* learnShortlist(
  pairs: readonly TokenPair[],
  { sourceVocabulary, targetVocabulary, always, common = 100, each = 50 }: LexiconOptions,
): Work<LexicalShortlist> {
  // Every two tokens that stand in a pair have a cell, found once.
  const cells = new Map<number, number>();
  const frequency = new Uint32Array(targetVocabulary);
  const cellsOf: Int32Array[] = [];
  for (const { source, target } of pairs) {
    yield;
    const own = new Int32Array(source.length * target.length);
    let at = 0;
    for (const f of Array.from(target)) {
      frequency[f] = (frequency[f] as number) + 1;
      for (const e of Array.from(source)) {
        const key = e * targetVocabulary + f;
        const cell = cells.get(key) ?? cells.size;
        if (cell === cells.size) cells.set(key, cell);
        own[at++] = cell;
      }
    }
    cellsOf.push(own);
  }
  let likely = new Float64Array(cells.size).fill(1);
  const sourceOf = Int32Array.from(cells.keys(), (key) => Math.floor(key / targetVocabulary));
  for (let round = 0; round < ROUNDS; round++) {
    const counts = new Float64Array(cells.size);
    for (const [n, own] of cellsOf.entries()) {
      yield;
      const width = pairs[n]?.source.length ?? 0;
      for (let from = 0; from < own.length; from += width) {
        const word = own.subarray(from, from + width);
        const total = word.reduce((sum, cell) => sum + (likely[cell] as number), 0);
        for (const cell of word)
          counts[cell] = (counts[cell] as number) + (likely[cell] as number) / (total || 1);
      }
    }
    const sums = new Float64Array(sourceVocabulary);
    counts.forEach((count, cell) => {
      const e = sourceOf[cell] as number;
      sums[e] = (sums[e] as number) + count;
    });
    likely = counts.map((count, cell) => count / (sums[sourceOf[cell] as number] || 1));
  }
  const rows = Array.from({ length: sourceVocabulary }, (): [f: number, p: number][] => []);
  for (const [key, cell] of cells) {
    const p = likely[cell] as number;
    if (p > LEAST) rows[Math.floor(key / targetVocabulary)]?.push([key % targetVocabulary, p]);
  }
  const translations = new Int32Array(sourceVocabulary * each).fill(-1);
  for (const [e, row] of rows.entries()) {
    row.sort(([f, p], [g, q]) => q - p || f - g);
    for (const [i, [f]] of row.slice(0, each).entries()) translations[e * each + i] = f;
  }
  const frequent = [...frequency.keys()].sort((f, g) => (frequency[g] as number) - (frequency[f] as number));
  const everywhere = new Set([
    ...always,
    ...frequent.slice(0, common).filter((f) => (frequency[f] as number) > 0),
  ]);
  return { common: Int32Array.from(everywhere).sort(), translations, each };
}
