/** Descriptions of things: qualities, owners, places, comparisons. */
import { type Adjective, agree } from "../adjectives.ts";
import { compose, type Phrase, phrase, sentence } from "../aligned.ts";
import type { Dice } from "../dice.ts";
import { animal, counted, ownersOf, pets, place, somebody, thing } from "../nominals.ts";
import { type Determiner, describedAs, type Nominal, nounPhrase, OWNERS } from "../noun-phrase.ts";
import type { Noun } from "../nouns.ts";
import * as nouns from "../nouns.ts";
import { position } from "../positions.ts";
import { adjectivesFor, isGraded } from "../suits.ts";
import { french, toBe } from "../verbs.ts";
import type { Rule } from "./rule.ts";

const KNOWN = ["the", "the", "this", ...OWNERS] as const satisfies readonly Determiner[];

const THIS = ["the", "the", "this"] as const satisfies readonly Determiner[];
const ADULTS = nouns.people.filter(({ english }) => english !== "son" && english !== "daughter");

interface Kind {
  readonly nouns: readonly Noun[];
  readonly determinersOf: (noun: Noun) => readonly Determiner[];
  readonly isCounted: boolean;
}

const kind = (
  from: readonly Noun[],
  determiners: readonly Determiner[] | ((noun: Noun) => readonly Determiner[]) = KNOWN,
  isCounted = true,
): Kind => ({
  nouns: from,
  determinersOf: typeof determiners === "function" ? determiners : () => determiners,
  isCounted,
});

/** Kinds of things, whose members can be compared. */
const KINDS = [
  kind(nouns.things),
  kind(nouns.places, THIS),
  kind(nouns.readables),
  kind(nouns.foods),
  kind(nouns.dishes, KNOWN, false),
  kind(nouns.drinks, KNOWN, false),
  kind(ADULTS, ownersOf, false),
  kind(nouns.strangers, THIS),
  kind(pets),
  kind(nouns.animals, THIS),
] as const;

interface Described {
  readonly what: Nominal;
  readonly adjective: Adjective;
  /** Something of the same kind that the same may be said of. */
  readonly other: Nominal;
}

const shared = new Map<Adjective, Map<readonly Noun[], readonly Noun[]>>();

/** Those nouns that an adjective can be said of. */
function sharing(from: readonly Noun[], use: "said" | "compared", adjective: Adjective): readonly Noun[] {
  if (use === "said") return from;
  const known = shared.get(adjective) ?? new Map<readonly Noun[], readonly Noun[]>();
  const found = known.get(from) ?? from.filter((one) => adjectivesFor(one, use).includes(adjective));
  shared.set(adjective, known.set(from, found));
  return found;
}

function described(dice: Dice, use: "said" | "compared"): Described {
  const { nouns: from, determinersOf, isCounted } = dice.pick(KINDS);
  const isPlural = isCounted && dice.chance(0.3);
  const noun = dice.pick(from);
  const adjective = dice.pick(adjectivesFor(noun, use));
  const alike = sharing(from, use, adjective);
  const others = alike.length > 1 ? alike : [noun];
  let other = dice.pick(others);
  while (other === noun && others.length > 1) other = dice.pick(others);
  return {
    what: nounPhrase({ noun, determiner: dice.pick(determinersOf(noun)), isPlural }),
    adjective,
    other: nounPhrase({
      noun: other,
      determiner: dice.pick(determinersOf(other)),
      isPlural: isCounted && dice.chance(0.2),
    }),
  };
}

const beOf = ({ person }: Nominal): Phrase =>
  phrase(toBe.present[person] as string, french.être.present[person] as string);

const ADVERBS = [
  phrase("very", "très"),
  phrase("too", "trop"),
  phrase("really", "vraiment"),
  phrase("rather", "plutôt"),
  phrase("so", "si"),
];

/** Something that lies or stands about. */
const lying = (dice: Dice, determiners: readonly Determiner[]): Nominal =>
  dice.chance(0.5) ? thing(dice, determiners, 0.3) : animal(dice, determiners);

const placed = (dice: Dice, { noun }: Nominal): Phrase => position(dice, noun as Noun);

/** Of which there may be a most remarkable one in a village. */
const REMARKABLE = [nouns.things, nouns.places, nouns.strangers];

const COUNTED = [...nouns.things, ...nouns.animals, ...nouns.foods];
const BELONGINGS = [...nouns.things, ...nouns.readables];
const OWNERS_OF_THINGS = nouns.people.filter(({ english }) => !/^(wife|husband)$/.test(english));

export const descriptions: readonly Rule[] = [
  {
    name: "agreement",
    about: "adjectives agree with nouns, also after to be",
    make: (dice) => {
      const { what, adjective } = described(dice, "said");
      const how = phrase(adjective.english, agree(adjective, what.gender, what.isPlural));
      const adverb = dice.pick(ADVERBS);
      const hasDegree = dice.chance(0.4) && isGraded(adjective);
      return sentence(
        hasDegree
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
      const what = lying(dice, KNOWN);
      return sentence(
        compose("{what} {is} {where}", "{what} {is} {where}", {
          what,
          is: beOf(what),
          where: placed(dice, what),
        }),
      );
    },
  },
  {
    name: "there is",
    about: "there is and there are: il y a",
    make: (dice) => {
      const what = dice.pick([
        () => counted(dice, COUNTED),
        () => thing(dice, ["a"], 0.4),
        () => animal(dice, ["a"]),
      ])();
      const is = what.isPlural ? "are" : "is";
      const where = placed(dice, what);
      return sentence(
        compose(`there/a ${is}/a {what} {where}`, "il/a y/a a/a {what} {where}", { what, where }),
      );
    },
  },
  {
    name: "possession",
    about: "my sister's book is the book of my sister",
    make: (dice) => {
      const noun = dice.pick(OWNERS_OF_THINGS);
      const owner = nounPhrase({ noun, determiner: dice.pick(ownersOf(noun)) });
      const item = dice.pick(BELONGINGS);
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
      const quality = dice.pick(adjectivesFor(item, "said"));
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
      const { what, adjective, other } = described(dice, "compared");
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
      const noun = dice.pick(dice.pick(REMARKABLE));
      const adjective = dice.pick(adjectivesFor(noun, "compared"));
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
