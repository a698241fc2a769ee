/** People and things that sentences are about, drawn so that they make sense. */
import { type Adjective, agree, ofBeings } from "./adjectives.ts";
import { compose, type Phrase, phrase } from "./aligned.ts";
import type { Dice } from "./dice.ts";
import { ANY, DEFINITE, type Determiner, type Nominal, nounPhrase, OWNERS } from "./noun-phrase.ts";
import type { Noun } from "./nouns.ts";
import * as nouns from "./nouns.ts";
import { adjectivesFor } from "./suits.ts";
import type { Person } from "./verbs.ts";

const pronounOf = (english: string, french: string, person: Person): Nominal => ({
  ...phrase(english, french),
  gender: english === "she" ? "f" : "m",
  isPlural: person === 3 || person === 5,
  person,
});

const OTHERS = [
  pronounOf("you", "vous", 4),
  pronounOf("he", "il", 2),
  pronounOf("she", "elle", 2),
  pronounOf("we", "nous", 3),
  pronounOf("they", "ils", 5),
];
const PRONOUNS = [pronounOf("I", "je", 0), ...OTHERS];

/**
 * I and you are men here, "you" is one person, addressed politely, and "they" are not all women: French has to choose.
 */
export const pronoun = (dice: Dice): Nominal => dice.pick(PRONOUNS);

/** The person asked about: nobody asks about himself. */
export const pronounAsked = (dice: Dice): Nominal => dice.pick(OTHERS);

export interface SomebodyOptions {
  /** Probabilities of an adjective, of a pronoun instead, and of several. */
  readonly adjectives?: number;
  readonly pronouns?: number;
  readonly plurals?: number;
  /** Of strangers. */
  readonly determiners?: readonly Determiner[];
}

/** A being that acts: mostly somebody's relative or friend. */
export function somebody(
  dice: Dice,
  {
    adjectives = 0.25,
    pronouns = 0,
    plurals = 0.25,
    determiners = ["the", "the", "this", "a"],
  }: SomebodyOptions = {},
): Nominal {
  if (dice.chance(pronouns)) return pronoun(dice);
  const isKin = dice.chance(0.6);
  const noun = dice.pick(isKin ? nouns.people : nouns.strangers);
  return nounPhrase({
    noun,
    determiner: dice.pick(isKin ? ownersOf(noun) : determiners),
    adjective: dice.chance(adjectives) ? dice.pick(adjectivesFor(noun)) : undefined,
    isPlural: dice.chance(plurals) && !ONE_EACH.has(noun.english),
  });
}

const ONE_EACH = new Set(["father", "mother", "wife", "husband"]);
const OF_ONE = OWNERS.slice(0, 4);

/** Nobody shares a husband or a wife. */
export const ownersOf = ({ english }: Noun): readonly Determiner[] =>
  english === "husband" || english === "wife" ? OF_ONE : OWNERS;

const WILD = new Set(["elephant", "bear", "monkey", "mouse"]);
/** Animals that belong to somebody. */
export const pets = nouns.animals.filter(({ english }) => !WILD.has(english));

export function animal(
  dice: Dice,
  determiners: readonly Determiner[] = DEFINITE,
  from: readonly Noun[] = nouns.animals,
): Nominal {
  const noun = dice.pick(from);
  const determiner = dice.pick(determiners);
  const isOwned = (OWNERS as readonly Determiner[]).includes(determiner);
  return nounPhrase({
    noun,
    determiner: isOwned && WILD.has(noun.english) ? "the" : determiner,
    adjective: dice.chance(0.3) ? dice.pick(adjectivesFor(noun)) : undefined,
    isPlural: dice.chance(0.25),
  });
}

export function thing(
  dice: Dice,
  determiners: readonly Determiner[] = ANY,
  adjectives = 0.5,
  from: readonly Noun[] = nouns.things,
): Nominal {
  const noun = dice.pick(from);
  return nounPhrase({
    noun,
    determiner: dice.pick(determiners),
    adjective: dice.chance(adjectives) ? dice.pick(adjectivesFor(noun)) : undefined,
    isPlural: dice.chance(0.3),
  });
}

const ONE_PLACE = ["the"] as const;

export function place(
  dice: Dice,
  determiners: readonly Determiner[] = ONE_PLACE,
  adjectives = 0.2,
  from: readonly Noun[] = nouns.places,
): Nominal {
  const noun = dice.pick(from);
  return nounPhrase({
    noun,
    determiner: dice.pick(determiners),
    adjective: dice.chance(adjectives) ? dice.pick(adjectivesFor(noun)) : undefined,
  });
}

/** Passing states of any person. */
export const moods = ofBeings.filter(({ isBefore }) => !isBefore);

/** A quality of somebody: an adjective that agrees. */
export function quality(dice: Dice, who: Nominal, adjectives: readonly Adjective[] = moods): Phrase {
  const adjective = dice.pick(adjectives);
  return phrase(adjective.english, agree(adjective, who.gender, who.isPlural));
}

/** Number words from two on. */
export const NUMBERS = [
  ["two", "deux"],
  ["three", "trois"],
  ["four", "quatre"],
  ["five", "cinq"],
  ["six", "six"],
  ["seven", "sept"],
  ["eight", "huit"],
  ["nine", "neuf"],
  ["ten", "dix"],
  ["eleven", "onze"],
  ["twelve", "douze"],
] as const;

const MANY = [
  ["many", "beaucoup"],
  ["too many", "trop"],
  ["enough", "assez"],
] as const;

/** "three red cars", "too many apples": how many. */
export function counted(dice: Dice, from: readonly Noun[]): Nominal {
  const noun = dice.pick(from);
  const words = phrase(noun.englishPlural, noun.frenchPlural);
  const features = { gender: noun.gender, isPlural: true, person: 5, noun } as const;
  if (dice.chance(0.2)) {
    const [english, french] = dice.pick(MANY);
    const many = phrase(english, french);
    return { ...compose("{many}/d {words}", "{many}/d de/d {words}", { many, words }), ...features };
  }
  const [english, french] = dice.pick(NUMBERS);
  const number = phrase(english, french);
  return { ...compose("{number} {words}", "{number} {words}", { number, words }), ...features };
}
