/** A subject, a verb and an object that make sense together. */
import { compose, type Phrase, phrase } from "./aligned.ts";
import type { Dice } from "./dice.ts";
import { animal, somebody } from "./nominals.ts";
import { ANY, type Determiner, type Nominal, nounPhrase, partitive } from "./noun-phrase.ts";
import type { Noun } from "./nouns.ts";
import * as nouns from "./nouns.ts";
import { objectsOf, verbsFor } from "./objects.ts";
import { adjectivesFor } from "./suits.ts";
import { acting, drinking, eating, french, handling, meeting, reading, toBe, type Verb } from "./verbs.ts";

export interface Action {
  readonly verb: Verb;
  /** The verb's object; absent for "sleep". */
  readonly object: Nominal | undefined;
}

export interface ActionOptions {
  readonly determiners?: readonly Determiner[];
  /** Whether "milk" may be what is drunk: "du lait". */
  readonly partitives?: boolean;
  /** The subject. */
  readonly besides?: Noun | undefined;
  /** Which verbs may be used; all where this is undefined. */
  readonly isAllowed?: ((verb: Verb) => boolean) | undefined;
}

const KINDS = [
  { verbs: eating, objects: nouns.foods, adjectives: 0.2, isMass: false },
  { verbs: eating, objects: nouns.dishes, adjectives: 0.2, isMass: true },
  { verbs: drinking, objects: nouns.drinks, adjectives: 0.2, isMass: true },
  { verbs: reading, objects: nouns.readables, adjectives: 0.4, isMass: false },
  { verbs: handling, objects: nouns.things, adjectives: 0.5, isMass: false },
  { verbs: handling, objects: nouns.things, adjectives: 0.5, isMass: false },
] as const;

/** Verbs whose object may be an animal. */
const isForAnimals = ({ english }: Verb): boolean =>
  /^(see|love|hear|help|wait for|look for|call)$/.test(english.base);

const isAny = (): boolean => true;

const PEOPLE = ["the", "the", "this"] as const;

/** Something to do. */
export function action(
  dice: Dice,
  { determiners = ANY, partitives = true, isAllowed = isAny, besides }: ActionOptions = {},
): Action {
  const way = dice.whole(0, 7);
  if (way === 0) return { verb: dice.pick(verbsFor(acting, isAllowed)), object: undefined };
  const met = way === 1 ? verbsFor(meeting, isAllowed) : [];
  if (met.length > 0) {
    const isAnimal = dice.chance(0.2);
    const verb = dice.pick(isAnimal ? verbsFor(met, isForAnimals) : met);
    if (isAnimal) return { verb, object: animal(dice, PEOPLE) };
    let whom = somebody(dice, { determiners: PEOPLE });
    // Nobody waits for himself.
    while (whom.noun === besides) whom = somebody(dice, { determiners: PEOPLE });
    return { verb, object: whom };
  }
  const { verbs, objects, adjectives, isMass } = dice.pick(KINDS);
  const verb = dice.pick(verbsFor(verbs, isAllowed));
  const noun = dice.pick(objectsOf(verb, objects));
  if (isMass && partitives && dice.chance(0.6)) return { verb, object: partitive(noun) };
  const determiner = dice.pick(determiners);
  const object = nounPhrase({
    noun,
    determiner: isMass && determiner === "a" ? "the" : determiner,
    adjective: dice.chance(adjectives) ? dice.pick(adjectivesFor(noun)) : undefined,
    isPlural: !isMass && dice.chance(0.3),
  });
  return { verb, object };
}

const NOTHING = phrase("", "");
export const objectOf = ({ object }: Action): Phrase => object ?? NOTHING;

/** Past participles agree with the subject after être. */
export function participle(verb: Verb, subject: Nominal): string {
  const { auxiliary, participle: form } = verb.french;
  if (auxiliary === "avoir") return form;
  return `${form}${subject.gender === "f" ? "e" : ""}${subject.isPlural ? "s" : ""}`;
}

export function auxiliary(verb: Verb, { person }: Nominal): string {
  return french[verb.french.auxiliary].present[person] as string;
}

export type Tense = "present" | "continuous" | "past" | "future" | "imperfect";

/** The verb of a plain statement. */
export function finite(verb: Verb, tense: Tense, subject: Nominal): Phrase {
  const { person } = subject;
  const { english, french: forms } = verb;
  switch (tense) {
    case "present":
      return phrase(person === 2 ? english.third : english.base, forms.present[person] as string);
    case "continuous":
      return phrase(`${toBe.present[person]} ${english.gerund}`, forms.present[person] as string);
    case "past":
      return phrase(english.past, `${auxiliary(verb, subject)} ${participle(verb, subject)}`);
    case "future":
      return phrase(`will ${english.base}`, forms.future[person] as string);
    case "imperfect":
      return phrase(`used to ${english.base}`, forms.imperfect[person] as string);
  }
}

/** The English past of "read" looks like its present: nobody could tell which is meant. */
export const hasClearPast = ({ english }: Verb): boolean => english.past !== english.base;

/** Two phrases after each other on both sides. */
export const join = (first: Phrase, second: Phrase): Phrase =>
  compose("{first} {second}", "{first} {second}", { first, second });
