import type { Gender } from "./nouns.ts";

export interface Adjective {
  readonly english: string;
  readonly comparative: string;
  readonly superlative: string;
  /** Masculine, before a vowel (bel, vieil, nouvel), feminine, and both plurals. */
  readonly french: {
    readonly m: string;
    readonly vowel: string;
    readonly f: string;
    readonly mp: string;
    readonly fp: string;
  };
  /** Stands before its noun: beauty, age, number, goodness, size. */
  readonly isBefore: boolean;
}

/** French adjectives agree with what they describe. */
export function agree({ french }: Adjective, gender: Gender, isPlural: boolean): string {
  if (gender === "f") return isPlural ? french.fp : french.f;
  return isPlural ? french.mp : french.m;
}

const FEMININE: readonly (readonly [RegExp, string])[] = [
  [/e$/, "e"],
  [/er$/, "ère"],
  [/eux$/, "euse"],
  [/([ae])n$/, "$1nne"],
  [/([ei])l$/, "$1lle"],
  [/f$/, "ve"],
  [/(.)$/, "$1e"],
];

function feminine(m: string): string {
  const [pattern, replacement] = FEMININE.find(([ending]) => ending.test(m)) as readonly [RegExp, string];
  return m.replace(pattern, replacement);
}

const plural = (form: string): string =>
  /[sx]$/.test(form)
    ? form
    : /eau$/.test(form)
      ? `${form}x`
      : /al$/.test(form)
        ? form.replace(/l$/, "ux")
        : `${form}s`;

/** `english french`, with `m/f` or `m/vowel/f` where they are not regular, and `more` for longer comparatives. */
function adjectives(isBefore: boolean, lines: string): readonly Adjective[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [english = "", forms = "", comparison = ""] = line.trim().split(/ {2,}/);
      const [m = "", second, third] = forms.split("/");
      const f = third ?? second ?? feminine(m);
      const [comparative = `more ${english}`, superlative = `most ${english}`] = comparison
        ? comparison.split("/")
        : [];
      const french = { m, vowel: third === undefined ? m : (second ?? m), f, mp: plural(m), fp: plural(f) };
      return { english, comparative, superlative, french, isBefore };
    });
}

/** Of people, and most of animals. */
export const ofBeings = [
  ...adjectives(
    true,
    `
  young       jeune                     younger/youngest
  old         vieux/vieil/vieille       older/oldest
  beautiful   beau/bel/belle
  handsome    beau/bel/belle
  `,
  ),
  ...adjectives(
    false,
    `
  tired       fatigué
  intelligent  intelligent
  happy       heureux                   happier/happiest
  sad         triste                    sadder/saddest
  curious     curieux
  patient     patient
  strong      fort                      stronger/strongest
  shy         timide                    shyer/shyest
  brave       courageux                 braver/bravest
  calm        calme                     calmer/calmest
  funny       drôle                     funnier/funniest
  lazy        paresseux                 lazier/laziest
  serious     sérieux
  jealous     jaloux/jalouse
  `,
  ),
];

/** Of animals. */
export const ofAnimals = [
  ...adjectives(
    true,
    `
  small       petit                     smaller/smallest
  `,
  ),
  ...ofBeings.filter(
    ({ english }) => !/^(tired|serious|intelligent|patient|jealous|handsome)$/.test(english),
  ),
];

/** Of people alone. */
export const ofPeople = adjectives(
  false,
  `
  rich        riche                     richer/richest
  famous      célèbre
  polite      poli
  generous    généreux
  honest      honnête
  talented    doué
  `,
);

/** Of things that are bought, lost and looked for. */
export const ofThings = [
  ...adjectives(
    true,
    `
  small       petit                     smaller/smallest
  big         grand                     bigger/biggest
  beautiful   beau/bel/belle
  new         nouveau/nouvel/nouvelle   newer/newest
  old         vieux/vieil/vieille       older/oldest
  pretty      joli                      prettier/prettiest
  `,
  ),
  ...adjectives(
    false,
    `
  expensive   cher
  heavy       lourd                     heavier/heaviest
  light       léger                     lighter/lightest
  useful      utile
  broken      cassé
  dirty       sale                      dirtier/dirtiest
  clean       propre                    cleaner/cleanest
  strange     bizarre                   stranger/strangest
  practical   pratique
  fragile     fragile
  modern      moderne
  `,
  ),
];

export const colours = adjectives(
  false,
  `
  red         rouge
  blue        bleu
  green       vert
  white       blanc/blanche
  black       noir
  yellow      jaune
  gray        gris
  pink        rose
  purple      violet/violette
  `,
);

/** Of food and drink. */
export const ofFood = [
  ...adjectives(
    true,
    `
  good        bon/bonne                 better/best
  `,
  ),
  ...adjectives(
    false,
    `
  hot         chaud                     hotter/hottest
  cold        froid                     colder/coldest
  fresh       frais/fraîche             fresher/freshest
  delicious   délicieux
  sweet       sucré                     sweeter/sweetest
  expensive   cher
  salty       salé                      saltier/saltiest
  `,
  ),
];

/** Of what is read. */
export const ofReading = [
  ...adjectives(
    true,
    `
  long        long/longue               longer/longest
  new         nouveau/nouvel/nouvelle   newer/newest
  old         vieux/vieil/vieille       older/oldest
  good        bon/bonne                 better/best
  `,
  ),
  ...adjectives(
    false,
    `
  interesting  intéressant
  easy        facile                    easier/easiest
  difficult   difficile
  important   important
  boring      ennuyeux
  short       court                     shorter/shortest
  `,
  ),
];

/** Of places. */
export const ofPlaces = [
  ...adjectives(
    true,
    `
  small       petit                     smaller/smallest
  big         grand                     bigger/biggest
  beautiful   beau/bel/belle
  new         nouveau/nouvel/nouvelle   newer/newest
  old         vieux/vieil/vieille       older/oldest
  `,
  ),
  ...adjectives(
    false,
    `
  modern      moderne
  quiet       calme                     quieter/quietest
  empty       vide                      emptier/emptiest
  famous      célèbre
  clean       propre                    cleaner/cleanest
  noisy       bruyant                   noisier/noisiest
  `,
  ),
];
