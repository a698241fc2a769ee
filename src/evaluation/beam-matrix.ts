/** The value of cells outside the beam: more than any distance. */
const OUTSIDE = 2 ** 30;
/** Width of Tercom's beam: cells up to this far from the diagonal are computed. */
const BEAM = 25;

/**
 * The Levenshtein matrix of a hypothesis and a fixed reference, near the diagonal only:
 *
 *   D[i, j] = min(D[i-1, j-1] + [h_i ≠ r_j],  D[i-1, j] + 1,  D[i, j-1] + 1)
 *
 * Row i holds the columns from ⌊i·r/h⌋ - 25 to ⌊i·r/h⌋ + 24, more if the reference is over fifty times as long; the last
 * row reaches the end. All hypotheses must have the length that the matrix was made for.
 */
export interface BeamMatrix {
  /**
   * Fills the rows after `first` for `words`; row `first` is read from `before`, a matrix of the same size whose words
   * agree up to there. Stops early when the distance is sure to exceed `most`.
   *
   * @returns The distance, or some number above `most` if the distance exceeds `most`.
   */
  readonly fill: (words: Int32Array, first?: number, before?: BeamMatrix, most?: number) => number;
  /** D[i, j]; huge outside the beam. */
  readonly at: (i: number, j: number) => number;
  /** [(length + 1), width], row by row. */
  readonly cells: Int32Array;
}

/** @param length  Number of words of the hypotheses, at least 1. */
export function beamMatrix(reference: Int32Array, length: number): BeamMatrix {
  const ratio = reference.length / length;
  const beam = BEAM < ratio / 2 ? Math.ceil(ratio / 2 + BEAM) : BEAM;
  const lowest = Int32Array.from({ length: length + 1 }, (_, i) => Math.max(0, Math.floor(i * ratio) - beam));
  // The first row holds the columns that the second one needs.
  lowest[0] = Math.max(0, (lowest[1] as number) - 1);
  const width = Math.min(reference.length + 1, 2 * beam + 2);
  const cells = new Int32Array((length + 1) * width).fill(OUTSIDE);
  for (let k = 0; k < width; k++) cells[k] = (lowest[0] as number) + k;

  const fill: BeamMatrix["fill"] = (words, first = 0, before, most = OUTSIDE) => {
    for (let i = first + 1; i <= length; i++) {
      const low = lowest[i] as number;
      const end =
        i === length ? reference.length + 1 : Math.min(reference.length + 1, Math.floor(i * ratio) + beam);
      const above = before && i === first + 1 ? before.cells : cells;
      const start = (i - 1) * width;
      const moved = low - (lowest[i - 1] as number);
      const word = words[i - 1];
      let diagonal = moved > 0 ? (above[start + moved - 1] as number) : OUTSIDE;
      let left = OUTSIDE;
      let least = OUTSIDE;
      for (let j = low, k = 0; j < end; j++, k++) {
        const up = k + moved < width ? (above[start + k + moved] as number) : OUTSIDE;
        let best = OUTSIDE;
        if (j > 0) best = reference[j - 1] === word ? diagonal : diagonal + 1;
        if (up + 1 < best) best = up + 1;
        if (left + 1 < best) best = left + 1;
        cells[i * width + k] = best;
        diagonal = up;
        left = best;
        if (best < least) least = best;
      }
      // Each cell is at least as large as the minimum of the row before it.
      if (least > most) return least;
    }
    return at(length, reference.length);
  };
  const at = (i: number, j: number): number => {
    const k = j - (lowest[i] as number);
    return k >= 0 && k < width ? (cells[i * width + k] as number) : OUTSIDE;
  };
  return { fill, at, cells };
}
