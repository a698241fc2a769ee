/**
 * The phrasebook: everyday English and French from a grammar. Both sides of a sentence grow together, so its word
 * alignment is exact (`aligned.ts` has the conventions), and every source sentence has one translation. Where French
 * must choose and English does not say, it always chooses the same:
 *
 * - "you" is vous, one man, addressed politely: vous êtes fatigué;
 * - "I" and "we" are men, "they" are ils, friends, cousins, teachers and doctors are men, nurses are women;
 * - "his", "her" are son, sa, ses by what is owned;
 * - -ing and the plain present are both the présent, the simple past is the passé composé, but "was" is était and "used
 *   to" the imparfait;
 * - questions are asked with est-ce que, but for "who", "where is", "how much" and "can you";
 * - before ? and ! stands a plain space, apostrophes are plain, and digits keep the form that `Intl` gives them, with
 *   plain spaces.
 */
import type { Aligned } from "./aligned.ts";
import { dice } from "./dice.ts";
import { calendar } from "./rules/calendar.ts";
import { descriptions } from "./rules/descriptions.ts";
import { feelings } from "./rules/feelings.ts";
import { geography } from "./rules/geography.ts";
import { idioms } from "./rules/idioms.ts";
import { negations } from "./rules/negations.ts";
import { questions } from "./rules/questions.ts";
import type { Rule } from "./rules/rule.ts";
import { statements } from "./rules/statements.ts";

export interface PhrasebookPair extends Aligned {
  /** The name of the rule that made it. */
  readonly rule: string;
}

export interface PhrasebookOptions {
  /** Default 1. */
  readonly seed?: number;
  /** Pairs to train on. Default 30,000; hundreds of thousands are possible. */
  readonly size?: number;
  /** Default 500. */
  readonly valid?: number;
  /** Default 500. */
  readonly test?: number;
}

export interface Phrasebook {
  readonly train: readonly PhrasebookPair[];
  readonly valid: readonly PhrasebookPair[];
  readonly test: readonly PhrasebookPair[];
}

/** All rules of the grammar. */
export const rules: readonly Rule[] = [
  ...statements,
  ...negations,
  ...questions,
  ...descriptions,
  ...idioms,
  ...feelings,
  ...calendar,
  ...geography,
];

/** With fewer pairs to train on, held-out sentences may have words that training does not know. */
const ALL_WORDS_FROM = 5000;

/**
 * Distinct sentence pairs, split so that no sentence of `valid` or `test` occurs in another part on either side, while
 * every word of theirs occurs in training (numbers aside, and from 5,000 pairs on). The same options give the same pairs.
 *
 * @throws RangeError when the grammar has fewer sentences.
 */
export function phrasebook(options: PhrasebookOptions = {}): Phrasebook {
  const { seed = 1, size = 30_000, valid = 500, test = 500 } = options;
  const throws = dice(seed, "phrasebook");
  const sources = new Set<string>();
  const targets = new Set<string>();
  const fill = (count: number, isWanted: (pair: Aligned) => boolean): PhrasebookPair[] => {
    const pairs: PhrasebookPair[] = [];
    for (let draw = 0; pairs.length < count; draw++) {
      if (draw > 20 * count + 10_000) throw new RangeError(`phrasebook: no ${count} new sentences`);
      const rule = throws.pick(rules);
      const pair = rule.make(throws);
      const { source, target, links } = pair;
      if (sources.has(source) || !isWanted(pair)) continue;
      sources.add(source);
      targets.add(target);
      pairs.push({ source, target, links, rule: rule.name });
    }
    return pairs;
  };
  const train = fill(size, () => true);
  const isKnown = size < ALL_WORDS_FROM ? () => true : wordsKnownFrom(train);
  const isUnseen = (pair: Aligned): boolean => !targets.has(pair.target) && wordsOf(pair).every(isKnown);
  return { train, valid: fill(valid, isUnseen), test: fill(test, isUnseen) };
}

/** Words of both sides, without numbers, which nobody learns one by one. */
const wordsOf = ({ source, target }: Aligned): string[] =>
  `${source} ${target}`.toLowerCase().match(/[\p{L}\p{M}'-]+/gu) ?? [];

/** Whether a word occurs in some pair; stops reading at the first. */
function wordsKnownFrom(pairs: readonly Aligned[]): (word: string) => boolean {
  const known = new Set<string>();
  let read = 0;
  return (word) => {
    while (!known.has(word) && read < pairs.length) {
      for (const one of wordsOf(pairs[read++] as Aligned)) known.add(one);
    }
    return known.has(word);
  };
}

/** The links of a pair as a gold alignment: all of them are sure. */
export const goldAlignment = ({
  links,
}: Pick<PhrasebookPair, "links">): {
  readonly sure: readonly { readonly source: number; readonly target: number }[];
  readonly possible: readonly [];
} => ({ sure: links.map(([source, target]) => ({ source, target })), possible: [] });
