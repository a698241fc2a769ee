import { specialTokens, unknownSign } from "../text/layout.ts";

/** Counts the pieces that stand for a word outside the vocabulary. */
export const countUnknown = (pieces: readonly string[]): number =>
  pieces.reduce((count, piece) => count + Number(piece === specialTokens.unk), 0);

/** The closing note about unknown tokens in the output. */
export const unknownTokens = (count: number): string =>
  `heed: ${count} unknown ${count === 1 ? "token was" : "tokens were"} written as ${unknownSign}`;
