/** What things are like, whose they are, where they are, and how they compare. */
import {
  type Adjective,
  agree,
  colours,
  ofAnimals,
  ofBeings,
  ofFood,
  ofPlaces,
  ofReading,
  ofThings,
} from "../adjectives.ts";
import { compose, ending, type Phrase, phrase, sentence } from "../aligned.ts";
import type { Dice } from "../dice.ts";
import {
  animal,
  counted,
  type Determiner,
  describedAs,
  type Nominal,
  nounPhrase,
  OWNERS,
  ownersOf,
  place,
  somebody,
  thing,
} from "../noun-phrase.ts";
import type { Noun } from "../nouns.ts";
import * as nouns from "../nouns.ts";
import { french, toBe } from "../verbs.ts";
import type { Rule } from "./rule.ts";

const KNOWN = ["the", "the", "this", ...OWNERS] as const satisfies readonly Determiner[];

/** Kinds of things, each with what can be said of them. */
const KINDS = [
  { nouns: nouns.things, adjectives: [...ofThings, ...colours] },
  { nouns: nouns.places, adjectives: ofPlaces },
  { nouns: nouns.readables, adjectives: ofReading },
  { nouns: nouns.foods, adjectives: ofFood },
  { nouns: [...nouns.dishes, ...nouns.drinks], adjectives: ofFood },
  { nouns: nouns.people, adjectives: ofBeings },
  { nouns: nouns.strangers, adjectives: ofBeings },
  { nouns: nouns.animals, adjectives: ofAnimals },
] as const;

interface Described {
  readonly what: Nominal;
  readonly adjective: Adjective;
  /** Something of the same kind. */
  readonly other: Nominal;
}

function described(dice: Dice, isComparable = false): Described {
  const kind = dice.pick(KINDS);
  const canBeSeveral = kind !== KINDS[4] && kind !== KINDS[5];
  const isPlural = canBeSeveral && dice.chance(0.3);
  const noun = dice.pick(kind.nouns);
  const usable = isComparable
    ? kind.adjectives.filter((one) => !INCOMPARABLE.has(one.english))
    : kind.adjectives;
  const determinersOf = (one: Noun): readonly Determiner[] => {
    if (kind === KINDS[5]) return ownersOf(one);
    return kind === KINDS[1] || kind === KINDS[6] ? ["the", "the", "this"] : KNOWN;
  };
  const another = dice.pick(kind.nouns.filter((one) => one !== noun));
  return {
    what: nounPhrase({ noun, determiner: dice.pick(determinersOf(noun)), isPlural }),
    adjective: dice.pick(usable),
    other: nounPhrase({
      noun: another,
      determiner: dice.pick(determinersOf(another)),
      isPlural: canBeSeveral && dice.chance(0.2),
    }),
  };
}

const INCOMPARABLE = new Set([...colours.map(({ english }) => english), "broken", "empty", "new"]);

const beOf = ({ person }: Nominal): Phrase =>
  phrase(toBe.present[person] as string, french.être.present[person] as string);

const ADVERBS = [
  phrase("very", "très"),
  phrase("too", "trop"),
  phrase("really", "vraiment"),
  phrase("rather", "plutôt"),
  phrase("so", "si"),
];

const POSITIONS = [
  ["on", "sur"],
  ["under", "sous"],
  ["in front of", "devant"],
  ["behind", "derrière"],
  ["next to", "à côté de"],
  ["near", "près de"],
] as const;

/** On the table, behind the house; in what has an inside. */
function position(dice: Dice): Phrase {
  if (dice.chance(0.3)) {
    return compose("in/i {where}", "dans/i {where}", { where: place(dice, ["the", "the", "this"], 0.3) });
  }
  const [english, target] = dice.pick(POSITIONS);
  const noun = dice.pick(
    english === "on" || english === "under" ? nouns.furniture.slice(0, 3) : nouns.furniture,
  );
  const where = nounPhrase({ noun, determiner: dice.pick(["the", "the", "this"] as const) });
  return compose("{at} {where}", "{at} {where}", { at: phrase(english, target), where });
}

