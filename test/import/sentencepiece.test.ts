/** SentencePiece vocabularies, held to Python's sentencepiece: test/golden/import/make_spm.py. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HeedError } from "../../src/errors.ts";
import { decodeSentencePiece, tokenizerJsonOf } from "../../src/formats/sentencepiece.ts";
import { importedTokenizer } from "../../src/text/imported-tokenizer.ts";

const at = (name: string): URL => new URL(`../golden/import/${name}`, import.meta.url);
const bytes = new Uint8Array(readFileSync(at("unigram.spm")));
const golden = JSON.parse(readFileSync(at("unigram.json"), "utf8")) as {
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly decoded: readonly string[];
};

describe("a unigram vocabulary", () => {
  const vocabulary = decodeSentencePiece(bytes, "unigram.spm");
  const json = tokenizerJsonOf(vocabulary, { end: "</s>", where: "unigram.spm" });
  const size = vocabulary.pieces.length;
  const ids = { size, pad: 0, bos: 0, eos: 0, unk: 1, addsEnd: false, cleansUp: false };
  const tokenizer = importedTokenizer(json, ids);

  test.each(golden.texts.map((text, i) => [text, golden.ids[i]] as const))(
    "splits %j as Python does",
    (text, expected) => {
      expect(tokenizer.encode(text)).toEqual([...(expected ?? []), 0]);
    },
  );

  test("joins pieces as Python does", () => {
    for (const [i, row] of golden.ids.entries())
      if (!row.includes(1)) expect(tokenizer.decode(row)).toBe(golden.decoded[i]);
  });
});

test("damaged bytes are refused, never taken for a vocabulary of another length", () => {
  const damaged = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  fc.assert(
    fc.property(damaged, ([place, byte]) => {
      const copy = Uint8Array.from(bytes);
      copy[place] = byte;
      try {
        decodeSentencePiece(copy.subarray(0, place % 3 === 0 ? place : copy.length), "damaged.spm");
      } catch (error) {
        expect(error).toBeInstanceOf(HeedError);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});
