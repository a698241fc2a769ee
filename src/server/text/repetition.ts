/** Finds texts in which a model says the same again and again. */

/** A sequence of tokens that repeats without anything between. */
export interface Loop {
  /** Where it begins, and how many tokens it has. */
  readonly from: number;
  readonly length: number;
  readonly times: number;
}

/** Fewest repetitions, and fewest tokens of all of them together: "very, very, very good" is no loop. */
const TIMES = 3;
const TOKENS = 8;

/**
 * The first loop in a text: a sequence that occurs at least 3 times in a row, with at least 8 tokens in all.
 *
 * @param tokens  Pieces or ids.
 */
export function loopIn(tokens: readonly unknown[]): Loop | undefined {
  for (let length = 1; length * TIMES <= tokens.length; length++) {
    let same = 0;
    for (let at = length; at <= tokens.length; at++) {
      if (at < tokens.length && tokens[at] === tokens[at - length]) {
        same++;
        continue;
      }
      const times = Math.floor(same / length) + 1;
      if (times >= TIMES && times * length >= TOKENS) return { from: at - same - length, length, times };
      same = 0;
    }
  }
  return undefined;
}

/** Whether a translation loops where its source does not. */
export const isStuck = (source: readonly string[], translation: readonly string[]): boolean =>
  loopIn(translation) !== undefined && loopIn(source) === undefined;
