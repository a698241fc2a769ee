/** Countries: their French names have genders and numbers, and their prepositions follow from them. */
import { compose, type Phrase, phrase } from "./aligned.ts";
import { startsWithVowel } from "./elision.ts";
import { countryName } from "./intl.ts";
import type { Gender } from "./nouns.ts";

/**
 * Region codes with areas in thousands of km², by what French makes of them. The names come from `Intl`; only those are
 * here that do not change between its versions (unlike Turkey and Czechia).
 */
const FEMININE = `FR 544 DE 357 IT 301 ES 506 BE 31 CH 41 AT 84 GR 132 PL 313 RU 17098 CN 9597 IN 3287 SE 450 NO 385
  FI 338 IE 70 HU 93 RO 238 BG 111 TN 164 DZ 2382 EG 1002 AU 7688 AR 2780 CO 1142 BO 1099 SY 185 JO 89 TH 513
  ID 1905 MY 330 ET 1104 TZ 947 ZA 1221 UA 604 SI 20 SK 49 EE 45 LV 65 LT 66 AL 29 MN 1564`;
const MASCULINE = `JP 378 CA 9985 BR 8516 PT 92 MX 1964 PE 1285 CL 757 MA 447 LB 10 KW 18 PK 881 BD 148 NP 147 DK 43
  LU 3 SN 197 ML 1240 NE 1267 TD 1284 CM 475 GA 268 NG 924 KZ 2725 EC 284 UY 181 PY 407 QA 12 KE 580 GB 244`;
const PLURAL_MASCULINE = "US 9834 NL 42";
const PLURAL_FEMININE = "PH 300";
/** Without an article: à Cuba. */
const BARE = "CU 110 CY 9 MT 0.3";

export interface Country {
  /** Without articles. */
  readonly name: Phrase;
  readonly gender: Gender;
  readonly isPlural: boolean;
  readonly isBare: boolean;
  /** In thousands of km². */
  readonly area: number;
}

/** English says "the" before unions and before plurals. */
const WITH_THE = new Set(["US", "GB", "NL", "PH"]);

const countries = (codes: string, gender: Gender, isPlural = false, isBare = false): Country[] =>
  [...codes.matchAll(/([A-Z]{2}) ([\d.]+)/g)].map(([, code = "", area]) => {
    const [english, french] = countryName(code);
    const name = phrase(`${WITH_THE.has(code) ? "the " : ""}${english}`, french);
    return { name, gender, isPlural, isBare, area: Number(area) };
  });

export const COUNTRIES = [
  ...countries(FEMININE, "f"),
  ...countries(MASCULINE, "m"),
  ...countries(PLURAL_MASCULINE, "m", true),
  ...countries(PLURAL_FEMININE, "f", true),
  ...countries(BARE, "f", false, true),
];

const articleOf = ({ gender, isPlural }: Country): string =>
  isPlural ? "les" : gender === "f" ? "la" : "le";

/** en France, en Iran; au Japon, aux Pays-Bas; à Cuba. */
function atCountry(country: Country, english: string): Phrase {
  const { name, gender, isPlural, isBare } = country;
  const isEn = !isPlural && (gender === "f" || startsWithVowel(name.french[0]?.text ?? ""));
  const at = isBare ? "à/i" : isEn ? "en/i" : `à/i ${articleOf(country)}/i`;
  return compose(`${english}/i {name}`, `${at} {name}`, { name });
}

export const inCountry = (country: Country): Phrase => atCountry(country, "in");
export const toCountry = (country: Country): Phrase => atCountry(country, "to");

/** de France, d'Iran; du Japon, des Pays-Bas; de Cuba. */
export function fromCountry(country: Country): Phrase {
  const { name, gender, isPlural, isBare } = country;
  const isOfOne = !isPlural && (gender === "f" || startsWithVowel(name.french[0]?.text ?? ""));
  const of = isBare || isOfOne ? "de/i" : `de/i ${articleOf(country)}/i`;
  return compose("from/i {name}", `${of} {name}`, { name });
}

/** la France, le Japon, l'Égypte, les Pays-Bas; Cuba. */
export function theCountry(country: Country): Phrase {
  const { name, isBare } = country;
  return isBare ? name : compose("{name}/t", `${articleOf(country)}/t {name}`, { name });
}
