/** Articles, adjectives and nouns: who and what a sentence is about. */
import {
  type Adjective,
  agree,
  colours,
  ofAnimals,
  ofBeings,
  ofPeople,
  ofPlaces,
  ofThings,
} from "./adjectives.ts";
import { compose, type Phrase, phrase } from "./aligned.ts";
import type { Dice } from "./dice.ts";
import { startsWithVowel } from "./elision.ts";
import type { Gender, Noun } from "./nouns.ts";
import * as nouns from "./nouns.ts";
import type { Person } from "./verbs.ts";

/** A phrase that verbs and adjectives agree with. */
export interface Nominal extends Phrase {
  readonly gender: Gender;
  readonly isPlural: boolean;
  readonly person: Person;
}

/** French articles and their kin: before m, before f, before a vowel, before a plural. */
const DETERMINERS = {
  the: { french: ["le", "la", "", "les"], plural: "the" },
  a: { french: ["un", "une", "", "des"], plural: "some" },
  this: { french: ["ce", "cette", "cet", "ces"], plural: "these" },
  my: { french: ["mon", "ma", "mon", "mes"], plural: "my" },
  your: { french: ["votre", "votre", "votre", "vos"], plural: "your" },
  his: { french: ["son", "sa", "son", "ses"], plural: "his" },
  her: { french: ["son", "sa", "son", "ses"], plural: "her" },
  our: { french: ["notre", "notre", "notre", "nos"], plural: "our" },
  their: { french: ["leur", "leur", "leur", "leurs"], plural: "their" },
} as const;

export type Determiner = keyof typeof DETERMINERS;
export const OWNERS = ["my", "your", "his", "her", "our", "their"] as const satisfies readonly Determiner[];
/** Everything but the indefinite article, which negation would change. */
export const DEFINITE = ["the", "the", "this", ...OWNERS] as const satisfies readonly Determiner[];
export const ANY = ["a", "a", ...DEFINITE] as const satisfies readonly Determiner[];

export interface NounPhraseOptions {
  readonly noun: Noun;
  readonly determiner: Determiner;
  readonly adjective?: Adjective | undefined;
  readonly isPlural?: boolean;
}

/** "my old cats": an article or owner, perhaps an adjective, a noun. */
export function nounPhrase({ noun, determiner, adjective, isPlural = false }: NounPhraseOptions): Nominal {
  const { gender } = noun;
  const french = isPlural ? noun.frenchPlural : noun.french;
  const english = isPlural ? noun.englishPlural : noun.english;
  const described = adjective && describedAs(adjective, noun, isPlural);
  const followed = adjective?.isBefore && described ? described : french;
  const slots = {
    the: phrase(
      englishDeterminer(determiner, isPlural, adjective?.english ?? english),
      frenchDeterminer(determiner, gender, isPlural, followed, adjective?.isBefore ?? false),
    ),
    noun: phrase(english, french),
    ...(adjective && described ? { kind: phrase(adjective.english, described) } : {}),
  };
  const built = !adjective
    ? compose("{the} {noun}", "{the} {noun}", slots)
    : adjective.isBefore
      ? compose("{the} {kind} {noun}", "{the} {kind} {noun}", slots)
      : compose("{the} {kind} {noun}", "{the} {noun} {kind}", slots);
  return { ...built, gender, isPlural, person: isPlural ? 5 : 2 };
}

/** The form an adjective has beside its noun: "un bel hôtel", but "un hôtel beau". */
export function describedAs(adjective: Adjective, { gender, french }: Noun, isPlural: boolean): string {
  const isMet = adjective.isBefore && !isPlural && gender === "m" && startsWithVowel(french);
  return isMet ? adjective.french.vowel : agree(adjective, gender, isPlural);
}

function englishDeterminer(determiner: Determiner, isPlural: boolean, next: string): string {
  if (isPlural) return DETERMINERS[determiner].plural;
  return determiner === "a" ? indefinite(next) : determiner;
}

/** "an egg", "an honest man", "a useful book". */
export function indefinite(next: string): string {
  return /^(?!use|uni|one)[aeiou]|^hon|^hour/.test(next) ? "an" : "a";
}

