/** Pieces of a vocabulary as people read them. */
export interface ShownToken {
  readonly text: string;
  /** Whether a word begins here. */
  readonly begins: boolean;
  /** </s>, <s>, <pad>, <unk> */
  readonly isSpecial: boolean;
}

const LONGEST = 24;

/** Characters that control something or turn the direction of text around. */
const hidden = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * "▁small" begins a word, "ing" goes on with one. Pieces are data and can be anything: long ones are cut, and characters that
 * cannot be seen are shown by their code points.
 */
export function shownToken(piece: string): ShownToken {
  const isSpecial = /^<(s|\/s|pad|unk)>$/.test(piece);
  const begins = piece.startsWith("▁");
  const plain = (begins ? piece.slice(1) : piece).replace(
    hidden,
    (c) => `‹${(c.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}›`,
  );
  const shown = plain === "" ? "␣" : byteOf(plain);
  const letters = [...shown];
  const text = letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : shown;
  return { text, begins: begins || isSpecial, isSpecial };
}

/** A byte of a character that the vocabulary does not have: itself where it is a sign of ASCII, else as a number. */
function byteOf(piece: string): string {
  const [, number] = /^<0x([0-9A-F]{2})>$/.exec(piece) ?? [];
  if (number === undefined) return piece;
  const code = Number.parseInt(number, 16);
  return code > 0x20 && code < 0x7f ? String.fromCharCode(code) : `‹${number}›`;
}

/** A word, or a special token: places from, to - 1 of a list of tokens. */
export interface Word {
  readonly from: number;
  readonly to: number;
  /** Its number among the words that spaces part; undefined for a special token. An unknown word is a word. */
  readonly number: number | undefined;
}

/** The words that tokens are pieces of. */
export function wordsOf(pieces: readonly string[]): Word[] {
  const words: { from: number; to: number; number: number | undefined }[] = [];
  let number = 0;
  let isOpen = false;
  for (const [at, piece] of pieces.entries()) {
    const { begins, isSpecial } = shownToken(piece);
    const last = words.at(-1);
    if (last && isOpen && !begins) {
      last.to = at + 1;
      continue;
    }
    isOpen = !isSpecial;
    words.push({ from: at, to: at + 1, number: isSpecial && piece !== "<unk>" ? undefined : number++ });
  }
  return words;
}
