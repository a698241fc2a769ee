import { describe, expect, test } from "vitest";
import { agree, colours, ofBeings, ofFood, ofThings } from "../../src/phrasebook/adjectives.ts";
import { sentence } from "../../src/phrasebook/aligned.ts";
import { COUNTRIES, fromCountry, inCountry, theCountry } from "../../src/phrasebook/countries.ts";
import { startsWithVowel } from "../../src/phrasebook/elision.ts";
import { nounPhrase } from "../../src/phrasebook/noun-phrase.ts";
import * as nouns from "../../src/phrasebook/nouns.ts";
import * as verbs from "../../src/phrasebook/verbs.ts";

const all = [
  ...verbs.eating,
  ...verbs.drinking,
  ...verbs.reading,
  ...verbs.handling,
  ...verbs.meeting,
  ...verbs.acting,
];
const verb = (infinitive: string): verbs.Verb["french"] => {
  const found = all.find(({ french }) => french.infinitive === infinitive);
  if (!found) throw new Error(`no verb ${infinitive}`);
  return found.french;
};

describe("verbs", () => {
  test.each([
    ["manger", "mange manges mange mangeons mangez mangent", "mangions mangeaient", "mangera", "mangé"],
    [
      "acheter",
      "achète achètes achète achetons achetez achètent",
      "achetions achetaient",
      "achètera",
      "acheté",
    ],
    [
      "appeler",
      "appelle appelles appelle appelons appelez appellent",
      "appelions appelaient",
      "appellera",
      "appelé",
    ],
    [
      "choisir",
      "choisis choisis choisit choisissons choisissez choisissent",
      "choisissions choisissaient",
      "choisira",
      "choisi",
    ],
    [
      "remercier",
      "remercie remercies remercie remercions remerciez remercient",
      "remerciions remerciaient",
      "remerciera",
      "remercié",
    ],
    ["boire", "bois bois boit buvons buvez boivent", "buvions buvaient", "boira", "bu"],
    ["voir", "vois vois voit voyons voyez voient", "voyions voyaient", "verra", "vu"],
    ["courir", "cours cours court courons courez courent", "courions couraient", "courra", "couru"],
    [
      "connaître",
      "connais connais connaît connaissons connaissez connaissent",
      "connaissions connaissaient",
      "connaîtra",
      "connu",
    ],
  ])("%s", (infinitive, present, imperfect, future, participle) => {
    const forms = verb(infinitive);
    expect(forms.present.join(" ")).toBe(present);
    expect(`${forms.imperfect[3]} ${forms.imperfect[5]}`).toBe(imperfect);
    expect([forms.future[2], forms.participle]).toEqual([future, participle]);
  });

  test("of going somewhere are perfected with être", () => {
    const withBe = [...all, ...verbs.going].filter(({ french }) => french.auxiliary === "être");
    expect(withBe.map(({ french }) => french.infinitive)).toEqual([
      "partir",
      "arriver",
      "aller",
      "retourner",
    ]);
  });
});

describe("adjectives", () => {
  const forms = (adjectives: typeof colours, english: string): string => {
    const found = adjectives.find((one) => one.english === english);
    if (!found) throw new Error(`no adjective ${english}`);
    const four = ([false, true] as const).flatMap((many) => [
      agree(found, "m", many),
      agree(found, "f", many),
    ]);
    return four.join(" ");
  };

  test("have four forms, regular or not", () => {
    expect(forms(colours, "white")).toBe("blanc blanche blancs blanches");
    expect(forms(colours, "gray")).toBe("gris grise gris grises");
    expect(forms(colours, "purple")).toBe("violet violette violets violettes");
    expect(forms(ofThings, "beautiful")).toBe("beau belle beaux belles");
    expect(forms(ofThings, "old")).toBe("vieux vieille vieux vieilles");
    expect(forms(ofThings, "new")).toBe("nouveau nouvelle nouveaux nouvelles");
    expect(forms(ofThings, "expensive")).toBe("cher chère chers chères");
    expect(forms(ofFood, "fresh")).toBe("frais fraîche frais fraîches");
    expect(forms(ofBeings, "jealous")).toBe("jaloux jalouse jaloux jalouses");
    expect(forms(ofBeings, "happy")).toBe("heureux heureuse heureux heureuses");
  });

  test("stand before or after, and change before a vowel", () => {
    const said = (name: string, adjective: string, isPlural = false): string => {
      const noun = [...nouns.strangers, ...nouns.things].find(
        ({ english }) => english === name,
      ) as nouns.Noun;
      const kind = [...ofBeings, ...ofThings, ...colours].find(({ english }) => english === adjective);
      return sentence(nounPhrase({ noun, determiner: "a", adjective: kind, isPlural })).target;
    };
    expect(said("man", "handsome")).toBe("Un bel homme.");
    expect(said("computer", "new")).toBe("Un nouvel ordinateur.");
    expect(said("computer", "old", true)).toBe("De vieux ordinateurs.");
    expect(said("clock", "beautiful")).toBe("Une belle horloge.");
    expect(said("dress", "white", true)).toBe("Des robes blanches.");
  });
});

test("plurals in -x, and those that are not heard", () => {
  const plural = (from: readonly nouns.Noun[], name: string): string | undefined =>
    from.find(({ english }) => english === name)?.frenchPlural;
  expect(plural(nouns.animals, "horse")).toBe("chevaux");
  expect(plural(nouns.readables, "newspaper")).toBe("journaux");
  expect(plural(nouns.things, "gift")).toBe("cadeaux");
  expect(plural(nouns.animals, "mouse")).toBe("souris");
  expect(plural(nouns.people, "grandmother")).toBe("grands-mères");
});

test("h is mute but where it is not", () => {
  expect(["homme", "hôtel", "eau", "œuf", "été"].map(startsWithVowel)).toEqual(Array(5).fill(true));
  expect(["haricot", "hongrois", "huit", "onze", "yaourt"].map(startsWithVowel)).toEqual(
    Array(5).fill(false),
  );
});

describe("countries", () => {
  const said = (name: string): string => {
    const country = COUNTRIES.find((one) => one.name.english.map(({ text }) => text).join(" ") === name);
    if (!country) throw new Error(`no country ${name}`);
    return [theCountry, inCountry, fromCountry].map((make) => sentence(make(country)).target).join(" ");
  };

  test.each([
    ["France", "La France. En France. De France."],
    ["Italy", "L'Italie. En Italie. D'Italie."],
    ["Japan", "Le Japon. Au Japon. Du Japon."],
    ["Kenya", "Le Kenya. Au Kenya. Du Kenya."],
    ["Ecuador", "L'Équateur. En Équateur. D'Équateur."],
    ["Mexico", "Le Mexique. Au Mexique. Du Mexique."],
    ["the Netherlands", "Les Pays-Bas. Aux Pays-Bas. Des Pays-Bas."],
    ["the United States", "Les États-Unis. Aux États-Unis. Des États-Unis."],
    ["Cuba", "Cuba. À Cuba. De Cuba."],
  ])("%s", (name, french) => {
    expect(said(name)).toBe(french);
  });
});
