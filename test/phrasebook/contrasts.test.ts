/** Minimal pairs: what differs, and that they are sentences of the phrasebook. */
import { describe, expect, test } from "vitest";
import { contrastFeatures, contrastPairs } from "../../src/phrasebook/contrasts.ts";
import { phrasebook } from "../../src/phrasebook/phrasebook.ts";

const pairs = contrastPairs({ pairs: 60 });
const sentences = pairs.flatMap(({ sides }) => sides);
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}-]+/gu) ?? [];

describe("contrast pairs", () => {
  test("are as many as asked for, each once, and a function of their seed", () => {
    for (const feature of Object.keys(contrastFeatures)) {
      const own = pairs.filter((pair) => pair.feature === feature);
      // Few adjectives agree in sound and spelling, in three tenses.
      expect(own.length, feature).toBeGreaterThanOrEqual(feature === "agreement" ? 24 : 60);
      expect(new Set(own.map(({ sides }) => sides[0].source)).size).toBe(own.length);
    }
    expect(contrastPairs()).toEqual(contrastPairs());
    expect(contrastPairs({ seed: 2 })).not.toEqual(contrastPairs());
  });

  test("differ on both sides, in the word that they name", () => {
    for (const { feature, sides } of pairs) {
      const [first, second] = sides;
      expect(first.source).not.toBe(second.source);
      const [a, b] = sides.map(({ target, word }) => target.split(" ")[word]);
      expect(a, `${feature}: ${first.target}`).toBeDefined();
      expect(a).not.toBe(b);
    }
  });

  test("use the phrasebook's words, and translate as it does", () => {
    const { train, valid, test: held } = phrasebook();
    const known = new Map([...train, ...valid, ...held].map(({ source, target }) => [source, target]));
    const unknown = (side: "source" | "target"): string[] => {
      const words = new Set(train.flatMap((pair) => wordsOf(pair[side])));
      return sentences.flatMap((one) => wordsOf(one[side])).filter((word) => !words.has(word));
    };
    expect(unknown("source")).toEqual([]);
    // A form of a rare verb may be missing from the 30,000 pairs.
    expect(new Set(unknown("target")).size).toBeLessThanOrEqual(3);
    const shared = sentences.filter(({ source }) => known.has(source));
    expect(shared.length).toBeGreaterThan(40);
    expect(shared.filter(({ source, target }) => known.get(source) !== target)).toEqual([]);
  });

  test.each([
    ["tense", /^(\S+ )*(a|avons|avez|ont|est|sont|êtes|sommes)\b/],
    ["gender", /^Elle /],
    ["number", /^Les /],
    ["negation", / (ne |n')/],
    ["question", /^Est-ce (que |qu')/],
    ["article", / une? /],
  ] as const)("of %s say it in the second sentence", (feature, pattern) => {
    const own = pairs.filter((pair) => pair.feature === feature).map(({ sides }) => sides);
    expect(own.filter(([, second]) => !pattern.test(second.target))).toEqual([]);
  });
});
