import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBfloat16, encodeBfloat16 } from "../../src/distributed/bfloat16.ts";
import { shareOf } from "../../src/distributed/share.ts";

const shares = (items: readonly number[], size: number): number[][] =>
  Array.from({ length: size }, (_, rank) => shareOf(items, { rank, size }));

test("each example of a batch belongs to one rank, and ranks differ by one example", () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), (lengths, size) => {
      const items = lengths.map((_, i) => i);
      const dealt = shares(items, size);
      expect(dealt.flat().sort((a, b) => a - b)).toEqual(items);
      const counts = dealt.map(({ length }) => length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test("examples sorted by length: ranks differ by the tokens of one example and the spread of lengths", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 80 })),
      fc.integer({ min: 1, max: 9 }),
      (lengths, size) => {
        const sorted = [...lengths].sort((a, b) => a - b);
        const tokens = shares(sorted, size).map((share) => share.reduce((sum, each) => sum + each, 0));
        const longest = sorted.at(-1) ?? 0;
        expect(Math.max(...tokens) - Math.min(...tokens)).toBeLessThanOrEqual(2 * longest);
      },
    ),
  );
});

test("a process alone has every example", () => {
  expect(shareOf([3, 1, 2], { rank: 0, size: 1 })).toEqual([3, 1, 2]);
});

/** The right-hand sides: torch 2.15, `torch.tensor(x).bfloat16().float()`. */
test("numbers are rounded to bfloat16 as PyTorch rounds them", () => {
  const numbers = Float32Array.of(
    1,
    1.00390625,
    1.01171875,
    -2.7182817,
    3e38,
    3.4e38,
    1e-40,
    0.1,
    65535,
    Infinity,
    1.0078125,
  );
  const [rounded, back] = [new Uint16Array(numbers.length), new Float32Array(numbers.length)];
  encodeBfloat16(numbers, rounded);
  decodeBfloat16(rounded, back);
  expect([...back]).toEqual([
    ...Float32Array.of(
      1.0,
      1.0,
      1.015625,
      -2.71875,
      3.00405527047391e38,
      Infinity,
      9.183549615799121e-41,
      0.10009765625,
      65536.0,
      Infinity,
      1.0078125,
    ),
  ]);
});

test("what is no number stays none, whatever its bits", () => {
  const numbers = new Float32Array(Uint32Array.of(0x7f80_0001, 0xffff_ffff).buffer);
  const [rounded, back] = [new Uint16Array(2), new Float32Array(2)];
  encodeBfloat16(numbers, rounded);
  decodeBfloat16(rounded, back);
  expect([...back]).toEqual([Number.NaN, Number.NaN]);
});
