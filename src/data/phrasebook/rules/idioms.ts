/** What cannot be translated word by word. */

import { finite } from "../action.ts";
import { ofBeings } from "../adjectives.ts";
import { compose, type Phrase, phrase, sentence } from "../aligned.ts";
import type { Dice } from "../dice.ts";
import {
  counted,
  mass,
  type Nominal,
  NUMBERS,
  nounPhrase,
  ownersOf,
  partitive,
  place,
  pronoun,
  quality,
  somebody,
  thing,
} from "../noun-phrase.ts";
import type { Noun } from "../nouns.ts";
import * as nouns from "../nouns.ts";
import { acting, drinking, eating, french, handling, toBe } from "../verbs.ts";
import type { Rule } from "./rule.ts";

const beOf = ({ person }: Nominal): Phrase =>
  phrase(toBe.present[person] as string, french.être.present[person] as string);

/** In English one is hungry, in French one has hunger. */
const STATES = [
  ["hungry", "faim"],
  ["thirsty", "soif"],
  ["cold", "froid"],
  ["hot", "chaud"],
  ["sleepy", "sommeil"],
  ["right", "raison"],
  ["wrong", "tort"],
  ["lucky", "de la chance"],
] as const;

const WEATHER = [
  ["it is cold", "il fait froid"],
  ["it is hot", "il fait chaud"],
  ["it is raining", "il pleut"],
  ["it is snowing", "il neige"],
  ["it is sunny", "il fait beau"],
  ["it is windy", "il y a du vent"],
  ["it is dark", "il fait nuit"],
] as const;

const WHEN = [
  ["today", "aujourd'hui"],
  ["tonight", "ce soir"],
  ["outside", "dehors"],
  ["again", "encore une fois"],
] as const;

const MANNERS = [
  ["right away", "tout de suite"],
  ["all the time", "tout le temps"],
  ["from time to time", "de temps en temps"],
  ["at home", "à la maison"],
  ["a lot", "beaucoup"],
  ["little by little", "petit à petit"],
] as const;

const AGES = [
  ...NUMBERS,
  ["fifteen", "quinze"],
  ["sixteen", "seize"],
  ["twenty", "vingt"],
  ["thirty", "trente"],
  ["thirty-five", "trente-cinq"],
  ["forty", "quarante"],
  ["forty-two", "quarante-deux"],
  ["fifty", "cinquante"],
  ["sixty", "soixante"],
] as const;

type Reason = (dice: Dice, who: Nominal) => readonly [does: Phrase, what: Phrase, feels: Phrase];

const have = ({ person }: Nominal, english: string, target: string): Phrase =>
  compose(`${toBe.present[person]}/h ${english}/f`, `${french.avoir.present[person]}/h ${target}/f`);

/** What one does, and why. */
const REASONS: readonly Reason[] = [
  (dice, who) => [
    finite(dice.pick(eating), "present", who),
    dice.chance(0.5)
      ? partitive(dice.pick(nouns.dishes))
      : nounPhrase({
          noun: dice.pick(nouns.foods),
          determiner: dice.pick(["a", "the", "my", "your"] as const),
        }),
    have(who, "hungry", "faim"),
  ],
  (dice, who) => [
    finite(dice.pick(drinking), "present", who),
    dice.chance(0.5)
      ? partitive(dice.pick(nouns.drinks))
      : mass(dice.pick(nouns.drinks), dice.pick(["the", "my", "your", "this"] as const)),
    have(who, "thirsty", "soif"),
  ],
  (dice, who) => [
    finite(dice.pick(SENSIBLE), "present", who),
    thing(dice, ["the", "my", "your", "this"], 0.4),
    compose("{is} {how}", "{is} {how}", { is: beOf(who), how: quality(dice, who) }),
  ],
];

const SENSIBLE = handling.filter(({ english }) =>
  /^(look|see|find|keep|repair|wash|draw)/.test(english.base),
);

const LASTING = acting.filter(({ english }) => !["leave", "arrive", "dream"].includes(english.base));

/** Whoever is so old that a few years more or less do not matter. */
const isGrown = ({ english }: Noun): boolean => !/^(son|daughter|cousin|child|boy|princess)$/.test(english);
const CHILDREN = [...nouns.people, ...nouns.strangers].filter((noun) => !isGrown(noun));
const GROWN = [...nouns.people, ...nouns.strangers].filter(isGrown);

