import fc from "fast-check";
import { expect, test } from "vitest";
import {
  elements,
  evaluate,
  plus,
  type Size,
  sameShape,
  showShape,
  symbolsOf,
  termsOf,
  times,
} from "../../src/ir/size.ts";

const names = ["batch", "source", "past"];

/** Sizes made of sums and products of names and small numbers. */
const size: fc.Arbitrary<Size> = fc.letrec<{ size: Size }>((tie) => ({
  size: fc.oneof(
    { depthSize: "small" },
    fc.nat(6),
    fc.constantFrom(...names),
    fc.tuple(tie("size"), tie("size")).map(([a, b]) => plus(a, b)),
    fc.tuple(tie("size"), tie("size")).map(([a, b]) => times(a, b)),
  ),
})).size;
const lengths = fc
  .tuple(fc.nat(9), fc.nat(9), fc.nat(9))
  .map((numbers) => new Map(names.map((name, i) => [name, numbers[i] ?? 0])));

test("a sum or product of sizes means the sum or product of what they mean", () => {
  fc.assert(
    fc.property(size, size, lengths, (a, b, known) => {
      const [x, y] = [evaluate(a, known) as number, evaluate(b, known) as number];
      expect(evaluate(plus(a, b), known)).toBe(x + y);
      expect(evaluate(times(a, b), known)).toBe(x * y);
    }),
  );
});

test("equal sizes have one spelling, however they were made", () => {
  fc.assert(
    fc.property(size, size, size, (a, b, c) => {
      expect(plus(a, b)).toBe(plus(b, a));
      expect(times(a, b)).toBe(times(b, a));
      expect(plus(plus(a, b), c)).toBe(plus(a, plus(b, c)));
      expect(times(times(a, b), c)).toBe(times(a, times(b, c)));
      expect(times(a, plus(b, c))).toBe(plus(times(a, b), times(a, c)));
      expect(plus(a, 0)).toBe(a);
      expect(times(a, 1)).toBe(a);
      expect(times(a, 0)).toBe(0);
      expect(elements([a, b, c])).toBe(elements([c, a, b]));
    }),
  );
});

test("spellings are short and sorted", () => {
  expect(plus(1, "past")).toBe("past+1");
  expect(plus("batch", "batch")).toBe("2*batch");
  expect(times("source", "batch")).toBe("batch*source");
  expect(plus("past", -1)).toBe("past+-1");
  expect(plus(plus("past", 1), -1)).toBe("past");
  expect(times(plus("past", 1), "past")).toBe("past+past*past");
  expect(elements([])).toBe(1);
  expect(showShape(["batch", "past+1", 64])).toBe("[batch, past+1, 64]");
});

test("a size knows its symbols and its terms", () => {
  expect(symbolsOf("2*batch*source+past+1")).toEqual(["batch", "source", "past"]);
  expect(symbolsOf(7)).toEqual([]);
  expect(termsOf("2*batch+1")).toEqual([[2, "batch"], [1]]);
  expect(evaluate("batch+past", new Map([["batch", 2]]))).toBeUndefined();
  expect(sameShape(["batch", 2], ["batch", 2])).toBe(true);
  expect(sameShape(["batch", 2], ["batch"])).toBe(false);
});