export const descriptions: readonly Rule[] = [
  {
    name: "agreement",
    about: "adjectives agree with nouns, also after to be",
    make: (dice) => {
      const { what, adjective } = described(dice);
      const how = phrase(adjective.english, agree(adjective, what.gender, what.isPlural));
      const adverb = dice.pick(ADVERBS);
      const isGraded = dice.chance(0.4) && !INCOMPARABLE.has(adjective.english);
      return sentence(
        isGraded
          ? compose("{what} {is} {adverb} {how}", "{what} {is} {adverb} {how}", {
              what,
              is: beOf(what),
              adverb,
              how,
            })
          : compose("{what} {is} {how}", "{what} {is} {how}", { what, is: beOf(what), how }),
      );
    },
  },
  {
    name: "pointing",
    about: "this is and these are: c'est, ce sont",
    make: (dice) => {
      const what = dice.chance(0.6)
        ? thing(dice, ["a", "the", ...OWNERS], 0.8)
        : place(dice, ["a", "the"], 0.8);
      return sentence(
        what.isPlural
          ? compose("these/c are/c {what}", "ce/c sont/c {what}", { what })
          : compose("this/c is/c {what}", "c'est/c {what}", { what }),
      );
    },
  },
  {
    name: "position",
    about: "prepositions of place",
    make: (dice) => {
      const what = dice.chance(0.5) ? thing(dice, KNOWN, 0.3) : animal(dice, KNOWN);
      return sentence(
        compose("{what} {is} {where}", "{what} {is} {where}", {
          what,
          is: beOf(what),
          where: position(dice),
        }),
      );
    },
  },
  {
    name: "there is",
    about: "there is and there are: il y a",
    make: (dice) => {
      const what = dice.pick([
        () => counted(dice),
        () => thing(dice, ["a"], 0.4),
        () => animal(dice, ["a"]),
      ])();
      const is = what.isPlural ? "are" : "is";
      const where = position(dice);
      return sentence(
        compose(`there/a ${is}/a {what} {where}`, "il/a y/a a/a {what} {where}", { what, where }),
      );
    },
  },
  {
    name: "possession",
    about: "my sister's book is the book of my sister",
    make: (dice) => {
      const noun = dice.pick([...nouns.people.slice(0, 13), ...nouns.people.slice(15)]);
      const owner = nounPhrase({ noun, determiner: dice.pick(ownersOf(noun)) });
      const item = dice.pick([...nouns.things, ...nouns.readables]);
      const article = item.gender === "m" ? "le" : "la";
      // The 's is the de.
      const my = phrase(owner.english[0]?.text ?? "", owner.french[0]?.text ?? "");
      const sister = phrase(`${noun.english}'s`, noun.french);
      const possessor = compose("{my} {sister}/g", "de/g {my} {sister}", { my, sister });
      const word = phrase(item.english, item.french);
      const of = compose("{possessor} {item}/t", `${article}/t {item} {possessor}`, {
        possessor,
        item: word,
      });
      const adjective = dice.pick([...ofThings, ...colours].filter(({ english }) => english !== "new"));
      const isOfReading = nouns.readables.includes(item);
      const quality = isOfReading
        ? dice.pick(ofReading.filter(({ english }) => english !== "new"))
        : adjective;
      const how = phrase(quality.english, agree(quality, item.gender, false));
      if (dice.chance(0.3)) {
        return sentence(compose("where/w is/i {of}", "où/w est/i {of}", { of }), "?");
      }
      return sentence(compose("{of} is/i {how}", "{of} est/i {how}", { of, how }));
    },
  },
  {
    name: "comparison",
    about: "-er and more are plus, less is moins, as is aussi",
    make: (dice) => {
      const { what, adjective, other } = described(dice, true);
      const is = beOf(what);
      const form = agree(adjective, what.gender, what.isPlural);
      const than = { what, is, other };
      const way = dice.whole(0, 3);
      if (way === 0) {
        const how = phrase(adjective.english, form);
        return sentence(
          compose("{what} {is} less/l {how} than/q {other}", "{what} {is} moins/l {how} que/q {other}", {
            ...than,
            how,
          }),
        );
      }
      if (way === 1) {
        const how = phrase(adjective.english, form);
        return sentence(
          compose("{what} {is} as/a {how} as/q {other}", "{what} {is} aussi/a {how} que/q {other}", {
            ...than,
            how,
          }),
        );
      }
      const isBetter = adjective.english === "good";
      const better = what.gender === "f" ? "meilleure" : "meilleur";
      const how = isBetter
        ? phrase("better", `${better}${what.isPlural ? "s" : ""}`)
        : adjective.comparative.startsWith("more ")
          ? compose(`more/m ${adjective.english}/h`, `plus/m ${form}/h`)
          : phrase(adjective.comparative, `plus ${form}`);
      return sentence(
        compose("{what} {is} {how} than/q {other}", "{what} {is} {how} que/q {other}", { ...than, how }),
      );
    },
  },
  {
    name: "superlative",
    about: "the most: le plus, with the article once more after the noun",
    make: (dice) => {
      const kind = dice.pick([
        KINDS[0],
        KINDS[1],
        KINDS[6],
        { nouns: nouns.strangers, adjectives: ofBeings },
      ]);
      const noun = dice.pick(kind.nouns);
      const adjective = dice.pick(
        kind.adjectives.filter((one) => !INCOMPARABLE.has(one.english) && one.english !== "little"),
      );
      const form = describedAs(adjective, noun, false);
      const article = noun.gender === "m" ? "le" : "la";
      const most = adjective.superlative.startsWith("most ")
        ? `most/m ${adjective.english}/h`
        : `${adjective.superlative}/m/h`;
      const top = adjective.isBefore
        ? compose(`the/t ${most} {noun}`, `${article}/t plus/m ${form}/h {noun}`, {
            noun: phrase(noun.english, noun.french),
          })
        : compose(`the/t ${most} {noun}`, `${article}/t {noun} ${article}/t plus/m ${form}/h`, {
            noun: phrase(noun.english, noun.french),
          });
      const world = dice.pick([
        compose("in/d the/l world/w", "de/d le/l monde/w"),
        compose("in/d the/l village/w", "de/d le/l village/w"),
        compose("in/d the/l city/w", "de/d la/l ville/w"),
        compose("in/d our/l street/w", "de/d notre/l rue/w"),
      ]);
      return sentence(
        dice.chance(0.5)
          ? compose("this/c is/c {top} {world}", "c'est/c {top} {world}", { top, world })
          : compose("{who} {has} {top} {world}", "{who} {has} {top} {world}", {
              ...owner(dice),
              top,
              world,
            }),
      );
    },
  },
];

function owner(dice: Dice): { who: Nominal; has: Phrase } {
  const who = somebody(dice, { pronouns: 0.4, adjectives: 0.1 });
  return { who, has: phrase(who.person === 2 ? "sees" : "see", french.voir.present[who.person] as string) };
}
