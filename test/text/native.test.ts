/** The native `tokenizers` library and `@huggingface/tokenizers` give the same ids and texts as Heed. */

import * as javascript from "@huggingface/tokenizers";
import fc from "fast-check";
import native from "tokenizers";
import { describe, expect, test } from "vitest";
import { specialTokens, tokenizerConfigJson } from "../../src/text/layout.ts";
import type { Tokenizer } from "../../src/text/tokenizer.ts";
import { trainTokenizer } from "../../src/text/train.ts";
import { composedSentences, dataMissing, realSentences } from "./sentences.ts";

const real = realSentences();
const sentences = [...real, ...composedSentences(10_000 - real.length)];
// Half of the sentences, so that the other half has words and characters never seen.
const corpus = sentences.filter((_, at) => at % 2 === 0);

const nativeOf = (tokenizer: Tokenizer) => native.Tokenizer.fromString(JSON.stringify(tokenizer));
const javascriptOf = (tokenizer: Tokenizer) =>
  new javascript.Tokenizer(JSON.parse(JSON.stringify(tokenizer)), tokenizerConfigJson());

test.skipIf(dataMissing)(
  `real sentences are among the 10,000${dataMissing ? ` (skipped: ${dataMissing})` : ""}`,
  () => {
    expect(real.length).toBe(4000);
    expect(sentences.length).toBe(10_000);
  },
);

const vocabs = { bpe: 3000, char: 500, word: 3000 };
for (const kind of ["bpe", "char", "word"] as const) {
  for (const lowercase of [false, true]) {
    describe(`${kind}${lowercase ? " in lower case" : ""}`, () => {
      const tokenizer = trainTokenizer(corpus, { kind, vocab: vocabs[kind], lowercase });
      const ids = sentences.map((sentence) => tokenizer.encode(sentence));

      test("10,000 sentences get the ids of the native library", async () => {
        const encodings = await nativeOf(tokenizer).encodeBatch(sentences);
        const differing = sentences.filter((_, at) => encodings[at]?.getIds().join() !== ids[at]?.join());
        expect(differing).toEqual([]);
      });

      test("10,000 sequences of ids decode to the text of the native library", async () => {
        const texts = await nativeOf(tokenizer).decodeBatch(ids, true);
        expect(ids.map((sequence) => tokenizer.decode(sequence))).toEqual(texts);
      });

      test("the native library normalises alike", () => {
        const normalizer = nativeOf(tokenizer).getNormalizer();
        for (const sentence of sentences) {
          expect(tokenizer.normalize(sentence)).toBe(normalizer?.normalizeString(sentence));
        }
      });

      test("@huggingface/tokenizers reads the file and gives the same ids and texts", () => {
        const other = javascriptOf(tokenizer);
        for (let at = 0; at < sentences.length; at += 10) {
          expect(other.encode(sentences[at] as string).ids).toEqual(ids[at]);
          const text = other.decode(ids[at] as number[], { skip_special_tokens: true });
          expect(text).toBe(tokenizer.decode(ids[at] as number[]));
        }
      });

      test("what was not in the corpus is met too", () => {
        const used = new Set(ids.flat());
        const bytes = [...used].filter((id) => /^<0x..>$/.test(tokenizer.token(id)));
        if (kind === "word") expect(used.has(tokenizer.special.unk)).toBe(true);
        else expect(bytes.length).toBeGreaterThan(50);
        expect(kind !== "word" && used.has(tokenizer.special.unk)).toBe(false);
      });
    });
  }
}

test("the composed sentences have five scripts and more, emoji, combining marks, right-to-left text", () => {
  const all = composedSentences(2000).join(" ");
  const wanted = [
    "Latin",
    "Cyrillic",
    "Greek",
    "Arabic",
    "Hebrew",
    "Devanagari",
    "Thai",
    "Han",
    "Hiragana",
    "Hangul",
  ];
  for (const script of wanted) expect(all).toMatch(new RegExp(`\\p{Script=${script}}{2}`, "u"));
  expect(all).toMatch(/\p{Emoji_Presentation}\u200d/u);
  expect(all).toMatch(/\p{L}\p{M}{2}/u);
});

describe.each(["bpe", "char", "word"] as const)("special tokens of a vocabulary of kind %s", (kind) => {
  const tokenizer = trainTokenizer(corpus.slice(0, 500), { kind, vocab: 800 });
  const { special } = tokenizer;
  const [rust, other] = [nativeOf(tokenizer), javascriptOf(tokenizer)];
  const specials = Object.values(specialTokens);
  const places = (token: string): string[] => [
    token,
    `We see ${token} the green car.`,
    `We see${token}the`,
    `${token} first`,
    `last ${token}`,
    `x${token}${token}`,
  ];

  test.each([...specials, "<0x41>"])(
    "%s written in a text is text to Heed and to both libraries",
    async (token) => {
      for (const text of places(token)) {
        const ids = tokenizer.encode(text);
        expect((await rust.encode(text)).getIds(), text).toEqual(ids);
        expect(other.encode(text).ids, text).toEqual(ids);
        expect(ids.indexOf(special.eos)).toBe(ids.length - 1);
        expect(ids).not.toContain(special.pad);
        expect(ids).not.toContain(special.bos);
        if (kind !== "word") expect(tokenizer.decode(ids)).toBe(text);
      }
    },
  );

  test("any ids at all decode alike, unknown words shown and other specials dropped", async () => {
    const any = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: tokenizer.size - 1 }));
    await fc.assert(
      fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 30 }), async (ids) => {
        const text = tokenizer.decode(ids);
        for (const skip of [true, false]) {
          expect(await rust.decode(ids, skip)).toBe(text);
          // Bytes that are not UTF-8 are one U+FFFD each here, and what TextDecoder makes of them there.
          if (!text.includes("\ufffd")) expect(other.decode(ids, { skip_special_tokens: skip })).toBe(text);
        }
        const unknown = ids.filter((id) => id === special.unk).length;
        expect(text.split("⁇").length - 1).toBe(unknown);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

test("bytes that are not UTF-8 decode as in the native library", async () => {
  const tokenizer = trainTokenizer(["a"], { kind: "char", vocab: 300 });
  const at = (byte: string) => tokenizer.id(`<0x${byte}>`) as number;
  const a = tokenizer.id("a") as number;
  const other = nativeOf(tokenizer);
  for (const bytes of [
    ["E2", "82"],
    ["E2", "82", "AC"],
    ["FF", "41"],
    ["C3", "28"],
    ["EF", "BB", "BF"],
  ]) {
    const ids = [a, ...bytes.map(at), a];
    expect(tokenizer.decode(ids)).toBe(await other.decode(ids, true));
  }
});

test("20,000 letters without a space get the ids of the native library", async () => {
  const tokenizer = trainTokenizer(corpus, { kind: "bpe", vocab: 3000 });
  const text = composedSentences(2000, 7).join("").replaceAll(/\s/g, "").slice(0, 20_000);
  expect(tokenizer.encode(text)).toEqual((await nativeOf(tokenizer).encode(text)).getIds());
});
