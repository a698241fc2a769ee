/** What the translate view makes of texts, without a page. */
import { trainTokenizer } from "heed/text";
import { describe, expect, test } from "vitest";
import { unknownWords } from "../../studio/src/model/unknown-words.ts";
import { growingParts } from "../../studio/src/pictures/growing.ts";

describe("words that a vocabulary does not have are named", () => {
  const corpus = ["the red house and the green car ".repeat(20)];
  test("of whole words", () => {
    const tokenizer = trainTokenizer(corpus, { kind: "word", vocab: 20 });
    expect(unknownWords(tokenizer, "the blue house, the blue car")).toEqual(["blue", "house,"]);
    expect(unknownWords(tokenizer, "the red car")).toEqual([]);
  });
  test("of pieces, where characters are read as bytes", () => {
    const tokenizer = trainTokenizer(corpus, { kind: "bpe", vocab: 300 });
    expect(unknownWords(tokenizer, "the ❤ house 日本 <unk>")).toEqual(["❤", "日本", "<unk>"]);
    expect(unknownWords(tokenizer, "the red car")).toEqual([]);
  });
  test("a dozen of them", () => {
    const tokenizer = trainTokenizer(corpus, { kind: "word", vocab: 20 });
    expect(unknownWords(tokenizer, Array.from({ length: 40 }, (_, i) => `w${i}`).join(" ")).length).toBe(12);
  });
});

describe("a translation while it is written", () => {
  const tokens = ["▁Nous", "▁ne", "▁vo", "yons", "</s>"];
  test("stays as far as it is settled, and the rest is open", () => {
    const text = "Nous ne voyons";
    expect(growingParts({ text, tokens, settled: 2 })).toEqual({ fixed: "Nous ne", open: " voyons" });
    expect(growingParts({ text, tokens, settled: 5 })).toEqual({ fixed: text, open: "" });
    expect(growingParts({ text, tokens, settled: 0 })).toEqual({ fixed: "", open: text });
  });
  test("whose pieces do not stand in its text is open as a whole", () => {
    const bytes = { text: "❤", tokens: ["▁", "<0xE2>", "<0x9D>", "<0xA4>"], settled: 4 };
    expect(growingParts(bytes)).toEqual({ fixed: "", open: "❤" });
  });
});
