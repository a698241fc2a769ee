import { expect, test } from "vitest";
import { exactMatch } from "../../src/evaluation/exact-match.ts";

test("counts a hypothesis that is any of its references, white space at the ends aside", () => {
  const references = [
    ["a b", "c", "d", "e"],
    ["x", " y ", undefined, undefined],
  ];
  expect(exactMatch(["a b", "y", "D", "f"], references)).toBe(50);
});

test("refuses what cannot be counted", () => {
  expect(() => exactMatch([], [[]])).toThrow("nothing to score");
  expect(() => exactMatch(["a"], [["a", "b"]])).toThrow("1 hypotheses but 2 references");
});
