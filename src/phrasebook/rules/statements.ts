/** Statements: tenses, pronouns, modal verbs. */
import { action, finite, hasClearPast, join, objectOf, participle, type Tense } from "../action.ts";
import { compose, type Phrase, phrase, sentence } from "../aligned.ts";
import type { Dice } from "../dice.ts";
import { counted, pets, place, pronoun, quality, somebody, thing } from "../nominals.ts";
import { DEFINITE, type Nominal } from "../noun-phrase.ts";
import * as nouns from "../nouns.ts";
import { isEvent, isHabit, isLasting, isState, isWilled, objectsOf } from "../objects.ts";
import { french, going, handling, meeting, toBe, toHave, type Verb } from "../verbs.ts";
import type { Rule } from "./rule.ts";

const subjectOf = (dice: Dice): Nominal => somebody(dice, { pronouns: 0.4 });

/** The subject of a statement that opens a conversation. */
const plainSubject = (dice: Dice): Nominal => somebody(dice, { pronouns: 0.4, adjectives: 0 });

const HABITS = [phrase("every day", "tous les jours"), phrase("on Sundays", "le dimanche")];

/** When or how often: last in both languages. */
const WHEN: Readonly<Record<Tense, readonly Phrase[]>> = {
  present: HABITS,
  continuous: [phrase("now", "maintenant")],
  past: [
    phrase("yesterday", "hier"),
    phrase("last week", "la semaine dernière"),
    phrase("this morning", "ce matin"),
  ],
  future: [
    phrase("tomorrow", "demain"),
    phrase("next week", "la semaine prochaine"),
    phrase("tonight", "ce soir"),
  ],
  imperfect: HABITS,
};

/** Verbs that a tense can be used with. */
const IS_ALLOWED: Readonly<Record<Tense, (verb: Verb) => boolean>> = {
  present: () => true,
  continuous: (verb) => isLasting(verb) && !isState(verb),
  past: (verb) => hasClearPast(verb) && isEvent(verb),
  future: isEvent,
  imperfect: isHabit,
};

function statement(dice: Dice, tense: Tense): Phrase {
  const who = subjectOf(dice);
  const what = action(dice, { besides: who.noun, isAllowed: IS_ALLOWED[tense] });
  const plain = compose("{who} {does} {what}", "{who} {does} {what}", {
    who,
    does: finite(what.verb, tense, who),
    what: objectOf(what),
  });
  const isTimed = dice.chance(0.35) && (tense !== "present" || isHabit(what.verb));
  return isTimed ? join(plain, dice.pick(WHEN[tense])) : plain;
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

const done = (base: string): Verb => handling.find(({ english }) => english.base === base) as Verb;
/** Two actions on one thing, the second after the first. */
const CHAINS = [
  "find keep",
  "find sell",
  "choose buy",
  "buy repair",
  "buy hide",
  "find wash",
  "repair sell",
  "wash hide",
].map((bases) => bases.split(" ").map(done) as [Verb, Verb]);

const MODALS = [
  { english: ["want to", "wants to"], french: french.vouloir.present },
  { english: ["can", "can"], french: french.pouvoir.present },
  { english: ["must", "must"], french: french.devoir.present },
  { english: ["like to", "likes to"], french: french.aimer.present },
  { english: ["prefer to", "prefers to"], french: french.préférer.present },
] as const;

/** Things that one may have several of. */
const OWNED = [...nouns.things, ...nouns.foods, ...pets];

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
      const what = action(dice, { besides: who.noun, determiners: DEFINITE, isAllowed: isHabit });
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
    name: "it and them",
    about: "what has been named is le, la or les, by its gender and number; l' before a vowel",
    make: (dice) => {
      const who = pronoun(dice);
      const [first, second] = dice.pick(CHAINS);
      const from = objectsOf(first, objectsOf(second, nouns.things));
      const what = thing(dice, ["the", "this", "my", "your"], 0.4, from);
      const le = what.isPlural ? "les" : what.gender === "f" ? "la" : "le";
      const it = phrase(what.isPlural ? "them" : "it", le);
      const again = phrase(who.english[0]?.text as string, who.french[0]?.text as string);
      const time = dice.pick(["present", "future"] as const);
      const slots = {
        who,
        again,
        what,
        it,
        finds: finite(first, time, who),
        keeps: finite(second, time, who),
      };
      return sentence(
        compose(
          "{who} {finds} {what} and/a {again} {keeps} {it}",
          "{who} {finds} {what} et/a {again} {it} {keeps}",
          slots,
        ),
      );
    },
  },
  {
    name: "modals",
    about: "want to, can and must are followed by the infinitive",
    make: (dice) => {
      const who = subjectOf(dice);
      const what = action(dice, { besides: who.noun, isAllowed: isWilled });
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
      const who = plainSubject(dice);
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
          what: dice.chance(0.4) ? counted(dice, OWNED) : thing(dice),
        }),
      );
    },
  },
];
