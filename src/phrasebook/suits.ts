/** Which adjectives suit which nouns, alone and in comparisons. */
import {
  type Adjective,
  colours,
  ofAnimals,
  ofBeings,
  ofFood,
  ofPeople,
  ofPlaces,
  ofReading,
  ofThings,
} from "./adjectives.ts";
import type { Noun } from "./nouns.ts";
import * as nouns from "./nouns.ts";

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Adjectives that go with these nouns alone; all others go with every noun of their kind, but for `UNFIT`. */
const FIT: Readonly<Record<string, ReadonlySet<string>>> = {
  broken: list("bike table chair lamp phone computer watch cup plate umbrella guitar pen toy mirror clock"),
  fragile: list("lamp phone computer watch flower cup plate umbrella guitar toy mirror clock"),
  modern: list(`car bike table chair lamp phone computer watch boat clock mirror
    school station church bank office hospital library restaurant museum village hotel cinema theater bakery
    factory airport`),
  practical: list("bike table bag coat phone computer watch knife lamp umbrella suitcase"),
  useful: list("key car bike table bag phone computer watch knife umbrella pen boat suitcase blanket gift"),
  light: list("bike chair hat shirt dress shoe coat bag phone computer umbrella guitar suitcase blanket"),
  hot: list("egg sandwich potato pancake cake bread soup meat rice fish chocolate water milk coffee tea"),
  fresh: list(`apple egg orange salad banana pear tomato strawberry carrot mushroom bread cheese fish butter
    water milk juice lemonade`),
  sweet: list(
    "apple cake orange banana pear strawberry pancake cookie jam honey chocolate coffee tea wine juice",
  ),
  salty: list("egg salad sandwich potato soup meat rice butter fish ham cheese"),
  white:
    list(`car bike table chair lamp hat shirt dress shoe coat bag phone computer flower cup plate umbrella
    guitar boat clock blanket suitcase cat dog bird horse cow rabbit hen goat mouse`),
  black: list(`car bike table chair lamp hat shirt dress shoe coat bag phone computer watch cup plate umbrella
    guitar pen boat clock blanket suitcase cat dog bird horse cow rabbit hen goat bear`),
  gray: list(`car bike table chair lamp hat shirt dress shoe coat bag phone computer cup plate umbrella boat
    blanket suitcase cat dog bird horse rabbit goat mouse elephant`),
};

const CANNOT_BE_COLOURED = list("key photo mirror knife ticket watch clock gift computer");

/** Exceptions. "Beau père" and its like would be the family of one's wife or husband, and "vieux garçon" a bachelor. */
const UNFIT: Readonly<Record<string, ReadonlySet<string>>> = {
  heavy: list("key ticket photo flower pen watch hat shirt"),
  dirty: list("key ticket photo flower gift pen watch clock guitar lamp phone computer"),
  clean: list("key ticket photo flower gift pen watch clock guitar lamp phone computer"),
  old: list("flower gift son daughter boy child cousin student princess"),
  new: list("flower castle"),
  young: list("grandmother grandfather child son daughter boy"),
  beautiful: list("mother sister daughter grandmother office factory bank airport bear"),
  handsome: list("father brother son grandfather child"),
  rich: list("child boy student"),
  famous: list("child boy office factory bakery bank garden station"),
  quiet: list("factory airport station"),
  noisy: list("library church"),
  long: list("newspaper magazine"),
  short: list("newspaper magazine"),
  cold: list("honey jam butter bread cookie chocolate"),
  delicious: list("water"),
  strong: list("mouse hen rabbit bird cat"),
};

/** Adjectives that have no degrees. */
const UNGRADED = new Set([...colours.map(({ english }) => english), "broken", "empty", "new", "delicious"]);
export const isGraded = ({ english }: Adjective): boolean => !UNGRADED.has(english);

const KINDS: readonly (readonly [readonly Noun[], readonly Adjective[]])[] = [
  [nouns.things, [...ofThings, ...colours]],
  [nouns.places, ofPlaces],
  [nouns.readables, ofReading],
  [[...nouns.foods, ...nouns.dishes, ...nouns.drinks], ofFood],
  [
    [...nouns.people, ...nouns.strangers],
    [...ofBeings, ...ofPeople],
  ],
  [nouns.animals, [...ofAnimals, ...colours.filter(({ english }) => FIT[english])]],
];

function fits({ english }: Adjective, noun: Noun): boolean {
  // English has two words for a beauty that French calls one.
  if (english === "handsome" && noun.gender === "f") return false;
  if (english === "beautiful" && noun.gender === "m" && isPerson(noun)) return false;
  if (FIT[english]) return FIT[english].has(noun.english);
  if (CANNOT_BE_COLOURED.has(noun.english) && colours.some((colour) => colour.english === english))
    return false;
  return !UNFIT[english]?.has(noun.english);
}

const isPerson = (noun: Noun): boolean => nouns.people.includes(noun) || nouns.strangers.includes(noun);

const fitting = new Map(
  KINDS.flatMap(([kind, adjectives]) =>
    kind.map((noun) => {
      const all = adjectives.filter((one) => fits(one, noun));
      // A thing that is new is neuve, not nouvelle: the word changes with its place, so it is not said here.
      const said = all.filter(({ english }) => english !== "new");
      const isAnimal = nouns.animals.includes(noun);
      // Whether a hen is smaller than an elephant is nothing to talk about.
      const compared = said.filter((one) => isGraded(one) && !(isAnimal && /small|young/.test(one.english)));
      return [noun, { beside: all, said, compared }] as const;
    }),
  ),
);

/** The adjectives of a noun: beside it, after "is", and in comparisons. */
export function adjectivesFor(
  noun: Noun,
  use: "beside" | "said" | "compared" = "beside",
): readonly Adjective[] {
  return fitting.get(noun)?.[use] ?? [];
}
