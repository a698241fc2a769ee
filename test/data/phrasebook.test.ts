import { describe, expect, test } from "vitest";
import { compose, phrase, sentence } from "../../src/data/phrasebook/aligned.ts";
import { dice } from "../../src/data/phrasebook/dice.ts";
import { phrasebook, rules } from "../../src/data/phrasebook/phrasebook.ts";

const book = phrasebook();
const parts = [book.train, book.valid, book.test];
const everything = parts.flat();

describe("the phrasebook", () => {
  test("has the sizes asked for, and is a function of its seed", () => {
    expect(parts.map(({ length }) => length)).toEqual([20_000, 500, 500]);
    const small = { size: 300, valid: 20, test: 20 };
    expect(phrasebook(small)).toEqual(phrasebook(small));
    expect(phrasebook({ ...small, seed: 2 })).not.toEqual(phrasebook(small));
  });

  test("has more than 100,000 distinct pairs, every source with one translation", () => {
    const { train } = phrasebook({ size: 100_000, valid: 0, test: 0 });
    expect(new Set(train.map(({ source }) => source)).size).toBe(100_000);
  });

  test("holds out sentences that training knows on neither side", () => {
    for (const side of ["source", "target"] as const) {
      const known = new Set(book.train.map((pair) => pair[side]));
      const heldOut = [...book.valid, ...book.test].map((pair) => pair[side]);
      expect(heldOut.filter((text) => known.has(text))).toEqual([]);
      expect(new Set(heldOut).size).toBe(1000);
    }
  });

  test("holds out only words that training knows, numbers aside", () => {
    const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? [];
    for (const side of ["source", "target"] as const) {
      const known = new Set(book.train.flatMap((pair) => words(pair[side])));
      expect(
        [...book.valid, ...book.test].flatMap((pair) => words(pair[side])).filter((w) => !known.has(w)),
      ).toEqual([]);
    }
  });

  test("uses every rule in every part", () => {
    for (const part of parts) {
      expect(new Set(part.map(({ rule }) => rule))).toEqual(new Set(rules.map(({ name }) => name)));
    }
  });

  test("links only words that are there, and every word of both sides", () => {
    for (const { source, target, links } of everything) {
      const lengths = [source.split(" ").length, target.split(" ").length] as const;
      const linked = [new Set(links.map(([i]) => i)), new Set(links.map(([, j]) => j))] as const;
      expect(Math.max(...linked[0]), source).toBeLessThan(lengths[0]);
      expect(Math.max(...linked[1]), target).toBeLessThan(lengths[1]);
      expect(
        linked.map(({ size }) => size),
        `${source} | ${target}`,
      ).toEqual(lengths);
    }
  });

  test("contracts, elides and spaces as French does", () => {
    const faults = [
      /(^| )(de|à) les?( |$)/,
      /(^| )(le|la|je|ne|de|que|me|se|ma|ta|sa|ce) [aeiouéèêîôûœ]/i,
      /(^| )(un|le|ce|mon|son|votre|notre|leur|plus) (beau|vieux|nouveau) [aeiouhéèêîôûœ]/i,
      /\b[ldjnm]'[^aeiouhéèêîôûœÉ]/i,
      /\bsi ils?\b|\bs'elle/,
      / {2}|^ | $| \.|[^ ][?!]/,
      /undefined| [mf][ .]|[{}/]/,
    ];
    const isAllowed = (text: string): boolean =>
      /\b(le|la|que|de) (onze|huit|oui|hollandais|hongr)/i.test(text);
    for (const { target } of everything) {
      for (const fault of faults) if (!isAllowed(target)) expect(target).not.toMatch(fault);
    }
  });

  test("writes English with the right articles and capitals", () => {
    for (const { source } of everything) {
      expect(source).not.toMatch(/\ba (?!use|uni|one)[aeiou]|\ban [^aeiouh]|\bi\b|undefined| {2}/);
      expect(source).toMatch(/^\p{Lu}.*[.?!]$/u);
    }
  });
});

describe("a phrase grown on both sides", () => {
  const shown = (of: ReturnType<typeof sentence>): string => of.links.map(([i, j]) => `${i}-${j}`).join(" ");

  test("keeps its links when French words grow together", () => {
    const made = sentence(
      compose("{who} does/n not/n drink/v the/t {what}", "{who} ne/n boit/v pas/n le/t {what}", {
        who: phrase("my uncle", "mon oncle"),
        what: phrase("water", "eau"),
      }),
    );
    expect(made.target).toBe("Mon oncle ne boit pas l'eau.");
    expect(shown(made)).toBe("0-0 0-1 1-0 1-1 2-2 2-4 3-2 3-4 4-3 5-5 6-5");
    const contracted = sentence(compose("from/f the/t {x}", "de/f le/t {x}", { x: phrase("park", "parc") }));
    expect([contracted.target, shown(contracted)]).toEqual(["Du parc.", "0-0 1-0 2-1"]);
  });

  test("links the French question mark to the English word that carries it", () => {
    const asked = sentence(compose("who/w {does}", "qui/w {does}", { does: phrase("sings", "chante") }), "?");
    expect([asked.source, asked.target, shown(asked)]).toEqual(["Who sings?", "Qui chante ?", "0-0 1-1 1-2"]);
  });

  test("refuses a pattern whose slot was not given", () => {
    expect(() => compose("{who}", "{who}", {})).toThrow("no slot {who}");
  });
});

describe("rules", () => {
  // After a change of the grammar: read what it says now, then accept it with `npx vitest run test/data/phrasebook --update`.
  test("say what a reader of both languages has accepted", async () => {
    const lines = rules.flatMap(({ name, about, make }) => [
      `${name}: ${about}`,
      ...[1, 2, 3].map((seed) => {
        const { source, target, links } = make(dice(seed, name));
        return `  ${source} | ${target} | ${links.map((link) => link.join("-")).join(" ")}`;
      }),
    ]);
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("../golden/phrasebook/rules.txt");
  });

  test("have names and explanations of their own", () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    expect(rules.every(({ about }) => about.length > 10)).toBe(true);
  });
});
