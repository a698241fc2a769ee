import { expect, test } from "vitest";
import type { Stepper } from "../../src/decoding/stepper.ts";
import { beginVisibly, unseenTokens, visiblyBegun } from "../../src/decoding/visible.ts";
import { trainTokenizer } from "../../src/text/train.ts";

test("what shows nothing: specials but <unk>, a space, and what Unicode renders as nothing", () => {
  const tokenizer = trainTokenizer(["a b\u00ad\u200bc"], { kind: "char", vocab: 300 });
  const { first, further } = unseenTokens(tokenizer);
  const { pad, bos, eos, unk } = tokenizer.special;
  expect([...first].sort()).toEqual([pad, bos, eos].sort());
  for (const id of first) expect(further).toContain(id);
  const pieces = [...further].map((id) => tokenizer.token(id));
  for (const piece of ["▁", "\u00ad", "\u200b", "<0x20>", "<0x00>"])
    if (tokenizer.id(piece) !== undefined) expect(pieces).toContain(piece);
  expect(tokenizer.id("▁")).toBeDefined();
  for (const shown of ["a", "b", "c"]) expect(pieces).not.toContain(shown);
  expect(further.has(unk)).toBe(false);
});

const unseen = { first: new Set([0, 1]), further: new Set([0, 1, 2]) };

test("a text begins with what shows, or one space before it", () => {
  const after = (ids: number[]): number[] => {
    const scores = Float32Array.of(-1, -2, -3, -4);
    beginVisibly(unseen)(scores, { ids, sentence: 0 });
    return [...scores];
  };
  expect(after([])).toEqual([-Infinity, -Infinity, -3, -4]);
  expect(after([2])).toEqual([-Infinity, -Infinity, -Infinity, -4]);
  expect(after([2, 3])).toEqual([-1, -2, -3, -4]);
});

test("a stepper leaves out the candidates that show nothing, each hypothesis for itself", async () => {
  const inner: Stepper = {
    candidates: 2,
    start: async () => ({
      step: async (from, _, __, extra = 0) => ({
        each: 2 + extra,
        tokens: Int32Array.from([...from].flatMap(() => [1, 2, 0, 3, 4].slice(0, 2 + extra))),
        logProbabilities: Float32Array.from(
          [...from].flatMap(() => [-1, -2, -3, -4, -5].slice(0, 2 + extra)),
        ),
      }),
      end: () => undefined,
    }),
    close: () => undefined,
  };
  const stepper = visiblyBegun(inner, unseen, 2);
  expect(stepper.candidates).toBe(2);
  const decoding = await stepper.start([[7]]);
  const step = async (from: number[], tokens: number[]): Promise<number[][]> => {
    const zeros = new Int32Array(from.length);
    const found = await decoding.step(Int32Array.from(from), zeros, Int32Array.from(tokens));
    return [[...(found.tokens ?? [])], [...found.logProbabilities]];
  };
  expect(await step([0], [9])).toEqual([
    [2, 3],
    [-2, -4],
  ]);
  // The first goes on with a space, the second with a word.
  expect((await step([0, 0], [2, 3]))[0]).toEqual([3, 4, 1, 2]);
  expect((await step([1, 0], [2, 4]))[0]).toEqual([1, 2, 1, 2]);
});
