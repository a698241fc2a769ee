/** How much one request may ask for. Every number here multiplies work, so every number has an option. */
export interface Limits {
  /** Characters of all texts of a request together. */
  readonly characters: number;
  /** Texts of a request. */
  readonly texts: number;
  /** Alternatives to each translation. */
  readonly alternatives: number;
  /** Hypotheses kept at each step of a search. */
  readonly beam: number;
  /** Tokens that a language model writes. */
  readonly tokens: number;
}

/** Bytes of the body of a request. */
export const BODY = 2 ** 20;

/** Bytes that are taken from a client that still sends what was refused: cut off, it might never see the answer. */
export const UNREAD = 16 * BODY;

/** Milliseconds in which a request must have come, and in which some of an answer must be taken. */
export const SLOW = 8000;

/** Bytes of an answer that must be taken in that time, or all that is left. */
export const TAKEN = 2 ** 16;
