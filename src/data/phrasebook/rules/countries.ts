/** Countries: their French names have genders, and their prepositions follow from them. */
import { finite } from "../action.ts";
import { ofPlaces } from "../adjectives.ts";
import { compose, type Phrase, phrase, sentence } from "../aligned.ts";
import type { Dice } from "../dice.ts";
import { startsWithVowel } from "../elision.ts";
import { type Nominal, somebody } from "../noun-phrase.ts";
import type { Gender } from "../nouns.ts";
import { french, toBe, toHave, travelling } from "../verbs.ts";
import type { Rule } from "./rule.ts";

/** Region codes by gender; the names come from `Intl`, where they do not change between its versions. */
const FEMININE =
  "FR DE IT ES BE CH AT GR PL RU CN IN SE NO FI IE HU RO BG TN DZ EG AU AR CO BO SY JO TH ID MY KE ET TZ ZA UA SI SK EE LV LT AL MN";
const MASCULINE = "JP CA BR PT MX PE CL MA LB KW PK BD NP DK LU SN ML NE TD CM GA NG KZ EC UY PY QA";

interface Country {
  readonly name: Phrase;
  readonly gender: Gender;
  readonly french: string;
}

const names = {
  english: new Intl.DisplayNames("en-US", { type: "region" }),
  french: new Intl.DisplayNames("fr-FR", { type: "region" }),
} as const;

const countries = (codes: string, gender: Gender): Country[] =>
  codes.split(" ").map((code) => {
    const target = names.french.of(code) ?? code;
    return { name: phrase(names.english.of(code) ?? code, target), gender, french: target };
  });

const COUNTRIES = [...countries(FEMININE, "f"), ...countries(MASCULINE, "m")];

/** en France, en Iran, au Japon. */
function inCountry({ name, gender, french: word }: Country): Phrase {
  const at = gender === "f" || startsWithVowel(word) ? "en/i" : "au/i";
  return compose("in/i {name}", `${at} {name}`, { name });
}

function toCountry({ name, gender, french: word }: Country): Phrase {
  const at = gender === "f" || startsWithVowel(word) ? "en/i" : "au/i";
  return compose("to/i {name}", `${at} {name}`, { name });
}

/** de France, d'Iran, du Japon. */
function fromCountry({ name, gender, french: word }: Country): Phrase {
  const of = gender === "f" || startsWithVowel(word) ? "de/i" : "de/i le/i";
  return compose("from/i {name}", `${of} {name}`, { name });
}

/** la France, le Japon, l'Iran. */
function asSubject({ name, gender }: Country): Phrase {
  return compose("{name}/t", `${gender === "f" ? "la" : "le"}/t {name}`, { name });
}

const subjectOf = (dice: Dice): Nominal => somebody(dice, { pronouns: 0.3, adjectives: 0.4 });

export const geography: readonly Rule[] = [
  {
    name: "living somewhere",
    about: "in France is en France, in Japan au Japon",
    make: (dice) => {
      const who = subjectOf(dice);
      const where = inCountry(dice.pick(COUNTRIES));
      const lives = phrase(who.person === 2 ? "lives" : "live", french.habiter.present[who.person] as string);
      const works = phrase(
        who.person === 2 ? "works" : "work",
        french.travailler.present[who.person] as string,
      );
      const does = dice.pick([lives, works]);
      return sentence(compose("{who} {does} {where}", "{who} {does} {where}", { who, does, where }));
    },
  },
  {
    name: "coming from",
    about: "from Japan is du Japon, from Egypt d'Égypte",
    make: (dice) => {
      const who = subjectOf(dice);
      const from = fromCountry(dice.pick(COUNTRIES));
      const comes = phrase(who.person === 2 ? "comes" : "come", french.venir.present[who.person] as string);
      return sentence(compose("{who} {comes} {from}", "{who} {comes} {from}", { who, comes, from }));
    },
  },
  {
    name: "travelling to",
    about: "to France is en France too",
    make: (dice) => {
      const who = subjectOf(dice);
      const to = toCountry(dice.pick(COUNTRIES));
      const verb = dice.pick(travelling);
      const does = finite(verb, dice.pick(["past", "future", "present", "continuous"] as const), who);
      return sentence(compose("{who} {does} {to}", "{who} {does} {to}", { who, does, to }));
    },
  },
  {
    name: "countries compared",
    about: "countries have articles and genders in French",
    make: (dice) => {
      const [one, other] = [dice.pick(COUNTRIES), dice.pick(COUNTRIES)];
      const adjective = dice.pick(
        ofPlaces.filter(({ english }) =>
          ["big", "small", "beautiful", "modern", "quiet", "famous"].includes(english),
        ),
      );
      const form = adjective.french[one.gender];
      const how = adjective.comparative.startsWith("more ")
        ? compose(`more/m ${adjective.english}/h`, `plus/m ${form}/h`)
        : phrase(adjective.comparative, `plus ${form}`);
      const is = phrase(toBe.present[2], "est");
      if (one === other) {
        const plain = phrase(adjective.english, form);
        return sentence(
          compose("{one} {is} {plain}", "{one} {is} {plain}", { one: asSubject(one), is, plain }),
        );
      }
      return sentence(
        compose("{one} {is} {how} than/q {other}", "{one} {is} {how} que/q {other}", {
          one: asSubject(one),
          is,
          how,
          other: asSubject(other),
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
        const has = phrase(toHave(who.person), french.avoir.present[who.person] as string);
        const friends = phrase("friends", "amis");
        return sentence(
          compose("{who} {has} {friends}/d {where}", "{who} {has} des/d {friends} {where}", {
            who,
            has,
            friends,
            where: inCountry(country),
          }),
        );
      }
      const knows = phrase(
        who.person === 2 ? "knows" : "know",
        french.connaître.present[who.person] as string,
      );
      const well = dice.pick([phrase("well", "bien"), phrase("a little", "un peu")]);
      return sentence(
        compose("{who} {knows} {country} {well}", "{who} {knows} {well} {country}", {
          who,
          knows,
          country: asSubject(country),
          well,
        }),
      );
    },
  },
];
