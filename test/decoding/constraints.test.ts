import { expect, test } from "vitest";
import {
  beginWith,
  type Constraint,
  likeliest,
  minLength,
  noRepeatNgram,
  repetitionPenalty,
  sequenceBias,
  tokenBias,
} from "../../src/decoding/constraints.ts";

const after = (constraint: Constraint, ids: number[], scores = [-1, -2, -3, -4]): number[] => {
  const changed = Float32Array.from(scores);
  constraint(changed, { ids, sentence: 0 });
  return [...changed];
};

test("no n-gram twice: what would complete one that occurred is forbidden", () => {
  expect(after(noRepeatNgram(3), [0, 1, 2, 0, 1])).toEqual([-1, -2, -Infinity, -4]);
  expect(after(noRepeatNgram(2), [0, 1, 0, 2, 0])).toEqual([-1, -Infinity, -Infinity, -4]);
  expect(after(noRepeatNgram(1), [3, 0])).toEqual([-Infinity, -2, -3, -Infinity]);
  expect(after(noRepeatNgram(3), [0, 1])).toEqual([-1, -2, -3, -4]);
  expect(after(noRepeatNgram(2), [1, 1])).toEqual([-1, -Infinity, -3, -4]);
  expect(after(noRepeatNgram(4), [])).toEqual([-1, -2, -3, -4]);
});

test("a repetition penalty multiplies once, however often a token was written", () => {
  expect(after(repetitionPenalty(2), [1, 1, 3])).toEqual([-1, -4, -3, -8]);
});

test("a bias is added, and minus infinity bans", () => {
  expect(
    after(
      tokenBias(
        new Map([
          [0, 0.5],
          [2, -Infinity],
        ]),
      ),
      [],
    ),
  ).toEqual([-0.5, -2, -Infinity, -4]);
});

test("a bias of several tokens is added to the last where the others were just written", () => {
  const biased = sequenceBias([
    { ids: [0, 1, 2], bias: -Infinity },
    { ids: [3], bias: 0.5 },
  ]);
  expect(after(biased, [])).toEqual([-1, -2, -3, -3.5]);
  expect(after(biased, [0])).toEqual([-1, -2, -3, -3.5]);
  expect(after(biased, [3, 0, 1])).toEqual([-1, -2, -Infinity, -3.5]);
  expect(after(biased, [0, 1, 3])).toEqual([-1, -2, -3, -3.5]);
});

test("nothing ends before its least length", () => {
  expect(after(minLength(2, 3), [0])).toEqual([-1, -2, -3, -Infinity]);
  expect(after(minLength(2, 3), [0, 1])).toEqual([-1, -2, -3, -4]);
});

test("a prefix leaves one token at its places and keeps that token's score", () => {
  expect(after(beginWith([2, 1]), [])).toEqual([-Infinity, -Infinity, -3, -Infinity]);
  expect(after(beginWith([2, 1]), [2])).toEqual([-Infinity, -2, -Infinity, -Infinity]);
  expect(after(beginWith([2, 1]), [2, 1])).toEqual([-1, -2, -3, -4]);
});

test("the likeliest of each row, best first, of equals the smaller id", () => {
  const { tokens, logProbabilities } = likeliest(
    Float32Array.of(-3, -1, -2, -1, -5, -4, -Infinity, -4),
    2,
    3,
  );
  expect([...tokens]).toEqual([1, 3, 2, 1, 3, 0]);
  expect([...logProbabilities]).toEqual([-1, -1, -2, -4, -4, -5]);
});
