/** Countries and languages, whose names come from `Intl`. */
import { finite } from "../action.ts";
import { agree, ofPlaces } from "../adjectives.ts";
import { compose, type Phrase, phrase, sentence } from "../aligned.ts";
import { COUNTRIES, fromCountry, inCountry, theCountry, toCountry } from "../countries.ts";
import type { Dice } from "../dice.ts";
import { languageName } from "../intl.ts";
import { somebody } from "../nominals.ts";
import type { Nominal } from "../noun-phrase.ts";
import { french, toBe, toHave, travelling, type Verb } from "../verbs.ts";
import type { Rule } from "./rule.ts";

const CODES = "en fr de es it pt ru pl nl sv da no fi el hu ro ja ko zh ar tr vi th uk cs hr";
const LANGUAGES = CODES.split(" ").map((code) => phrase(...languageName(code)));

const subjectOf = (dice: Dice): Nominal => somebody(dice, { pronouns: 0.3, adjectives: 0.4 });

/** A verb in the present: "comes" and "vient" from ["come", "venir"]. */
const present = (
  english: string,
  { present: forms }: Pick<Verb["french"], "present">,
  who: Nominal,
): Phrase => phrase(who.person === 2 ? `${english}s` : english, forms[who.person] as string);

const [SMALL, BIG] = ["small", "big"].map((name) => ofPlaces.find(({ english }) => english === name));

export const geography: readonly Rule[] = [
  {
    name: "living somewhere",
    about: "in France is en France, in Japan au Japon, in the Netherlands aux Pays-Bas, in Cuba à Cuba",
    make: (dice) => {
      const who = subjectOf(dice);
      const does = dice.chance(0.5)
        ? present("live", french.habiter, who)
        : present("work", french.travailler, who);
      const where = inCountry(dice.pick(COUNTRIES));
      return sentence(compose("{who} {does} {where}", "{who} {does} {where}", { who, does, where }));
    },
  },
  {
    name: "coming from",
    about: "from Japan is du Japon, from Egypt d'Égypte",
    make: (dice) => {
      const who = subjectOf(dice);
      const comes = present("come", french.venir, who);
      const from = fromCountry(dice.pick(COUNTRIES));
      return sentence(compose("{who} {comes} {from}", "{who} {comes} {from}", { who, comes, from }));
    },
  },
  {
    name: "travelling to",
    about: "to France is en France too",
    make: (dice) => {
      const who = subjectOf(dice);
      const to = toCountry(dice.pick(COUNTRIES));
      const tense = dice.pick(["past", "future", "present", "continuous"] as const);
      const does = finite(dice.pick(travelling), tense, who);
      return sentence(compose("{who} {does} {to}", "{who} {does} {to}", { who, does, to }));
    },
  },
  {
    name: "countries compared",
    about: "countries have articles, genders and numbers in French, which adjectives agree with",
    make: (dice) => {
      const one = dice.pick(COUNTRIES);
      const other = dice.pick(COUNTRIES.filter(({ area }) => area !== one.area));
      const adjective = (one.area > other.area ? BIG : SMALL) as NonNullable<typeof BIG>;
      const form = agree(adjective, one.gender, one.isPlural);
      // The Netherlands is one country, les Pays-Bas are several.
      const is = phrase(toBe.present[2], french.être.present[one.isPlural ? 5 : 2] as string);
      const how = phrase(adjective.comparative, `plus ${form}`);
      return sentence(
        compose("{one} {is} {how} than/q {other}", "{one} {is} {how} que/q {other}", {
          one: theCountry(one),
          is,
          how,
          other: theCountry(other),
        }),
      );
    },
  },
  {
    name: "knowing countries",
    about: "to know a country, to have friends there",
    make: (dice) => {
      const who = subjectOf(dice);
      const country = dice.pick(COUNTRIES);
      if (dice.chance(0.5)) {
        return sentence(
          compose("{who} {has} {friends}/d {where}", "{who} {has} des/d {friends} {where}", {
            who,
            has: phrase(toHave(who.person), french.avoir.present[who.person] as string),
            friends: phrase("friends", "amis"),
            where: inCountry(country),
          }),
        );
      }
      return sentence(
        compose("{who} {knows} {country} {well}", "{who} {knows} {well} {country}", {
          who,
          knows: present("know", french.connaître, who),
          country: theCountry(country),
          well: dice.chance(0.5) ? phrase("well", "bien") : phrase("a little", "un peu"),
        }),
      );
    },
  },
  {
    name: "languages",
    about: "to speak French is parler français, but to learn it apprendre le français",
    make: (dice) => {
      const who = subjectOf(dice);
      const language = dice.pick(LANGUAGES);
      const way = dice.whole(0, 3);
      const slots = { who, language };
      if (way === 0) {
        const speaks = present("speak", french.parler, who);
        const well = phrase("well", "bien");
        return sentence(
          dice.chance(0.5)
            ? compose("{who} {speaks} {language}", "{who} {speaks} {language}", { ...slots, speaks })
            : compose("{who} {speaks} {language}/l {well}", "{who} {speaks} {well} le/l {language}", {
                ...slots,
                speaks,
                well,
              }),
        );
      }
      if (way === 1) {
        const speaks = phrase("speak", french.parler.present[who.person] as string);
        const not = who.person === 2 ? "does/n not/n" : "do/n not/n";
        return sentence(
          compose(`{who} ${not} {speaks} {language}`, "{who} ne/n {speaks} pas/n {language}", {
            ...slots,
            speaks,
          }),
        );
      }
      const does =
        way === 2
          ? phrase(`${toBe.present[who.person]} learning`, french.apprendre.present[who.person] as string)
          : present("understand", french.comprendre, who);
      return sentence(
        compose("{who} {does} {language}/l", "{who} {does} le/l {language}", { ...slots, does }),
      );
    },
  },
];
