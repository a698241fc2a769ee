/** Minimal pairs: two sentences of the phrasebook that differ in one feature alone. */
import { action, finite, hasClearPast, objectOf, type Tense } from "./action.ts";
import { agree } from "./adjectives.ts";
import { type Aligned, compose, type Phrase, phrase, sentence } from "./aligned.ts";
import { type Dice, dice } from "./dice.ts";
import { startsWithVowel } from "./elision.ts";
import { moods, somebody } from "./nominals.ts";
import { DEFINITE, type Nominal, nounPhrase } from "./noun-phrase.ts";
import * as nouns from "./nouns.ts";
import { isEvent, objectsOf } from "./objects.ts";
import { french, handling, toBe, type Verb } from "./verbs.ts";

/** One sentence of a pair, and the word of its translation that shows the feature, counted from 0. */
export interface ContrastSentence {
  readonly source: string;
  readonly target: string;
  readonly word: number;
}

export interface ContrastPair {
  readonly feature: ContrastFeature;
  readonly sides: readonly [ContrastSentence, ContrastSentence];
}

type Make = (dice: Dice) => readonly [Aligned, Aligned];

interface Feature {
  /** What differs, in both languages. */
  readonly about: string;
  readonly make: Make;
  /** The word that shows the feature. Default: the first that differs. */
  readonly word?: "last";
}

const pronouns = (["he", "she"] as const).map(
  (english): Nominal => ({
    ...phrase(english, english === "he" ? "il" : "elle"),
    gender: english === "he" ? "m" : "f",
    isPlural: false,
    person: 2,
  }),
) as [Nominal, Nominal];

/** Somebody that is not "I", whose French form changes before vowels. */
function third(dice: Dice): Nominal {
  for (;;) {
    const who = somebody(dice, { pronouns: 0.4, adjectives: 0.1 });
    if (who.person !== 0) return who;
  }
}

const statement = (who: Nominal, does: Phrase, what: Phrase): Aligned =>
  sentence(compose("{who} {does} {what}", "{who} {does} {what}", { who, does, what }));

/** Something that is done, in a form that negation does not change. */
const plain = (dice: Dice) => action(dice, { determiners: DEFINITE, partitives: false });

const presentOf = ({ french: forms, english }: Verb, { person }: Nominal): Phrase =>
  phrase(english.base, forms.present[person] as string);

const does = ({ person }: Nominal): string => (person === 2 ? "does" : "do");

/** Adjectives whose feminine is another word. */
const AGREEING = moods.filter(({ french: { m, f } }) => m !== f);
/** Whose article shows the number, and the gender too. Relatives have owners, not articles. */
const CONSONANTS = [...nouns.strangers, ...nouns.animals].filter(
  (noun) => !startsWithVowel(noun.french) && noun.french !== noun.frenchPlural,
);

