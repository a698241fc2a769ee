/** Where things and animals can be. */
import { compose, type Phrase, phrase } from "./aligned.ts";
import type { Dice } from "./dice.ts";
import { nounPhrase } from "./noun-phrase.ts";
import type { Noun } from "./nouns.ts";
import * as nouns from "./nouns.ts";
import { adjectivesFor } from "./suits.ts";

const named = (from: readonly Noun[], names: string): readonly Noun[] =>
  names.split(" ").map((name) => from.find(({ english }) => english === name) as Noun);

const TOPS = named(nouns.furniture, "table bed chair bench");
const INDOORS = named(nouns.furniture, "table bed chair door window wall wardrobe");
const OUTDOORS = named(nouns.furniture, "tree house car wall bench bridge");
const GROUNDS = named(nouns.places, "park garden village");
const INSIDES = named(nouns.insides, "house kitchen street");
const BOXES = named(nouns.insides, "bag box drawer wardrobe suitcase");
const ROOMS = [
  ...nouns.places.filter(({ english }) => english !== "park" && english !== "market"),
  ...INSIDES,
];
const OPEN = [...GROUNDS, ...INSIDES];
const KITCHENS = named([...nouns.insides, ...nouns.places], "kitchen restaurant bakery");
const SIDES = [INDOORS, OUTDOORS];
const WALLS = named(nouns.furniture, "door window wall wardrobe");

const ON = [
  ["on", "sur"],
  ["under", "sous"],
] as const;
const NEAR = [
  ["in front of", "devant"],
  ["behind", "derrière"],
  ["next to", "à côté de"],
  ["near", "près de"],
] as const;

const LARGE = new Set(["car", "bike", "boat", "horse", "cow", "elephant", "bear", "goat"]);
const MOVABLE = new Set(["table", "chair", "lamp", "guitar", "umbrella", "suitcase", "blanket", "computer"]);

const THE = ["the", "the", "this"] as const;
const at = (dice: Dice, words: readonly [string, string], where: readonly Noun[]): Phrase =>
  compose("{at} {where}", "{at} {where}", {
    at: phrase(...words),
    where: nounPhrase({ noun: dice.pick(where), determiner: dice.pick(THE) }),
  });

function inside(dice: Dice, where: readonly Noun[]): Phrase {
  const noun = dice.pick(where);
  const kinds = adjectivesFor(noun);
  const adjective = kinds.length > 0 && dice.chance(0.25) ? dice.pick(kinds) : undefined;
  const room = nounPhrase({ noun, determiner: dice.pick(THE), adjective });
  return compose("in/i {room}", "dans/i {room}", { room });
}

/** On the table, behind the house, in the garden: where something of that kind may be. */
export function position(dice: Dice, noun: Noun): Phrase {
  const others = (from: readonly Noun[]): readonly Noun[] =>
    from.filter((one) => one.english !== noun.english);
  if (LARGE.has(noun.english)) {
    return dice.chance(0.3) && noun.english !== "boat"
      ? inside(dice, GROUNDS)
      : at(dice, dice.pick(NEAR), others(OUTDOORS));
  }
  const way = dice.whole(0, 3);
  if (nouns.animals.includes(noun)) {
    if (way === 0) return inside(dice, OPEN);
    return way === 1 ? at(dice, dice.pick(ON), TOPS) : at(dice, dice.pick(NEAR), dice.pick(SIDES));
  }
  if (MOVABLE.has(noun.english)) {
    return way < 2 ? inside(dice, ROOMS) : at(dice, dice.pick(NEAR), WALLS);
  }
  if (way === 0) return inside(dice, others(BOXES));
  if (way === 1) return inside(dice, nouns.foods.includes(noun) ? KITCHENS : ROOMS);
  return way === 2 ? at(dice, dice.pick(ON), TOPS) : at(dice, dice.pick(NEAR), INDOORS);
}
