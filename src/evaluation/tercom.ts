import { type BeamMatrix, beamMatrix } from "./beam-matrix.ts";

/** Tercom's limits on a shift, in words. */
const LONGEST_SHIFT = 10;
const FARTHEST_SHIFT = 50;
/** sacreBLEU's limit: after trying this many shifts for a sentence, it makes no more. */
const MOST_TRIED = 1000;

/**
 * The number of edits that turn `hypothesis` into `reference`: shifts of runs of words, at a cost of 1 each, as long as
 * one reduces the distance, plus the remaining Levenshtein distance. Finding the best sequence of shifts is NP-hard;
 * this is Tercom's greedy search with sacreBLEU's limits, and gives the same number.
 *
 * @see Snover et al. 2006, section 3 - https://aclanthology.org/2006.amta-papers.25
 */
export function tercomEdits(hypothesis: readonly string[], reference: readonly string[]): number {
  if (reference.length === 0 || hypothesis.length === 0) return Math.max(hypothesis.length, reference.length);
  const numbers = new Map<string, number>();
  const numbered = (words: readonly string[]): Int32Array =>
    Int32Array.from(words, (word) => {
      const known = numbers.get(word) ?? numbers.size;
      numbers.set(word, known);
      return known;
    });
  const target = numbered(reference);
  let words = numbered(hypothesis);
  const matrix = beamMatrix(target, words.length);
  const trial = beamMatrix(target, words.length);
  let left = MOST_TRIED;
  let shifts = 0;
  for (;;) {
    const distance = matrix.fill(words);
    const { best, tried } = bestShift({ words, target, matrix, trial, distance, most: left });
    left -= tried;
    if (left <= 0 || !best) return shifts + distance;
    shifts += 1;
    words = shifted(words, best);
  }
}

interface Shift {
  /** The first word of the run. */
  readonly from: number;
  readonly length: number;
  /** The place, in the original order, to move the run to; if inside the run, it moves right by that many words. */
  readonly to: number;
}

interface Search {
  readonly words: Int32Array;
  readonly target: Int32Array;
  /** Filled for `words`. */
  readonly matrix: BeamMatrix;
  /** Scratch space for shifted words. */
  readonly trial: BeamMatrix;
  readonly distance: number;
  readonly most: number;
}

/**
 * The shift that reduces the distance most, or undefined if none does. Ties go to the longest run, then to the earliest
 * origin, then to the earliest destination. Only runs are tried that occur in the reference, contain an error where they
 * are and would fix one where they go.
 */
function bestShift(search: Search): { best: Shift | undefined; tried: number } {
  const { words, target, distance, most } = search;
  const { places, isWrong, isMissed } = alignment(search);
  let best: Shift | undefined;
  let bestDistance = distance;
  let tried = 0;
  const consider = (shift: Shift): void => {
    tried += 1;
    // A shift must reduce the distance further than the best so far, or as far if it is preferred.
    const enough = best && precedes(shift, best) ? bestDistance : bestDistance - 1;
    const shiftedDistance = distanceAfter(shift, search, enough);
    if (shiftedDistance <= enough) [best, bestDistance] = [shift, shiftedDistance];
  };
  for (let from = 0; from < words.length; from++) {
    const end = Math.min(target.length, from + FARTHEST_SHIFT + 1);
    for (let at = Math.max(0, from - FARTHEST_SHIFT); at < end; at++) {
      const place = places[at] as number;
      let [hasError, fixesError] = [false, false];
      for (let length = 1; length <= LONGEST_SHIFT; length++) {
        const [last, lastAt] = [from + length - 1, at + length - 1];
        if (last >= words.length || lastAt >= target.length || words[last] !== target[lastAt]) break;
        hasError ||= isWrong[last] === 1;
        fixesError ||= isMissed[lastAt] === 1;
        const isInside = from <= place && place < from + length;
        if (!hasError || !fixesError || isInside) continue;
        let before = -1;
        for (let reached = at - 1; reached <= lastAt; reached++) {
          const to = reached < 0 ? 0 : (places[reached] as number) + 1;
          if (to !== before) consider({ from, length, to });
          before = to;
        }
        if (tried >= most) return { best, tried };
      }
    }
  }
  return { best, tried };
}

/** Whether `a` is preferred to `b` if both reduce the distance equally. */
function precedes(a: Shift, b: Shift): boolean {
  if (a.length !== b.length) return a.length > b.length;
  return a.from !== b.from ? a.from < b.from : a.to < b.to;
}

function distanceAfter(shift: Shift, { words, matrix, trial }: Search, most: number): number {
  return trial.fill(shifted(words, shift), Math.min(shift.from, shift.to), matrix, most);
}

function shifted(words: Int32Array, { from, length, to }: Shift): Int32Array {
  const run = words.subarray(from, from + length);
  const moved = words.slice();
  // Where the run starts after the move; a place inside the run moves it right by that many words.
  const start = to < from ? to : to > from + length ? to - length : Math.min(to, words.length - length);
  if (start < from) moved.copyWithin(start + length, start, from);
  else moved.copyWithin(from, from + length, start + length);
  moved.set(run, start);
  return moved;
}

interface Alignment {
  /** For each word of the reference, the last hypothesis word aligned at or before it; -1 if there is none. */
  readonly places: Int32Array;
  /** 1 for a word of the hypothesis that is substituted or deleted. */
  readonly isWrong: Uint8Array;
  /** 1 for a word of the reference that is substituted or inserted. */
  readonly isMissed: Uint8Array;
}

/** Traces back through the matrix, preferring matches and substitutions to deletions, and deletions to insertions. */
function alignment({ words, target, matrix }: Search): Alignment {
  const places = new Int32Array(target.length);
  const isWrong = new Uint8Array(words.length).fill(1);
  const isMissed = new Uint8Array(target.length).fill(1);
  let [i, j] = [words.length, target.length];
  while (i > 0 || j > 0) {
    const here = matrix.at(i, j);
    const isEqual = i > 0 && j > 0 && words[i - 1] === target[j - 1];
    if (i > 0 && j > 0 && matrix.at(i - 1, j - 1) + (isEqual ? 0 : 1) === here) {
      i -= 1;
      j -= 1;
      places[j] = i;
      if (isEqual) [isWrong[i], isMissed[j]] = [0, 0];
    } else if (i > 0 && matrix.at(i - 1, j) + 1 === here) {
      i -= 1;
    } else {
      j -= 1;
      places[j] = i - 1;
    }
  }
  return { places, isWrong, isMissed };
}
