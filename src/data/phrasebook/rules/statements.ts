/** Statements: tenses, pronouns, modal verbs. */
import { action, finite, hasClearPast, isState, join, objectOf, participle, type Tense } from "../action.ts";
import { compose, type Phrase, phrase, sentence } from "../aligned.ts";
import type { Dice } from "../dice.ts";
import { counted, type Nominal, place, quality, somebody, thing } from "../noun-phrase.ts";
import { french, going, meeting, toBe, toHave, type Verb } from "../verbs.ts";
import type { Rule } from "./rule.ts";

const subjectOf = (dice: Dice): Nominal => somebody(dice, { pronouns: 0.4 });

/** When or how often: after the verb in both languages, or only in French. */
const WHEN: Readonly<Record<Tense, readonly Phrase[]>> = {
  present: [phrase("every day", "tous les jours"), phrase("on Sundays", "le dimanche")],
  continuous: [phrase("now", "maintenant")],
  past: [
    phrase("yesterday", "hier"),
    phrase("last week", "la semaine dernière"),
    phrase("this morning", "ce matin"),
  ],
  future: [
    phrase("tomorrow", "demain"),
    phrase("next week", "la semaine prochaine"),
    phrase("soon", "bientôt"),
  ],
  imperfect: [phrase("every day", "tous les jours")],
};

function statement(dice: Dice, tense: Tense): Phrase {
  const who = subjectOf(dice);
  const isAllowed = (verb: Verb): boolean =>
    (tense !== "past" || hasClearPast(verb)) && (tense !== "continuous" || !isState(verb));
  const what = action(dice, { isAllowed });
  const plain = compose("{who} {does} {what}", "{who} {does} {what}", {
    who,
    does: finite(what.verb, tense, who),
    what: objectOf(what),
  });
  return dice.chance(0.35) ? join(plain, dice.pick(WHEN[tense])) : plain;
}

const tense = (name: Tense, about: string): Rule => ({
  name,
  about,
  make: (dice) => sentence(statement(dice, name)),
});

const FREQUENCIES = [
  phrase("often", "souvent"),
  phrase("always", "toujours"),
  phrase("sometimes", "parfois"),
];

/** Him, her and them stand before the verb in French; participles agree with them. */
const OBJECTS = [
  { english: "him", french: "le", ending: "" },
  { english: "her", french: "la", ending: "e" },
  { english: "them", french: "les", ending: "s" },
] as const;

const MODALS = [
  { english: ["want to", "wants to"], french: french.vouloir.present },
  { english: ["can", "can"], french: french.pouvoir.present },
  { english: ["must", "must"], french: french.devoir.present },
  { english: ["like to", "likes to"], french: french.aimer.present },
  { english: ["prefer to", "prefers to"], french: french.préférer.present },
] as const;

export const statements: readonly Rule[] = [
  tense("present", "what people do"),
  tense("continuous", "English -ing is the French present"),
  tense("past", "the simple past is the passé composé, with avoir or être"),
  tense("future", "will is an ending"),
  tense("imperfect", "used to is the imperfect"),
  {
    name: "frequency",
    about: "often and always stand before the English verb and after the French one",
    make: (dice) => {
      const who = subjectOf(dice);
      const what = action(dice);
      const does = finite(what.verb, "present", who);
      const often = dice.pick(FREQUENCIES);
      return sentence(
        compose("{who} {often} {does} {what}", "{who} {does} {often} {what}", {
          who,
          does,
          often,
          what: objectOf(what),
        }),
      );
    },
  },
  {
    name: "object pronouns",
    about: "him, her and them go before the verb, and past participles agree with them",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.6 });
      const verb = dice.pick(meeting);
      const { english, french: le, ending } = dice.pick(OBJECTS);
      const whom = phrase(english, le);
      const time = dice.pick(["present", "past", "future"] as const);
      if (time !== "past") {
        return sentence(
          compose("{who} {does} {whom}", "{who} {whom} {does}", { who, whom, does: finite(verb, time, who) }),
        );
      }
      const verbWords = verb.english.past.replace(/(\S+)/g, "$1/v");
      const have = `${french.avoir.present[who.person]}/v ${verb.french.participle}${ending}/v`;
      return sentence(compose(`{who} ${verbWords} {whom}`, `{who} {whom} ${have}`, { who, whom }));
    },
  },
  {
    name: "modals",
    about: "want to, can and must are followed by the infinitive",
    make: (dice) => {
      const who = subjectOf(dice);
      const what = action(dice);
      const modal = dice.pick(MODALS);
      const wants = phrase(
        modal.english[who.person === 2 ? 1 : 0] as string,
        modal.french[who.person] as string,
      );
      const act = phrase(what.verb.english.base, what.verb.french.infinitive);
      return sentence(
        compose("{who} {wants} {act} {what}", "{who} {wants} {act} {what}", {
          who,
          wants,
          act,
          what: objectOf(what),
        }),
      );
    },
  },
  {
    name: "going",
    about: "to the is au, à la, à l' or aux; aller takes être",
    make: (dice) => {
      const who = subjectOf(dice);
      const where = place(dice);
      const verb = dice.pick(going);
      const time = dice.pick(["present", "continuous", "past", "future", "imperfect"] as const);
      const does =
        time === "past"
          ? phrase(verb.english.past, `${french.être.present[who.person]} ${participle(verb, who)}`)
          : finite(verb, time, who);
      const trip = compose("{who} {does} to/a {where}", "{who} {does} à/a {where}", { who, does, where });
      return sentence(dice.chance(0.3) ? join(trip, dice.pick(WHEN[time])) : trip);
    },
  },
  {
    name: "being",
    about: "adjectives agree with who they describe",
    make: (dice) => {
      const who = subjectOf(dice);
      const time = dice.pick(["present", "past", "future"] as const);
      const is =
        time === "future"
          ? phrase("will be", french.être.future[who.person] as string)
          : phrase(
              toBe[time][who.person] as string,
              french.être[time === "past" ? "imperfect" : "present"][who.person] as string,
            );
      return sentence(compose("{who} {is} {how}", "{who} {is} {how}", { who, is, how: quality(dice, who) }));
    },
  },
  {
    name: "having",
    about: "to have, with articles and numbers",
    make: (dice) => {
      const who = subjectOf(dice);
      const has = phrase(toHave(who.person), french.avoir.present[who.person] as string);
      return sentence(
        compose("{who} {has} {what}", "{who} {has} {what}", {
          who,
          has,
          what: dice.chance(0.4) ? counted(dice) : thing(dice),
        }),
      );
    },
  },
];
