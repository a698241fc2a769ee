import { expect, test } from "vitest";
import { extent } from "../../src/pictures/extent.ts";

test("a scale has room around what is all alike, and none is made of rounding", () => {
  expect(extent([])).toEqual([0, 1]);
  expect(extent([0, 0])).toEqual([0, 1]);
  expect(extent([2, 2])).toEqual([1, 3]);
  expect(extent([-2])).toEqual([-3, -1]);
  const [low, high] = extent([2.44, 2.44 + 1e-7]);
  expect(high - low).toBeGreaterThan(2);
  expect(extent([1, 3, 2])).toEqual([1, 3]);
});
