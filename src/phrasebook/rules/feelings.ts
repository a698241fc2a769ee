/** Feelings and ages: English is hungry where French has hunger. And the weather. */
import { finite } from "../action.ts";
import { agree } from "../adjectives.ts";
import { compose, type Phrase, phrase, sentence } from "../aligned.ts";
import { COUNTRIES, inCountry } from "../countries.ts";
import type { Dice } from "../dice.ts";
import { moods, NUMBERS, ownersOf, place, pronoun, quality, somebody, thing } from "../nominals.ts";
import { type Nominal, nounPhrase, partitive } from "../noun-phrase.ts";
import type { Noun } from "../nouns.ts";
import * as nouns from "../nouns.ts";
import { objectsOf } from "../objects.ts";
import { adjectivesFor } from "../suits.ts";
import { acting, drinking, eating, french, handling, toBe, type Verb } from "../verbs.ts";
import type { Rule } from "./rule.ts";

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

const isHaving = (who: Nominal): Phrase =>
  phrase(toBe.present[who.person] as string, french.avoir.present[who.person] as string);

const feels = (who: Nominal, english: string, target: string): Phrase =>
  compose("{is} {how}", "{is} {how}", { is: isHaving(who), how: phrase(english, target) });

const is = (who: Nominal, how: Phrase): Phrase =>
  compose("{is} {how}", "{is} {how}", {
    is: phrase(toBe.present[who.person] as string, french.être.present[who.person] as string),
    how,
  });

type Reason = (dice: Dice, who: Nominal) => readonly [does: Phrase, what: Phrase, because: Phrase];

const named = (verbs: readonly Verb[], bases: string): readonly Verb[] =>
  verbs.filter(({ english }) => bases.split(" ").includes(english.base));
const GETTING_FOOD = named(eating, "eat buy cook");
const GETTING_DRINKS = named(drinking, "drink order");
const MINE = ["the", "my", "your", "this"] as const;
const SHOWN = ["the", "this"] as const;
const WORTHY = /^(beautiful|pretty|useful|practical|modern)$/;
const WANTS = named(handling, "buy keep borrow");
const LOSES = named(handling, "lose forget break");
const TIRED = named(acting, "sleep cry leave");
const GLAD = named(acting, "sing dance laugh");
const TIRED_MOODS = moods.filter(({ english }) => english === "tired" || english === "sad");
const TIRED_ALONE = moods.filter(({ english }) => english === "tired");
const GLAD_MOODS = moods.filter(({ english }) => english === "happy");
const NOTHING = phrase("", "");

/** An action and its reason. */
const REASONS: readonly Reason[] = [
  (dice, who) => {
    const verb = dice.pick(GETTING_FOOD);
    const isMass = dice.chance(0.5);
    const noun = dice.pick(objectsOf(verb, isMass ? nouns.dishes : nouns.foods));
    const what = isMass
      ? partitive(noun)
      : nounPhrase({ noun, determiner: dice.pick(["a", ...MINE] as const) });
    return [finite(verb, "present", who), what, feels(who, "hungry", "faim")];
  },
  (dice, who) => {
    const noun = dice.pick(nouns.drinks);
    const what = dice.chance(0.6) ? partitive(noun) : nounPhrase({ noun, determiner: dice.pick(MINE) });
    return [finite(dice.pick(GETTING_DRINKS), "present", who), what, feels(who, "thirsty", "soif")];
  },
  (dice, who) => {
    const verb = dice.pick(WANTS);
    const noun = dice.pick(objectsOf(verb, nouns.things));
    const adjective = dice.pick(adjectivesFor(noun, "said").filter(({ english }) => WORTHY.test(english)));
    const pretty = phrase(adjective.english, agree(adjective, noun.gender, false));
    const because = compose("it/i is/s {pretty}", `${noun.gender === "f" ? "elle" : "il"}/i est/s {pretty}`, {
      pretty,
    });
    return [finite(verb, "present", who), nounPhrase({ noun, determiner: dice.pick(SHOWN) }), because];
  },
  (dice, who) => {
    const verb = dice.pick(LOSES);
    const what = thing(dice, ["the", "my", "your"], 0.4, objectsOf(verb, nouns.things));
    return [finite(verb, "present", who), what, is(who, quality(dice, who, TIRED_ALONE))];
  },
  (dice, who) => [
    finite(dice.pick(TIRED), "present", who),
    NOTHING,
    is(who, quality(dice, who, TIRED_MOODS)),
  ],
  (dice, who) => [finite(dice.pick(GLAD), "present", who), NOTHING, is(who, quality(dice, who, GLAD_MOODS))],
];

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
  ["seventy", "soixante-dix"],
  ["eighty", "quatre-vingts"],
  ["ninety", "quatre-vingt-dix"],
] as const;
const isYoung = ({ english }: Noun): boolean => /^(son|daughter|child|boy|princess)$/.test(english);
const isAged = ({ english }: Noun): boolean => english.startsWith("grand");
const HUMANS = [...nouns.people, ...nouns.strangers];
const AGED = HUMANS.filter(isAged);
const YOUNG = HUMANS.filter(isYoung);
const GROWN = HUMANS.filter((noun) => !isYoung(noun) && !isAged(noun));
const GENERATIONS = [
  { from: YOUNG, ages: AGES.slice(0, 14) },
  { from: GROWN, ages: AGES.slice(14, 19) },
  { from: AGED, ages: AGES.slice(19) },
] as const;