function frenchDeterminer(
  determiner: Determiner,
  gender: Gender,
  isPlural: boolean,
  next: string,
  isBeforeAdjective: boolean,
): string {
  const [m, f, vowel, many] = DETERMINERS[determiner].french;
  if (isPlural) return determiner === "a" && isBeforeAdjective ? "de" : many;
  const isMet = startsWithVowel(next) && vowel !== "";
  if (gender === "m") return isMet ? vowel : m;
  // ma, ta and sa give way before a vowel; cette does not.
  return isMet && determiner !== "this" ? vowel : f;
}

/** Something that is not counted: "milk" is "du lait", "the milk" is "le lait". */
export function mass(noun: Noun, determiner: Determiner): Nominal {
  return nounPhrase({ noun, determiner });
}

export function partitive({ english, french, gender }: Noun): Nominal {
  const article = gender === "m" ? "le" : "la";
  const built = compose(`${english}/n`, `de/n ${article}/n ${french}/n`);
  return { ...built, gender, isPlural: false, person: 2 };
}

const PRONOUNS: readonly (readonly [english: string, french: string, Person])[] = [
  ["I", "je", 0],
  ["you", "vous", 4],
  ["he", "il", 2],
  ["she", "elle", 2],
  ["we", "nous", 3],
  ["they", "ils", 5],
];

/** I and you are men here, and "you" is one person, addressed politely: French has to choose. */
export function pronoun(dice: Dice): Nominal {
  const [english, french, person] = dice.pick(PRONOUNS);
  return {
    ...phrase(english, french),
    gender: english === "she" ? "f" : "m",
    isPlural: person === 3 || person === 5,
    person,
  };
}

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
    adjective: dice.chance(adjectives) ? dice.pick(dice.chance(0.8) ? ofBeings : ofPeople) : undefined,
    isPlural: dice.chance(plurals) && !ONE_EACH.has(noun.english),
  });
}

/** Nobody shares a husband or a wife. */
export const ownersOf = ({ english }: Noun): readonly Determiner[] =>
  english === "husband" || english === "wife" ? OWNERS.slice(0, 4) : OWNERS;

const ONE_EACH = new Set(["father", "mother", "wife", "husband"]);

const ANIMAL_KINDS = [...ofAnimals.slice(0, 4), ...colours.slice(3, 5)];

export function animal(dice: Dice, determiners: readonly Determiner[] = DEFINITE): Nominal {
  return nounPhrase({
    noun: dice.pick(nouns.animals),
    determiner: dice.pick(determiners),
    adjective: dice.chance(0.3) ? dice.pick(ANIMAL_KINDS) : undefined,
    isPlural: dice.chance(0.25),
  });
}

export function thing(dice: Dice, determiners: readonly Determiner[] = ANY, adjectives = 0.5): Nominal {
  return nounPhrase({
    noun: dice.pick(nouns.things),
    determiner: dice.pick(determiners),
    adjective: dice.chance(adjectives) ? dice.pick([...ofThings, ...colours]) : undefined,
    isPlural: dice.chance(0.3),
  });
}

export function place(dice: Dice, determiners: readonly Determiner[] = ["the"], adjectives = 0.2): Nominal {
  return nounPhrase({
    noun: dice.pick(nouns.places),
    determiner: dice.pick(determiners),
    adjective: dice.chance(adjectives) ? dice.pick(ofPlaces) : undefined,
  });
}

/** What somebody is like: an adjective that agrees. */
export function quality(
  dice: Dice,
  who: Nominal,
  adjectives: readonly Adjective[] = ofBeings.slice(3),
): Phrase {
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

/** "three red cars", "a lot of money": how many. */
export function counted(dice: Dice): Nominal {
  const noun = dice.pick([...nouns.things, ...nouns.animals, ...nouns.foods]);
  const words = phrase(noun.englishPlural, noun.frenchPlural);
  const features = { gender: noun.gender, isPlural: true, person: 5 } as const;
  if (dice.chance(0.2)) {
    const [english, french] = dice.pick([
      ["many", "beaucoup"],
      ["too many", "trop"],
      ["enough", "assez"],
    ] as const);
    const many = phrase(english, french);
    return { ...compose("{many}/d {words}", "{many}/d de/d {words}", { many, words }), ...features };
  }
  const [english, french] = dice.pick(NUMBERS);
  const number = phrase(english, french);
  return { ...compose("{number} {words}", "{number} {words}", { number, words }), ...features };
}
