/** Articles, adjectives and nouns. */
import { type Adjective, agree } from "./adjectives.ts";
import { compose, type Phrase, phrase } from "./aligned.ts";
import { startsWithVowel } from "./elision.ts";
import type { Gender, Noun } from "./nouns.ts";
import type { Person } from "./verbs.ts";

/** A phrase that verbs and adjectives agree with. */
export interface Nominal extends Phrase {
  readonly gender: Gender;
  readonly isPlural: boolean;
  readonly person: Person;
  /** The noun, where the phrase has one. */
  readonly noun?: Noun;
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

const DETERMINER_NAMES = Object.keys(DETERMINERS) as readonly Determiner[];
const made = new Map<Noun, Map<Adjective | undefined, Nominal[]>>();

/** "my old cats": an article or owner, perhaps an adjective, a noun. Each is made once. */
export function nounPhrase(options: NounPhraseOptions): Nominal {
  const { noun, determiner, adjective, isPlural = false } = options;
  const ofNoun = made.get(noun) ?? new Map<Adjective | undefined, Nominal[]>();
  if (ofNoun.size === 0) made.set(noun, ofNoun);
  const described = ofNoun.get(adjective) ?? [];
  if (described.length === 0) ofNoun.set(adjective, described);
  const place = 2 * DETERMINER_NAMES.indexOf(determiner) + (isPlural ? 1 : 0);
  const found = described[place] ?? newNounPhrase(options);
  described[place] = found;
  return found;
}

function newNounPhrase({ noun, determiner, adjective, isPlural = false }: NounPhraseOptions): Nominal {
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
  return { ...built, gender, isPlural, person: isPlural ? 5 : 2, noun };
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

/** Something that is not counted: "milk" is "du lait". */
export function partitive(noun: Noun): Nominal {
  const { english, french, gender } = noun;
  const article = gender === "m" ? "le" : "la";
  const built = compose(`${english}/n`, `de/n ${article}/n ${french}/n`);
  return { ...built, gender, isPlural: false, person: 2, noun };
}
