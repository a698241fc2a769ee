import { expect, test } from "vitest";
import { type Phrase, sentence } from "../../src/phrasebook/aligned.ts";
import { COUNTRIES, theCountry } from "../../src/phrasebook/countries.ts";
import { languageName, MONTHS, number, TIMES, WEEKDAYS } from "../../src/phrasebook/intl.ts";

// These come from the ICU data of whoever runs this. Here they are as the phrasebook wants them, so that a version
// that says something else is noticed: the same seed must give the same corpus everywhere.
const said = (of: Phrase): string => {
  const { source, target } = sentence(of);
  return `${source.slice(0, -1)} = ${target.slice(0, -1)}`;
};
const all = (some: readonly Phrase[]): string => some.map(said).join("; ");

test("months and weekdays", () => {
  expect(all(MONTHS)).toMatchInlineSnapshot(
    `"January = Janvier; February = Février; March = Mars; April = Avril; May = Mai; June = Juin; July = Juillet; August = Août; September = Septembre; October = Octobre; November = Novembre; December = Décembre"`,
  );
  expect(all(WEEKDAYS)).toMatchInlineSnapshot(
    `"Monday = Lundi; Tuesday = Mardi; Wednesday = Mercredi; Thursday = Jeudi; Friday = Vendredi; Saturday = Samedi; Sunday = Dimanche"`,
  );
});

test("numbers, with plain spaces", () => {
  expect(all([number(7, 0), number(1296, 0), number(49.5, 2)])).toBe("7 = 7; 1,296 = 1 296; 49.50 = 49,50");
});

test("times, with words of their own where there are any, and plain apostrophes", () => {
  const upToThree = (text: string): boolean => !/\b([4-9]|1\d)\b/.test(text);
  const [past, future] = TIMES.map((times) => times.map(said).filter(upToThree));
  expect(past?.join("; ")).toMatchInlineSnapshot(
    `"2 minutes ago = Il y a 2 minutes; 3 minutes ago = Il y a 3 minutes; 2 hours ago = Il y a 2 heures; 3 hours ago = Il y a 3 heures; Yesterday = Hier; 2 days ago = Avant-hier; 3 days ago = Il y a 3 jours; Last week = La semaine dernière; 2 weeks ago = Il y a 2 semaines; 3 weeks ago = Il y a 3 semaines; Last month = Le mois dernier; 2 months ago = Il y a 2 mois; 3 months ago = Il y a 3 mois; Last year = L'année dernière; 2 years ago = Il y a 2 ans; 3 years ago = Il y a 3 ans"`,
  );
  expect(future?.join("; ")).toMatchInlineSnapshot(
    `"In 2 minutes = Dans 2 minutes; In 3 minutes = Dans 3 minutes; In 2 hours = Dans 2 heures; In 3 hours = Dans 3 heures; Tomorrow = Demain; In 2 days = Après-demain; In 3 days = Dans 3 jours; Next week = La semaine prochaine; In 2 weeks = Dans 2 semaines; In 3 weeks = Dans 3 semaines; Next month = Le mois prochain; In 2 months = Dans 2 mois; In 3 months = Dans 3 mois; Next year = L'année prochaine; In 2 years = Dans 2 ans; In 3 years = Dans 3 ans"`,
  );
});

test("countries", () => {
  expect(all(COUNTRIES.map(theCountry))).toMatchInlineSnapshot(
    `"France = La France; Germany = L'Allemagne; Italy = L'Italie; Spain = L'Espagne; Belgium = La Belgique; Switzerland = La Suisse; Austria = L'Autriche; Greece = La Grèce; Poland = La Pologne; Russia = La Russie; China = La Chine; India = L'Inde; Sweden = La Suède; Norway = La Norvège; Finland = La Finlande; Ireland = L'Irlande; Hungary = La Hongrie; Romania = La Roumanie; Bulgaria = La Bulgarie; Tunisia = La Tunisie; Algeria = L'Algérie; Egypt = L'Égypte; Australia = L'Australie; Argentina = L'Argentine; Colombia = La Colombie; Bolivia = La Bolivie; Syria = La Syrie; Jordan = La Jordanie; Thailand = La Thaïlande; Indonesia = L'Indonésie; Malaysia = La Malaisie; Ethiopia = L'Éthiopie; Tanzania = La Tanzanie; South Africa = L'Afrique du Sud; Ukraine = L'Ukraine; Slovenia = La Slovénie; Slovakia = La Slovaquie; Estonia = L'Estonie; Latvia = La Lettonie; Lithuania = La Lituanie; Albania = L'Albanie; Mongolia = La Mongolie; Japan = Le Japon; Canada = Le Canada; Brazil = Le Brésil; Portugal = Le Portugal; Mexico = Le Mexique; Peru = Le Pérou; Chile = Le Chili; Morocco = Le Maroc; Lebanon = Le Liban; Kuwait = Le Koweït; Pakistan = Le Pakistan; Bangladesh = Le Bangladesh; Nepal = Le Népal; Denmark = Le Danemark; Luxembourg = Le Luxembourg; Senegal = Le Sénégal; Mali = Le Mali; Niger = Le Niger; Chad = Le Tchad; Cameroon = Le Cameroun; Gabon = Le Gabon; Nigeria = Le Nigeria; Kazakhstan = Le Kazakhstan; Ecuador = L'Équateur; Uruguay = L'Uruguay; Paraguay = Le Paraguay; Qatar = Le Qatar; Kenya = Le Kenya; The United Kingdom = Le Royaume-Uni; The United States = Les États-Unis; The Netherlands = Les Pays-Bas; The Philippines = Les Philippines; Cuba = Cuba; Cyprus = Chypre; Malta = Malte"`,
  );
});

test("languages", () => {
  const codes = "en fr de es it pt ru pl nl sv da no fi el hu ro ja ko zh ar tr vi th uk cs hr".split(" ");
  expect(codes.map((code) => languageName(code).join(" = ")).join("; ")).toMatchInlineSnapshot(
    `"English = anglais; French = français; German = allemand; Spanish = espagnol; Italian = italien; Portuguese = portugais; Russian = russe; Polish = polonais; Dutch = néerlandais; Swedish = suédois; Danish = danois; Norwegian = norvégien; Finnish = finnois; Greek = grec; Hungarian = hongrois; Romanian = roumain; Japanese = japonais; Korean = coréen; Chinese = chinois; Arabic = arabe; Turkish = turc; Vietnamese = vietnamien; Thai = thaï; Ukrainian = ukrainien; Czech = tchèque; Croatian = croate"`,
  );
});
