import fc from "fast-check";
import { expect, test } from "vitest";
import { numberSet } from "../../src/data/number-set.ts";

test("a set of numbers knows which it has, as a Set does", () =>
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.maxSafeNat(), fc.nat(20)), { maxLength: 5000 }), (numbers) => {
      const [set, expected] = [numberSet(), new Set<number>()];
      for (const number of numbers) {
        expect(set.add(number)).toBe(!expected.has(number));
        expected.add(number);
      }
    }),
    { numRuns: 30 },
  ));
