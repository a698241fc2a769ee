/** Who does what to what, in ways that make sense. */
import { ofFood, ofReading } from "./adjectives.ts";
import { compose, type Phrase, phrase } from "./aligned.ts";
import type { Dice } from "./dice.ts";
import {
  ANY,
  animal,
  type Determiner,
  type Nominal,
  nounPhrase,
  partitive,
  somebody,
  thing,
} from "./noun-phrase.ts";
import * as nouns from "./nouns.ts";
import { acting, drinking, eating, french, handling, meeting, reading, toBe, type Verb } from "./verbs.ts";

export interface Action {
  readonly verb: Verb;
  /** What the verb is done to; nothing for "sleep". */
  readonly object: Nominal | undefined;
}

/** Verbs that say what is, not what happens: English does not put them in -ing. */
const STATES = new Set(["see", "love", "hear", "know", "understand", "admire", "forget"]);
export const isState = ({ english }: Verb): boolean => STATES.has(english.base);

export interface ActionOptions {
  readonly determiners?: readonly Determiner[];
  /** Whether "milk" may be what is drunk: "du lait". */
  readonly partitives?: boolean;
  readonly isAllowed?: (verb: Verb) => boolean;
}

/** Something to do. */
export function action(
  dice: Dice,
  { determiners = ANY, partitives = true, isAllowed = () => true }: ActionOptions = {},
): Action {
  const verb = (verbs: readonly Verb[]): Verb => dice.pick(verbs.filter(isAllowed));
  const definite = determiners.filter((one) => one !== "a");
  const isPlural = dice.chance(0.3);
  switch (dice.whole(0, 6)) {
    case 0: {
      const adjective = dice.chance(0.2) ? dice.pick(ofFood) : undefined;
      const noun = dice.pick(nouns.foods);
      return {
        verb: verb(eating),
        object: nounPhrase({ noun, determiner: dice.pick(determiners), adjective, isPlural }),
      };
    }
    case 1: {
      const isFood = dice.chance(0.5);
      const noun = dice.pick(isFood ? nouns.dishes : nouns.drinks);
      const object =
        partitives && dice.chance(0.6)
          ? partitive(noun)
          : nounPhrase({ noun, determiner: dice.pick(definite) });
      return { verb: verb(isFood ? eating : drinking), object };
    }
    case 2: {
      const adjective = dice.chance(0.4) ? dice.pick(ofReading) : undefined;
      const noun = dice.pick(nouns.readables);
      return {
        verb: verb(reading),
        object: nounPhrase({ noun, determiner: dice.pick(determiners), adjective, isPlural }),
      };
    }
    case 3:
      return { verb: verb(meeting), object: dice.chance(0.8) ? somebody(dice) : animal(dice, definite) };
    case 4:
      return { verb: verb(acting), object: undefined };
    default:
      return { verb: verb(handling), object: thing(dice, determiners) };
  }
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