/** The weather: present, past and future. */
const WEATHER = [
  ["cold", "froid"],
  ["hot", "chaud"],
].flatMap(([english, target]) => [
  [`it is ${english}`, `il fait ${target}`],
  [`it was ${english}`, `il faisait ${target}`],
  [`it will be ${english}`, `il fera ${target}`],
]);
const FALLING = [
  ["it is raining", "il pleut"],
  ["it was raining", "il pleuvait"],
  ["it will rain", "il pleuvra"],
  ["it is snowing", "il neige"],
  ["it was snowing", "il neigeait"],
  ["it will snow", "il neigera"],
  ["it is sunny", "il fait beau"],
  ["it was sunny", "il faisait beau"],
  ["it will be sunny", "il fera beau"],
  ["it is windy", "il y a du vent"],
  ["it was windy", "il y avait du vent"],
  ["it will be windy", "il y aura du vent"],
];
const ALL_WEATHER = [...WEATHER, ...FALLING];
const TIMES = {
  is: [phrase("today", "aujourd'hui"), phrase("outside", "dehors"), phrase("again", "encore une fois")],
  was: [phrase("yesterday", "hier"), phrase("last week", "la semaine dernière")],
  will: [phrase("tomorrow", "demain"), phrase("next week", "la semaine prochaine")],
} as const;

export const feelings: readonly Rule[] = [
  {
    name: "hunger and thirst",
    about: "to be hungry is avoir faim",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.4 });
      const [english, target] = dice.pick(STATES);
      const slots = { who, has: isHaving(who), how: phrase(english, target) };
      return sentence(
        dice.chance(0.7) || english === "lucky"
          ? compose("{who} {has} {how}", "{who} {has} {how}", slots)
          : compose("{who} {has} not/n {how}", "{who} ne/n {has} pas/n {how}", slots),
      );
    },
  },
  {
    name: "fear",
    about: "to be afraid of is avoir peur de",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.4 });
      const what = nounPhrase({
        noun: dice.pick(nouns.animals),
        determiner: dice.pick(["the", "this"] as const),
        isPlural: dice.chance(0.4),
      });
      const slots = { who, has: isHaving(who), what };
      return sentence(
        dice.chance(0.75)
          ? compose("{who} {has} afraid/a of/d {what}", "{who} {has} peur/a de/d {what}", slots)
          : compose(
              "{who} {has} not/n afraid/a of/d {what}",
              "{who} ne/n {has} pas/n peur/a de/d {what}",
              slots,
            ),
      );
    },
  },
  {
    name: "age",
    about: "to be twenty years old is avoir vingt ans",
    make: (dice) => {
      const { from, ages } = dice.pick(GENERATIONS);
      const noun = dice.pick(from);
      const owners = nouns.people.includes(noun) ? ownersOf(noun) : (["the", "this"] as const);
      const who = dice.chance(0.25)
        ? pronoun(dice)
        : nounPhrase({
            noun,
            determiner: dice.pick(owners),
            adjective: dice.chance(0.3) ? dice.pick(moods) : undefined,
          });
      const [english, target] = dice.pick(ages);
      const slots = { who, has: isHaving(who), number: phrase(english, target) };
      return sentence(compose("{who} {has} {number} years/y old/y", "{who} {has} {number} ans/y", slots));
    },
  },
  {
    name: "weather",
    about: "it is cold is il fait froid",
    make: (dice) => {
      const [english = "", target = ""] = dice.pick(ALL_WEATHER);
      const weather = phrase(english, target);
      const times = english.includes(" will ")
        ? TIMES.will
        : english.includes(" was ")
          ? TIMES.was
          : TIMES.is;
      const where = dice.pick([
        () => inCountry(dice.pick(COUNTRIES)),
        () => compose("near/i {where}", "près/i de/i {where}", { where: place(dice) }),
        () => dice.pick(times),
      ])();
      return sentence(compose("{weather} {where}", "{weather} {where}", { weather, where }));
    },
  },
  {
    name: "because",
    about: "two sentences in one",
    make: (dice) => {
      const who = pronoun(dice);
      const again = phrase(who.english[0]?.text as string, who.french[0]?.text as string);
      const [does, what, why] = dice.pick(REASONS)(dice, who);
      const isOfIt = why.english[0]?.text === "it";
      return sentence(
        isOfIt
          ? compose("{who} {does} {what} because/b {why}", "{who} {does} {what} parce/b que/b {why}", {
              who,
              does,
              what,
              why,
            })
          : compose(
              "{who} {does} {what} because/b {again} {why}",
              "{who} {does} {what} parce/b que/b {again} {why}",
              { who, does, what, again, why },
            ),
      );
    },
  },
];
