/** Pieces of a vocabulary as people read them. */
export interface ShownToken {
  readonly text: string;
  /** Whether a word begins here. */
  readonly begins: boolean;
  /** </s>, <s>, <pad>, <unk> */
  readonly isSpecial: boolean;
}

const LONGEST = 40;

/** "▁small" begins a word, "ing" goes on with one. Long pieces are cut: they are data, and can be anything. */
export function shownToken(piece: string): ShownToken {
  const isSpecial = /^<\/?[a-z]+>$/.test(piece);
  const begins = piece.startsWith("▁");
  const plain = begins ? piece.slice(1) : piece;
  const shown = plain === "" ? "␣" : plain;
  const text = shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown;
  return { text, begins: begins || isSpecial, isSpecial };
}
