import { expect, test } from "vitest";
import { countUnknown, unknownTokens } from "../../src/cli/unknown-tokens.ts";
import { trainTokenizer } from "../../src/text/train.ts";

test("unknown tokens are counted by their piece, which no typed text can spell", () => {
  const word = trainTokenizer(["we see ."], { kind: "word", vocab: 20 });
  const bpe = trainTokenizer(Array(9).fill("<unk> <unk>"), { kind: "bpe", vocab: 400 });
  const pieces = (text: string, { encode, token } = word): string[] => encode(text).map(token);
  expect(countUnknown(pieces("we see Oz , ."))).toBe(2);
  expect(countUnknown(pieces("we see ."))).toBe(0);
  expect(countUnknown(pieces("<unk>", bpe))).toBe(0);
});

test("one and many are told in words", () => {
  expect(unknownTokens(1)).toBe("heed: 1 unknown token was written as ⁇");
  expect(unknownTokens(12)).toBe("heed: 12 unknown tokens were written as ⁇");
});
