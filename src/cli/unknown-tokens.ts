import { specialTokens, unknownSign } from "../text/layout.ts";

/** How many of these pieces stand for a word outside the vocabulary. */
export const countUnknown = (pieces: readonly string[]): number =>
  pieces.reduce((count, piece) => count + Number(piece === specialTokens.unk), 0);

/** Said once, at the end, of tokens that a model could not put into words. */
export const unknownTokens = (count: number): string =>
  `heed: ${count} unknown ${count === 1 ? "token was" : "tokens were"} written as ${unknownSign}`;
