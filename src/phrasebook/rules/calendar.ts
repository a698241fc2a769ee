/** Dates, times ago and to come, numbers and prices, as `Intl` writes them. */
import { finite } from "../action.ts";
import { compose, ending, type Phrase, phrase, sentence } from "../aligned.ts";
import type { Dice } from "../dice.ts";
import { MONTHS, number, TIMES, WEEKDAYS } from "../intl.ts";
import { place, somebody, thing } from "../nominals.ts";
import type { Nominal } from "../noun-phrase.ts";
import * as nouns from "../nouns.ts";
import { acting, french, going, toBe } from "../verbs.ts";
import type { Rule } from "./rule.ts";

/** "March 3" is "3 mars", and only the first is counted as such: "1er mars". */
function dayOf(dice: Dice): Phrase {
  const day = dice.whole(1, 28);
  const number = phrase(String(day), day === 1 ? "1er" : String(day));
  return compose("{month} {number}", "{number} {month}", { month: dice.pick(MONTHS), number });
}

const comma = (named: Phrase): Phrase => ending(named, ",", "");

const time = (dice: Dice, sign: 1 | -1): Phrase => dice.pick(TIMES[sign === 1 ? 1 : 0] as readonly Phrase[]);

/** Actions at a stated time. */
const PLANNED = acting.filter(({ english }) => !/^(sleep|laugh|cry|dream)$/.test(english.base));
const PLANNED_TOO = [...PLANNED, ...going];
const DEAR = new Set(["car", "bike", "boat", "table", "computer", "phone", "guitar", "watch"]);
const SOLD = [...nouns.things.filter(({ english }) => english !== "gift"), ...nouns.readables.slice(0, 1)];

/** Grandparents were born before their grandchildren. */
function yearOfBirth(dice: Dice, { noun }: Nominal): number {
  if (/^grand/.test(noun?.english ?? "")) return dice.whole(1925, 1949);
  return /^(son|daughter|boy|child|princess|student)$/.test(noun?.english ?? "")
    ? dice.whole(1998, 2015)
    : dice.whole(1950, 1995);
}

const subjectOf = (dice: Dice): Nominal => somebody(dice, { pronouns: 0.4 });

export const calendar: readonly Rule[] = [
  {
    name: "dates",
    about: "March 3, 1987 is le 3 mars 1987",
    make: (dice) => {
      const who = subjectOf(dice);
      const born = `né${who.gender === "f" ? "e" : ""}${who.isPlural ? "s" : ""}`;
      const year = String(yearOfBirth(dice, who));
      const day = dayOf(dice);
      return sentence(
        compose(
          `{who} ${toBe.past[who.person]}/b born/b on/o {day} {year}`,
          `{who} ${french.être.present[who.person]}/b ${born}/b le/o {day} {year}`,
          { who, day: comma(day), year: phrase(year, year) },
        ),
      );
    },
  },
  {
    name: "weekdays",
    about: "today is Monday: nous sommes le lundi",
    make: (dice) => {
      const [is, sommes] = dice.pick([
        ["today/t is/i", "aujourd'hui,/t nous/i sommes/i le/i"],
        ["tomorrow/t is/i", "demain,/t nous/i serons/i le/i"],
        ["yesterday/t was/i", "hier,/t nous/i étions/i le/i"],
      ] as const);
      const day = dayOf(dice);
      const weekday = dice.pick(WEEKDAYS);
      return sentence(
        compose(`${is} {weekday} {day}`, `${sommes} {weekday} {day}`, { weekday: comma(weekday), day }),
      );
    },
  },
  {
    name: "on Monday",
    about: "days and dates of what will happen",
    make: (dice) => {
      const who = subjectOf(dice);
      const isPast = dice.chance(0.3);
      const does = finite(dice.pick(PLANNED), isPast ? "past" : "future", who);
      const day = dice.pick(WEEKDAYS);
      const on = dice.chance(0.4)
        ? compose("on/o {day}", "le/o {day}", { day: dayOf(dice) })
        : isPast
          ? compose("last/n {day}", "{day} dernier/n", { day })
          : dice.chance(0.5)
            ? compose("next/n {day}", "{day} prochain/n", { day })
            : compose("on/o {day}/o", "{day}/o", { day });
      return sentence(compose("{who} {does} {on}", "{who} {does} {on}", { who, does, on }));
    },
  },
  {
    name: "time ago",
    about: "3 days ago is il y a 3 jours",
    make: (dice) => {
      const who = subjectOf(dice);
      const does = finite(dice.pick(PLANNED), "past", who);
      return sentence(
        compose("{who} {does} {ago}", "{who} {does} {ago}", { who, does, ago: time(dice, -1) }),
      );
    },
  },
  {
    name: "time to come",
    about: "in 2 weeks is dans 2 semaines",
    make: (dice) => {
      const who = subjectOf(dice);
      const verb = dice.pick(PLANNED_TOO);
      const isTrip = going.includes(verb);
      const does = finite(verb, "future", who);
      const soon = time(dice, 1);
      return sentence(
        isTrip
          ? compose("{who} {does} to/a {where} {soon}", "{who} {does} à/a {where} {soon}", {
              who,
              does,
              soon,
              where: place(dice, ["the"], 0),
            })
          : compose("{who} {does} {soon}", "{who} {does} {soon}", { who, does, soon }),
      );
    },
  },
  {
    name: "prices",
    about: "12.50 is 12,50, and a thousand is set apart by a space",
    make: (dice) => {
      const what = thing(dice, ["the", "this"], 0.6, SOLD);
      const costs = what.isPlural ? "cost/c" : "costs/c";
      const coûte = what.isPlural ? "coûtent/c" : "coûte/c";
      const amount = DEAR.has(what.noun?.english ?? "")
        ? number(dice.whole(10, 200) * 10 + dice.pick([0, 5, 9]), 0)
        : dice.chance(0.3)
          ? number(dice.whole(2, 99), 0)
          : number(dice.whole(2, 99) + dice.pick([0.2, 0.5, 0.75, 0.95]), 2);
      return sentence(
        compose(`{what} ${costs} {amount} euros/e`, `{what} ${coûte} {amount} euros/e`, { what, amount }),
      );
    },
  },
  {
    name: "hours",
    about: "at 8 o'clock is à 8 heures",
    make: (dice) => {
      const who = subjectOf(dice);
      const hour = String(dice.whole(2, 11));
      const does = finite(dice.pick(PLANNED), dice.pick(["present", "past", "future"] as const), who);
      return sentence(
        compose(`{who} {does} at/a ${hour}/h o'clock/o`, `{who} {does} à/a ${hour}/h heures/o`, {
          who,
          does,
        }),
      );
    },
  },
];