/** Every feature that a pair can differ in. */
export const contrastFeatures = {
  tense: {
    about: "sees and saw: voit, a vu",
    make: (dice) => {
      const who = third(dice);
      const isAllowed = (verb: Verb): boolean => hasClearPast(verb) && isEvent(verb);
      const what = action(dice, { besides: who.noun, determiners: DEFINITE, isAllowed });
      const at = (tense: Tense): Aligned => statement(who, finite(what.verb, tense, who), objectOf(what));
      return [at("present"), at("past")];
    },
  },
  gender: {
    about: "he and she: il, elle",
    make: (dice) => {
      const what = plain(dice);
      const of = (who: Nominal): Aligned => statement(who, finite(what.verb, "present", who), objectOf(what));
      return [of(pronouns[0]), of(pronouns[1])];
    },
  },
  agreement: {
    about: "tired, of him and of her: fatigué, fatiguée, once il or elle is written",
    word: "last",
    make: (dice) => {
      const adjective = dice.pick(AGREEING);
      const time = dice.pick(["present", "past", "future"] as const);
      const of = (who: Nominal): Aligned => {
        const is =
          time === "future"
            ? phrase("will be", french.être.future[who.person] as string)
            : phrase(
                toBe[time][who.person] as string,
                french.être[time === "past" ? "imperfect" : "present"][who.person] as string,
              );
        return statement(who, is, phrase(adjective.english, agree(adjective, who.gender, false)));
      };
      return [of(pronouns[0]), of(pronouns[1])];
    },
  },
  number: {
    about: "the cat and the cats: le, les",
    make: (dice) => {
      const noun = dice.pick(CONSONANTS);
      const what = action(dice, { besides: noun, determiners: DEFINITE });
      const of = (isPlural: boolean): Aligned => {
        const who = nounPhrase({ noun, determiner: "the", isPlural });
        return statement(who, finite(what.verb, "present", who), objectOf(what));
      };
      return [of(false), of(true)];
    },
  },
  negation: {
    about: "sees and does not see: voit, ne voit pas",
    make: (dice) => {
      const who = third(dice);
      const what = plain(dice);
      const slots = { who, does: presentOf(what.verb, who), what: objectOf(what) };
      const denied = compose(
        `{who} ${does(who)}/n not/n {does} {what}`,
        "{who} ne/n {does} pas/n {what}",
        slots,
      );
      return [statement(who, finite(what.verb, "present", who), objectOf(what)), sentence(denied)];
    },
  },
  question: {
    about: "he sees and does he see: il voit, est-ce qu'il voit",
    make: (dice) => {
      const who = third(dice);
      const what = plain(dice);
      const slots = { who, does: presentOf(what.verb, who), what: objectOf(what) };
      const asked = compose(
        `${does(who)}/q {who} {does} {what}`,
        "est-ce/q que/q {who} {does} {what}",
        slots,
      );
      return [statement(who, finite(what.verb, "present", who), objectOf(what)), sentence(asked, "?")];
    },
  },
  article: {
    about: "the car and a car: la, une",
    make: (dice) => {
      const who = third(dice);
      const verb = dice.pick(handling);
      const noun = dice.pick(objectsOf(verb, nouns.things).filter((one) => !startsWithVowel(one.french)));
      const of = (determiner: "the" | "a"): Aligned =>
        statement(who, finite(verb, "present", who), nounPhrase({ noun, determiner }));
      return [of("the"), of("a")];
    },
  },
} as const satisfies Readonly<Record<string, Feature>>;

export type ContrastFeature = keyof typeof contrastFeatures;

export interface ContrastOptions {
  /** Default 1. */
  readonly seed?: number;
  /** Pairs of each feature, or as many as there are. Default 24. */
  readonly pairs?: number;
}

/**
 * Minimal pairs of every feature, each pair once. The sentences follow the phrasebook's grammar, so some may be among
 * those that a model was trained with. The same options give the same pairs.
 */
export function contrastPairs({ seed = 1, pairs = 24 }: ContrastOptions = {}): ContrastPair[] {
  return Object.entries<Feature>(contrastFeatures).flatMap(([name, { make, word }]) => {
    const throws = dice(seed, `contrast ${name}`);
    const made = new Map<string, ContrastPair>();
    for (let draw = 0; draw < 50 * pairs && made.size < pairs; draw++) {
      const [first, second] = make(throws);
      const at = differing(first.target, second.target, word);
      const side = (one: Aligned, i: 0 | 1): ContrastSentence => ({
        source: one.source,
        target: one.target,
        word: at[i],
      });
      made.set(first.source, {
        feature: name as ContrastFeature,
        sides: [side(first, 0), side(second, 1)],
      });
    }
    return [...made.values()];
  });
}

/** The words that show what differs between two translations: the first that is another word, or the last of each. */
function differing(a: string, b: string, which: Feature["word"]): readonly [number, number] {
  const [first, second] = [a.split(" "), b.split(" ")];
  if (which === "last") return [first.length - 1, second.length - 1];
  const at = first.findIndex((word, i) => word !== second[i]);
  return [at, at];
}
