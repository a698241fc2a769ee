/** Negation: ne and its second halves. */
import { action, auxiliary, finite, objectOf, participle } from "../action.ts";
import { compose, type Phrase, phrase, sentence } from "../aligned.ts";
import type { Dice } from "../dice.ts";
import { pets, pronoun, quality, somebody } from "../nominals.ts";
import { DEFINITE, indefinite, type Nominal, nounPhrase, partitive } from "../noun-phrase.ts";
import * as nouns from "../nouns.ts";
import { isEvent, isHabit, objectsOf } from "../objects.ts";
import { drinking, eating, french, handling, meeting, reading, toBe, type Verb } from "../verbs.ts";
import type { Rule } from "./rule.ts";

const subjectOf = (dice: Dice): Nominal => somebody(dice, { pronouns: 0.45 });

/** "do not" is ne … pas as a whole. */
function doNot(dice: Dice, { person }: Nominal): string {
  const does = person === 2 ? "does" : "do";
  return dice.chance(0.35) ? `${does}n't/n` : `${does}/n not/n`;
}

const NOTHING_TO = [...eating, ...reading, ...handling].filter(
  ({ english }) => !/^(share|cook)$/.test(english.base),
);

const verbOf = (verb: Verb, who: Nominal): Phrase =>
  phrase(verb.english.base, verb.french.present[who.person] as string);

/** Two halves around the verb; the English word stands before its verb. */
const SECOND_HALVES = [
  { english: "never", french: "jamais" },
  { english: "no longer", french: "plus" },
] as const;

const OWNED = [...nouns.things, ...pets];

export const negations: readonly Rule[] = [
  {
    name: "negation",
    about: "do not is ne … pas around the verb",
    make: (dice) => {
      const who = subjectOf(dice);
      const what = action(dice, { besides: who.noun, determiners: DEFINITE, partitives: false });
      return sentence(
        compose(`{who} ${doNot(dice, who)} {does} {what}`, "{who} ne/n {does} pas/n {what}", {
          who,
          does: verbOf(what.verb, who),
          what: objectOf(what),
        }),
      );
    },
  },
  {
    name: "negation in the past",
    about: "ne … pas goes around avoir or être",
    make: (dice) => {
      const who = subjectOf(dice);
      const what = action(dice, {
        besides: who.noun,
        determiners: DEFINITE,
        partitives: false,
        isAllowed: isEvent,
      });
      const { verb } = what;
      const english = verb.english.base.split(" ").map((word) => `${word}/v`);
      const didNot = dice.chance(0.35) ? "didn't/n" : "did/n not/n";
      return sentence(
        compose(
          `{who} ${didNot} ${english.join(" ")} {what}`,
          `{who} ne/n ${auxiliary(verb, who)}/v pas/n ${participle(verb, who)}/v {what}`,
          { who, what: objectOf(what) },
        ),
      );
    },
  },
  {
    name: "negation in the future",
    about: "will not is ne … pas around the future",
    make: (dice) => {
      const who = subjectOf(dice);
      const what = action(dice, { besides: who.noun, determiners: DEFINITE, partitives: false });
      const base = what.verb.english.base.split(" ").map((word) => `${word}/v`);
      const does = what.verb.french.future[who.person];
      return sentence(
        compose(`{who} will/v not/n ${base.join(" ")} {what}`, `{who} ne/n ${does}/v pas/n {what}`, {
          who,
          what: objectOf(what),
        }),
      );
    },
  },
  {
    name: "never and no longer",
    about: "ne … jamais, ne … plus",
    make: (dice) => {
      const who = subjectOf(dice);
      const what = action(dice, {
        besides: who.noun,
        determiners: DEFINITE,
        partitives: false,
        isAllowed: isHabit,
      });
      const { english, french: second } = dice.pick(SECOND_HALVES);
      const never = english.split(" ").map((word) => `${word}/n`);
      return sentence(
        compose(`{who} ${never.join(" ")} {does} {what}`, `{who} ne/n {does} ${second}/n {what}`, {
          who,
          does: finite(what.verb, "present", who),
          what: objectOf(what),
        }),
      );
    },
  },
  {
    name: "none of it",
    about: "after a negation du, de la and un become de",
    make: (dice) => {
      const who = subjectOf(dice);
      const isDrink = dice.chance(0.5);
      const verb = dice.pick(isDrink ? drinking : eating);
      const noun = dice.pick(objectsOf(verb, isDrink ? nouns.drinks : nouns.dishes));
      const what = phrase(noun.english, noun.french);
      return sentence(
        compose(`{who} ${doNot(dice, who)} {does} {what}/p`, "{who} ne/n {does} pas/n de/p {what}", {
          who,
          does: verbOf(verb, who),
          what,
        }),
      );
    },
  },
  {
    name: "only",
    about: "only is ne … que",
    make: (dice) => {
      const who = subjectOf(dice);
      const isDrink = dice.chance(0.5);
      const verb = dice.pick(isDrink ? drinking : eating);
      const noun = dice.pick(objectsOf(verb, isDrink ? nouns.drinks : nouns.dishes));
      const what = dice.chance(0.5)
        ? partitive(noun)
        : nounPhrase({ noun, determiner: dice.pick(["the", "this", "my", "your"] as const) });
      return sentence(
        compose("{who} only/n {does} {what}", "{who} ne/n {does} que/n {what}", {
          who,
          does: finite(verb, "present", who),
          what,
        }),
      );
    },
  },
  {
    name: "not being",
    about: "not, not at all, not very: ne … pas, pas du tout, pas très",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.45, adjectives: 0 });
      const how = quality(dice, who);
      const is = phrase(toBe.present[who.person] as string, french.être.present[who.person] as string);
      const [english, target] = dice.pick([
        ["{who} {is} not/n {how}", "{who} ne/n {is} pas/n {how}"],
        ["{who} {is} not/n very/v {how}", "{who} ne/n {is} pas/n très/v {how}"],
        ["{who} {is} not/n {how} at/a all/a", "{who} ne/n {is} pas/n du/a tout/a {how}"],
        ["{who} {is} never/n {how}", "{who} ne/n {is} jamais/n {how}"],
        ["{who} {is} no/n longer/n {how}", "{who} ne/n {is} plus/n {how}"],
        ["{who} {is} not/n {how} yet/e", "{who} ne/n {is} pas/n encore/e {how}"],
      ] as const);
      return sentence(compose(english, target, { who, is, how }));
    },
  },
  {
    name: "not having",
    about: "do not have a is n'avoir pas de",
    make: (dice) => {
      const who = dice.chance(0.5) ? pronoun(dice) : subjectOf(dice);
      const noun = dice.pick(OWNED);
      const has = phrase("have", french.avoir.present[who.person] as string);
      const what = phrase(noun.english, noun.french);
      const article = indefinite(noun.english);
      return sentence(
        compose(`{who} ${doNot(dice, who)} {has} ${article}/d {what}`, "{who} ne/n {has} pas/n de/d {what}", {
          who,
          has,
          what,
        }),
      );
    },
  },
  {
    name: "nothing and nobody",
    about: "rien and personne need ne too",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.3 });
      const isPerson = dice.chance(0.5);
      const chosen = dice.pick(isPerson ? meeting : NOTHING_TO);
      const [english, second] = isPerson ? ["nobody", "personne"] : ["nothing", "rien"];
      return sentence(
        compose(`{who} {does} ${english}/n`, `{who} ne/n {does} ${second}/n`, {
          who,
          does: finite(chosen, "present", who),
        }),
      );
    },
  },
];
