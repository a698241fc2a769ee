/** What defaults are fitted to is counted in any script, and in a large corpus by every nth example. */
import { expect, test } from "vitest";
import { corpusSize } from "../../src/tasks/corpus-size.ts";

const of = (...pairs: readonly (readonly [string, string])[]) =>
  corpusSize("pairs", pairs, ([source, target]) => [target, source]);

test("words of the targets, of both sides, and different ones", () => {
  expect(of(["the cat", "le chat"], ["the dog!", "le chien !"])).toEqual({
    name: "2 pairs",
    examples: 2,
    words: 5,
    allWords: 10,
    types: 7,
  });
});

test("signs of scripts without spaces count one by one", () => {
  expect(of(["I am tired.", "我累了。"])).toMatchObject({ words: 4, allWords: 8 });
  expect(of(["a", "naïve été 1994"])).toMatchObject({ words: 3 });
});

test("a large corpus is counted by a part of it", () => {
  const pairs = Array.from({ length: 250_001 }, () => ["one two", "un deux trois"] as const);
  expect(of(...pairs.slice(0, 3))).toMatchObject({ examples: 3, words: 9 });
  const { words, allWords, types } = corpusSize("pairs", pairs, ([source, target]) => [target, source]);
  expect([words, allWords, types]).toEqual([750_003, 1_250_005, 5]);
});

test("nothing is of no size", () => {
  expect(of()).toEqual({ name: "0 pairs", examples: 0, words: 0, allWords: 0, types: 0 });
});
