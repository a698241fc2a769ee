export interface Piece {
  readonly word: string;
  /** Whether the other text lacks it. */
  readonly isOwn: boolean;
}

/** Texts with a larger product of lengths are not compared: the work grows with it. */
const MOST_PAIRS = 4_000_000;

/** The words of two texts, with those outside a longest common subsequence marked. */
export function wordDifference(a: string, b: string): readonly [Piece[], Piece[]] {
  const [first, second] = [wordsOf(a), wordsOf(b)];
  if (first.length * second.length > MOST_PAIRS) return [unmarked(a), unmarked(b)];
  const width = second.length + 1;
  // common[i, j]: length of the longest common subsequence of what follows i and j.
  const common = new Uint32Array((first.length + 1) * width);
  for (let i = first.length - 1; i >= 0; i--) {
    for (let j = second.length - 1; j >= 0; j--) {
      const here = i * width + j;
      const [down = 0, right = 0, both = 0] = [
        common[here + width],
        common[here + 1],
        common[here + width + 1],
      ];
      common[here] = first[i] === second[j] ? both + 1 : Math.max(down, right);
    }
  }
  const pieces: [Piece[], Piece[]] = [[], []];
  let [i, j] = [0, 0];
  while (i < first.length || j < second.length) {
    const [word = "", other = ""] = [first[i], second[j]];
    const isShared = i < first.length && j < second.length && word === other;
    const down = i < first.length ? (common[(i + 1) * width + j] ?? 0) : -1;
    const right = j < second.length ? (common[i * width + j + 1] ?? 0) : -1;
    if (isShared || down >= right) pieces[0].push({ word, isOwn: !isShared });
    if (isShared || down < right) pieces[1].push({ word: other, isOwn: !isShared });
    if (isShared || down >= right) i += 1;
    if (isShared || down < right) j += 1;
  }
  return pieces;
}

/** The words of a text, none of them marked. */
export const unmarked = (text: string): Piece[] => wordsOf(text).map((word) => ({ word, isOwn: false }));

const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== "");
