/** Questions, requests and answers to "where?". */
import { action, objectOf } from "../action.ts";
import { compose, ending, phrase, sentence } from "../aligned.ts";
import type { Dice } from "../dice.ts";
import { animal, pets, place, pronounAsked, quality, somebody, thing } from "../nominals.ts";
import { ANY, DEFINITE, type Nominal, nounPhrase, OWNERS } from "../noun-phrase.ts";
import * as nouns from "../nouns.ts";
import { isHabit, isWilled, objectsOf } from "../objects.ts";
import { eating, french, handling, reading, toBe } from "../verbs.ts";
import type { Rule } from "./rule.ts";

const THIS = ["the", "this"] as const;
/** The person asked about. */
const subjectOf = (dice: Dice, adjectives = 0.25): Nominal =>
  dice.chance(0.4) ? pronounAsked(dice) : somebody(dice, { adjectives, determiners: THIS });
const doesFor = ({ person }: Nominal): string => (person === 2 ? "does" : "do");

/** Requests one may make of somebody. */
const ASKED = handling.filter((verb) => isWilled(verb) && verb.english.base !== "borrow");

/** Where one goes to, is, and lives. */
const WHERE = [
  ["go", french.aller],
  ["work", french.travailler],
  ["live", french.habiter],
] as const;

const DONE = [...eating, ...reading, ...handling];
const WISHED = [...nouns.foods, ...nouns.things];

export const questions: readonly Rule[] = [
  {
    name: "yes or no",
    about: "do and does are est-ce que",
    make: (dice) => {
      const who = subjectOf(dice);
      const what = action(dice, { besides: who.noun });
      const verb = phrase(what.verb.english.base, what.verb.french.present[who.person] as string);
      return sentence(
        compose(`${doesFor(who)}/q {who} {verb} {what}`, "est-ce/q que/q {who} {verb} {what}", {
          who,
          verb,
          what: objectOf(what),
        }),
        "?",
      );
    },
  },
  {
    name: "what",
    about: "what do is qu'est-ce que",
    make: (dice) => {
      const who = subjectOf(dice);
      const verb = dice.pick(DONE);
      const does = phrase(verb.english.base, verb.french.present[who.person] as string);
      return sentence(
        compose(`what/q ${doesFor(who)}/q {who} {does}`, "qu'est-ce/q que/q {who} {does}", { who, does }),
        "?",
      );
    },
  },
  {
    name: "why and when",
    about: "question words stand before est-ce que",
    make: (dice) => {
      const who = subjectOf(dice);
      const isWhen = dice.chance(0.5);
      const what = action(dice, {
        besides: who.noun,
        determiners: isWhen ? DEFINITE : ANY,
        isAllowed: isWhen ? isHabit : undefined,
      });
      const verb = phrase(what.verb.english.base, what.verb.french.present[who.person] as string);
      const word = isWhen ? phrase("when", "quand") : phrase("why", "pourquoi");
      return sentence(
        compose(`{word} ${doesFor(who)}/q {who} {verb} {what}`, "{word} est-ce/q que/q {who} {verb} {what}", {
          word,
          who,
          verb,
          what: objectOf(what),
        }),
        "?",
      );
    },
  },
  {
    name: "why are you",
    about: "to be is put first in English only",
    make: (dice) => {
      const who = subjectOf(dice, 0);
      const is = phrase(toBe.present[who.person] as string, french.être.present[who.person] as string);
      const how = quality(dice, who);
      return sentence(
        dice.chance(0.5)
          ? compose("{is}/q {who} {how}", "est-ce/q que/q {who} {is} {how}", { who, is, how })
          : compose("why/w {is} {who} {how}", "pourquoi/w est-ce/w que/w {who} {is} {how}", { who, is, how }),
        "?",
      );
    },
  },
  {
    name: "who",
    about: "qui is a third person",
    make: (dice) => {
      const what = action(dice);
      const does = phrase(what.verb.english.third, what.verb.french.present[2] as string);
      return sentence(
        compose("who/w {does} {what}", "qui/w {does} {what}", { does, what: objectOf(what) }),
        "?",
      );
    },
  },
  {
    name: "where",
    about: "where is: où est",
    make: (dice) => {
      const what = dice.pick([
        () => place(dice, ["the"], 0.4),
        () => thing(dice, ["the", "this", ...OWNERS], 0.4),
        () => somebody(dice, { determiners: ["the", "this"] }),
      ])();
      const is = phrase(toBe.present[what.person] as string, french.être.present[what.person] as string);
      return sentence(compose("where/w {is} {what}", "où/w {is} {what}", { is, what }), "?");
    },
  },
  {
    name: "where to",
    about: "where do you live: où est-ce que",
    make: (dice) => {
      const who = subjectOf(dice);
      const [english, verbs] = dice.pick(WHERE);
      const verb = phrase(english, verbs.present[who.person] as string);
      const on = dice.pick([
        phrase("", ""),
        ...(english === "live"
          ? []
          : [phrase("every day", "tous les jours"), phrase("on Sundays", "le dimanche")]),
      ]);
      return sentence(
        compose(`where/w ${doesFor(who)}/q {who} {verb} {on}`, "où/w est-ce/q que/q {who} {verb} {on}", {
          who,
          verb,
          on,
        }),
        "?",
      );
    },
  },
  {
    name: "how much",
    about: "how much does it cost: combien coûte",
    make: (dice) => {
      const what = thing(dice, ["the", "this", "this"], 0.5);
      const costs = what.isPlural ? "coûtent" : "coûte";
      const does = what.isPlural ? "do" : "does";
      return sentence(
        compose(`how/h much/h ${does}/c {what} cost/c`, `combien/h ${costs}/c {what}`, { what }),
        "?",
      );
    },
  },
  {
    name: "do you have",
    about: "a question with avoir",
    make: (dice) => {
      const who = pronounAsked(dice);
      const has = phrase("have", french.avoir.present[who.person] as string);
      const one = dice.pick([() => thing(dice, ["a"], 0.5), () => animal(dice, ["a"], pets)])();
      // Several are "any" in a question.
      const english = one.english.map((word) => (word.text === "some" ? { ...word, text: "any" } : word));
      const what = { ...one, english };
      return sentence(
        compose(`${doesFor(who)}/q {who} {has} {what}`, "est-ce/q que/q {who} {has} {what}", {
          who,
          has,
          what,
        }),
        "?",
      );
    },
  },
  {
    name: "requests",
    about: "I would like, can you, please",
    make: (dice) => {
      const noun = dice.pick(WISHED);
      const what = nounPhrase({ noun, determiner: dice.pick(["a", "a", "this"] as const) });
      if (dice.chance(0.5)) {
        const polite = dice.chance(0.6) ? phrase("please", "s'il vous plaît") : undefined;
        const wish = compose("I/i would/l like/l {what}", "je/i voudrais/l {what}", { what });
        if (!polite) return sentence(wish);
        const asked = ending(wish, ",", ",");
        return sentence(compose("{asked} {polite}", "{asked} {polite}", { asked, polite }));
      }
      const act = dice.pick(ASKED);
      const does = phrase(act.english.base, act.french.infinitive);
      const object = thing(dice, ["the", "this", "my"], 0.4, objectsOf(act, nouns.things));
      return sentence(
        compose("can/c you/c {does} {object}", "pouvez-vous/c {does} {object}", { does, object }),
        "?",
      );
    },
  },
];