export const idioms: readonly Rule[] = [
  {
    name: "not bad",
    about: "not bad is praise: pas mal, not a negation of mauvais",
    make: (dice) => {
      const isFood = dice.chance(0.5);
      const noun = dice.pick(isFood ? [...nouns.dishes, ...nouns.drinks] : nouns.readables);
      const what = mass(noun, dice.pick(["the", "this", "your", "his"] as const));
      const is = phrase("is", "est");
      const [english, target] = dice.pick([
        ["{what} {is} not/n bad/n", "{what} ne/n {is} pas/n mal/n"],
        ["{what} {is} not/n bad/n at/a all/a", "{what} ne/n {is} pas/n mal/n du/a tout/a"],
        ["{what} {is} rather/r good/g", "{what} {is} plutôt/r {good}/g"],
        ["{what} {is} not/n good/g", "{what} ne/n {is} pas/n {good}/g"],
        ["{what} {is} not/n very/v good/g", "{what} ne/n {is} pas/n très/v {good}/g"],
        ["{what} {is} not/n good/g at/a all/a", "{what} ne/n {is} pas/n {good}/g du/a tout/a"],
        ["{what} {is} really/r bad/b", "{what} {is} vraiment/r {bad}/b"],
        ["{what} {is} very/v bad/b", "{what} {is} très/v {bad}/b"],
      ] as const);
      const f = noun.gender === "f";
      const good = phrase("", f ? "bonne" : "bon");
      const bad = phrase("", f ? "mauvaise" : "mauvais");
      return sentence(compose(english, target, { what, is, good, bad }));
    },
  },
  {
    name: "hunger and thirst",
    about: "to be hungry is avoir faim",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.4 });
      const has = phrase(toBe.present[who.person] as string, french.avoir.present[who.person] as string);
      const [english, target] = dice.pick(STATES);
      const how = phrase(english, target);
      return sentence(
        dice.chance(0.7) || english === "lucky"
          ? compose("{who} {has} {how}", "{who} {has} {how}", { who, has, how })
          : compose("{who} {has} not/n {how}", "{who} ne/n {has} pas/n {how}", { who, has, how }),
      );
    },
  },
  {
    name: "fear",
    about: "to be afraid of is avoir peur de",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.4 });
      const has = phrase(toBe.present[who.person] as string, french.avoir.present[who.person] as string);
      const animal = dice.pick(nouns.animals);
      const what = nounPhrase({
        noun: animal,
        determiner: dice.pick(["the", "this", "your"] as const),
        isPlural: dice.chance(0.4),
      });
      return sentence(
        compose("{who} {has} afraid/a of/d {what}", "{who} {has} peur/a de/d {what}", { who, has, what }),
      );
    },
  },
  {
    name: "age",
    about: "to be twenty years old is avoir vingt ans",
    make: (dice) => {
      const isChild = dice.chance(0.5);
      const noun = dice.pick(isChild ? CHILDREN : GROWN);
      const owners = nouns.people.includes(noun) ? ownersOf(noun) : (["the", "this"] as const);
      const who = dice.chance(0.25)
        ? pronoun(dice)
        : nounPhrase({
            noun,
            determiner: dice.pick(owners),
            adjective: dice.chance(0.3) ? dice.pick(ofBeings.slice(3)) : undefined,
          });
      const has = phrase(toBe.present[who.person] as string, french.avoir.present[who.person] as string);
      const [english, target] = dice.pick(isChild ? AGES.slice(0, 14) : AGES.slice(14));
      const number = phrase(english, target);
      return sentence(
        compose("{who} {has} {number} years/y old/y", "{who} {has} {number} ans/y", { who, has, number }),
      );
    },
  },
  {
    name: "weather",
    about: "it is cold is il fait froid",
    make: (dice) => {
      const [english, target] = dice.pick(WEATHER);
      const [when, quand] = dice.pick(WHEN);
      const weather = phrase(english, target);
      const where = place(dice, ["the"], 0.3);
      const near = dice.pick([
        compose("near/i {where}", "près/i de/i {where}", { where }),
        phrase(when, quand),
      ]);
      return sentence(compose("{weather} {near}", "{weather} {near}", { weather, near }));
    },
  },
  {
    name: "set phrases",
    about: "of course, right away, a lot: learnt as wholes",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.5 });
      const verb = dice.pick(LASTING);
      if (dice.chance(0.2)) {
        const does = finite(verb, dice.pick(["present", "continuous", "future"] as const), who);
        return sentence(compose("of/c course,/c {who} {does}", "bien/c sûr,/c {who} {does}", { who, does }));
      }
      const [english, target] = dice.pick(MANNERS);
      // "Beaucoup" would go between the words of the past.
      const tenses =
        english === "a lot" ? (["present", "future"] as const) : (["present", "past", "future"] as const);
      const does = finite(verb, dice.pick(tenses), who);
      return sentence(
        compose("{who} {does} {so}", "{who} {does} {so}", { who, does, so: phrase(english, target) }),
      );
    },
  },
  {
    name: "how many",
    about: "a lot of is beaucoup de",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.5 });
      const sees = phrase(who.person === 2 ? "sees" : "see", french.voir.present[who.person] as string);
      return sentence(
        compose("{who} {sees} {what}", "{who} {sees} {what}", { who, sees, what: counted(dice) }),
      );
    },
  },
  {
    name: "because",
    about: "two sentences in one",
    make: (dice) => {
      const who = pronoun(dice);
      const again = phrase(who.english[0]?.text as string, who.french[0]?.text as string);
      const [does, what, feels] = dice.pick(REASONS)(dice, who);
      return sentence(
        compose(
          "{who} {does} {what} because/b {again} {feels}",
          "{who} {does} {what} parce/b que/b {again} {feels}",
          { who, does, what, again, feels },
        ),
      );
    },
  },
  {
    name: "exclamations",
    about: "what a: quel, which agrees",
    make: (dice) => {
      const what = thing(dice, ["the"], 1);
      const [article, ...rest] = what.french;
      const [the, ...words] = what.english;
      if (!article || !the) return sentence(what);
      const quel = `quel${what.gender === "f" ? "le" : ""}${what.isPlural ? "s" : ""}`;
      const next = words[0]?.text ?? "";
      const an = what.isPlural ? "" : /^(?!use|uni|one)[aeiou]|^hon|^hour/.test(next) ? " an/q" : " a/q";
      const kind = { english: words, french: rest, meanings: what.meanings };
      return sentence(compose(`what/q${an} {kind}`, `${quel}/q {kind}`, { kind }), "!");
    },
  },
  {
    name: "love and liking",
    about: "what one likes in general has an article in French",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.6 });
      const noun = dice.pick([...nouns.dishes, ...nouns.drinks]);
      const isPlural = dice.chance(0.4);
      const counts = dice.pick([...nouns.foods, ...nouns.animals]);
      const what = isPlural
        ? compose("{n}/t", "les/t {n}", { n: phrase(counts.englishPlural, counts.frenchPlural) })
        : compose("{n}/t", `${noun.gender === "m" ? "le" : "la"}/t {n}`, {
            n: phrase(noun.english, noun.french),
          });
      const likes = phrase(who.person === 2 ? "likes" : "like", french.aimer.present[who.person] as string);
      return sentence(compose("{who} {likes} {what}", "{who} {likes} {what}", { who, likes, what }));
    },
  },
  {
    name: "politeness",
    about: "greetings and wishes",
    make: (dice) => {
      const [english, target] = dice.pick([
        ["thank you for", "merci pour"],
        ["here is", "voici"],
        ["there is", "voilà"],
      ] as const);
      const what = thing(dice, ["the", "the", "your", "this"], 0.7);
      const are = what.isPlural ? english.replace(" is", " are") : english;
      return sentence(compose("{thanks} {what}", "{thanks} {what}", { thanks: phrase(are, target), what }));
    },
  },
  {
    name: "being there",
    about: "to be at home, at the station, at work",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.4 });
      const at = dice.chance(0.3)
        ? dice.pick([
            phrase("at home", "à la maison"),
            phrase("at work", "au travail"),
            phrase("on holiday", "en vacances"),
          ])
        : compose("at/a {where}", "à/a {where}", { where: place(dice) });
      return sentence(compose("{who} {is} {at}", "{who} {is} {at}", { who, is: beOf(who), at }));
    },
  },
];
