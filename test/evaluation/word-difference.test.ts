import { expect, test } from "vitest";
import { wordDifference } from "../../src/evaluation/word-difference.ts";

/** Own words in brackets. */
const marked = (a: string, b: string): string[] =>
  wordDifference(a, b).map((pieces) =>
    pieces.map(({ word, isOwn }) => (isOwn ? `[${word}]` : word)).join(" "),
  );

test("words that only one of two texts has are its own", () => {
  expect(marked("the cat sat down", "the dog sat")).toEqual(["the [cat] sat [down]", "the [dog] sat"]);
  expect(marked("a b c", "b c d")).toEqual(["[a] b c", "b c [d]"]);
  expect(marked("", "a  b")).toEqual(["", "[a] [b]"]);
  expect(marked("a a", "a")).toEqual([expect.stringMatching(/^(a \[a\]|\[a\] a)$/), "a"]);
});
