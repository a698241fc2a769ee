import { describe, expect, test } from "vitest";
import { type Aligned, compose, phrase, sentence } from "../../src/phrasebook/aligned.ts";
import { dice } from "../../src/phrasebook/dice.ts";
import { phrasebook, rules } from "../../src/phrasebook/phrasebook.ts";

const book = phrasebook();
const parts = [book.train, book.valid, book.test];
const everything = parts.flat();

describe("the phrasebook", () => {
  test("has the sizes asked for, and is a function of its seed", () => {
    expect(parts.map(({ length }) => length)).toEqual([30_000, 500, 500]);
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

  test("gives a sentence one translation and one alignment, whichever rule makes it", () => {
    const known = new Map<string, string>();
    const conflicts: string[] = [];
    for (const { name, make } of rules) {
      const throws = dice(3, name);
      for (let i = 0; i < 700; i++) {
        const { source, target, links } = make(throws);
        const made = `${target} ${links.join(" ")}`;
        if ((known.get(source) ?? made) !== made)
          conflicts.push(`${source} | ${known.get(source)} | ${made}`);
        known.set(source, made);
      }
    }
    expect(conflicts).toEqual([]);
  });

  test("has rules that can each say hundreds of sentences", () => {
    for (const { name, make } of rules) {
      const throws = dice(1, name);
      const said = new Set(Array.from({ length: 700 }, () => make(throws).source));
      expect(said.size, name).toBeGreaterThan(290);
    }
  });

  test("links only words that are there, and every word of both sides", () => {
    const isWhole = ({ source, target, links }: Aligned): boolean => {
      const lengths = [source.split(" ").length, target.split(" ").length];
      return lengths.every((length, side) => {
        const linked = new Set(links.map((link) => link[side as 0 | 1]));
        return linked.size === length && Math.min(...linked) === 0 && Math.max(...linked) === length - 1;
      });
    };
    expect(everything.filter((pair) => !isWhole(pair))).toEqual([]);
  });

  test("contracts, elides, agrees and spaces as French does", () => {
    const faults = [
      /(^| )(de|à) les?( |$)/i,
      /(^| )(le|la|je|ne|de|que|me|se|ma|ta|sa|ce) [aeiouéèêîôûœ]/i,
      /(^| )(un|le|ce|mon|son|votre|notre|leur|plus) (beau|vieux|nouveau) [aeiouhéèêîôûœ]/i,
      /\b[ldjnm]'[^aeiouhéèêîôûœÉ]/i,
      /\bsi ils?\b|\bs'elle/,
      /\b(pas|jamais|plus) (des|un|une|du(?! tout)|de la) /,
      / {2}|^ | $| \.|[^ ][?!]|[’\u00A0\u202F]/,
      /\b(beau|belle)s? (père|mère|frère|sœur|fils|fille)/,
      /undefined| [mf][ .]|[{}/]/,
    ];
    // Words that begin with a sounded h or an o that lets nothing elide.
    const isAllowed = (text: string): boolean => /\b(le|la|que|de) (onze|huit|oui|hongr)/i.test(text);
    const isFaulty = (text: string): boolean => faults.some((fault) => fault.test(text)) && !isAllowed(text);
    expect(everything.map(({ target }) => target).filter(isFaulty)).toEqual([]);
    expect(
      everything.map(({ target }) => target).filter((text) => !/^\p{Lu}.*( [?!]|\.)$/u.test(text)),
    ).toEqual([]);
  });

  test("writes English with the right articles and capitals", () => {
    const isFaulty = (text: string): boolean =>
      /\ba (?!use|uni|one)[aeiou]|\ban [^aeiouh]|\bi\b|undefined| {2}/.test(text) ||
      !/^\p{Lu}.*[.?!]$/u.test(text);
    expect(everything.map(({ source }) => source).filter(isFaulty)).toEqual([]);
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
  // After a change of the grammar: read what it says now, then accept it with `npx vitest run test/phrasebook --update`.
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
