import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { legacyParts, type TokenizerJson } from "../../src/text/layout.ts";
import { tokenizerFromJson } from "../../src/text/tokenizer-json.ts";
import { trainTokenizer } from "../../src/text/train.ts";
import { words } from "../../src/text/word-spans.ts";
import { composedSentences } from "./sentences.ts";

const corpus = composedSentences(400, 3);
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom("</s>", "<0x41>", "▁", "\ufeff", "\ud83d", "\ufffd", "", " ", "\u0000", "ΑΣ", "e\u0301"),
);

describe("any text survives", () => {
  for (const lowercase of [false, true]) {
    for (const kind of ["bpe", "char"] as const) {
      const tokenizer = trainTokenizer(corpus, { kind, vocab: 900, lowercase });
      test(`${kind}${lowercase ? " in lower case" : ""}: decode(encode(text)) is the normalised text`, () => {
        fc.assert(
          fc.property(fc.array(anyText, { maxLength: 4 }), (parts) => {
            const text = parts.join(" ");
            const ids = tokenizer.encode(text);
            expect(tokenizer.decode(ids)).toBe(tokenizer.normalize(text));
            expect(ids.every((id) => id >= 0 && id < tokenizer.size)).toBe(true);
            expect(ids.indexOf(tokenizer.special.eos)).toBe(ids.length - 1);
          }),
          { numRuns: 400 },
        );
      });
    }
    test(`normalising twice is normalising once${lowercase ? ", in lower case" : ""}`, () => {
      const { normalize } = trainTokenizer(["a"], { kind: "word", vocab: 9, lowercase });
      fc.assert(
        fc.property(anyText, (text) => {
          expect(normalize(normalize(text))).toBe(normalize(text));
        }),
      );
    });
  }
  test("word: decode(encode(text)) is the normalised text when every word is known", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1 }), (lines) => {
        const tokenizer = trainTokenizer(lines, { kind: "word", vocab: 10_000 });
        for (const line of lines)
          expect(tokenizer.decode(tokenizer.encode(line))).toBe(tokenizer.normalize(line));
      }),
    );
  });
});

describe("normalising", () => {
  const { normalize } = trainTokenizer(["a"], { kind: "word", vocab: 9 });
  const lower = trainTokenizer(["a"], { kind: "word", vocab: 9, lowercase: true }).normalize;
  test.each([
    [" a \t\n b\u00a0\u3000c ", "a b c"],
    ["cafe\u0301 ﬁ ｆ ½", "café fi f 1⁄2"],
    ["\ufeffBOM", "BOM"],
    ["half \ud83d emoji", "half \ufffd emoji"],
    ["a▁b", "a b"],
    ["\u0000\u0007", "\u0000\u0007"],
    ["👩‍👩‍👧‍👦 שָׁלוֹם हिन्दी", "👩‍👩‍👧‍👦 שָׁלוֹם हिन्दी".normalize("NFKC")],
  ])("%j becomes %j", (text, expected) => expect(normalize(text)).toBe(expected));
  test("lower case has one small sigma and composes what capitals could not", () => {
    expect(lower("ΟΔΥΣΣΕΥΣ İ H\u0331")).toBe("οδυσσευσ i̇ \u1e96");
  });
});

describe("special tokens", () => {
  const tokenizer = trainTokenizer(corpus, { kind: "bpe", vocab: 600 });
  test("have the ids 0 to 3", () => {
    expect(tokenizer.special).toEqual({ pad: 0, unk: 1, bos: 2, eos: 3 });
    expect([0, 1, 2, 3].map(tokenizer.token)).toEqual(["<pad>", "<unk>", "<s>", "</s>"]);
    expect(tokenizer.id("</s>")).toBe(3);
    expect(tokenizer.id("no such piece")).toBeUndefined();
  });
  test("are dropped when decoding, wherever they stand, but for an unknown word, which is shown", () => {
    const [first = 0, ...rest] = tokenizer.encode("नमस्ते दुनिया");
    expect(tokenizer.decode([2, first, 0, ...rest, 0, 0])).toBe("नमस्ते दुनिया");
    expect(tokenizer.decode([2, ...tokenizer.encode("नमस्ते"), 0, 1, 3])).toBe("नमस्ते ⁇");
    expect(tokenizer.decode(new Int32Array([3, 0]))).toBe("");
  });
  test("an unknown word stands apart from words, and punctuation follows it as it follows any", () => {
    const word = trainTokenizer(["we see (the) ' t , car . b"], { kind: "word", vocab: 50 });
    const { unk } = word.special;
    const id = (piece: string): number => word.id(piece) as number;
    const decoded = (text: string): string => word.decode(word.encode(text));
    expect(decoded("we see Zanzibar , Oz .")).toBe("we see ⁇ , ⁇ .");
    expect(decoded("Zanzibar Oz .")).toBe("⁇ ⁇ .");
    expect(word.decode([unk, unk, id("\u2581.")])).toBe("⁇ ⁇ .");
    expect(word.decode([id("\u2581we"), unk, id(")"), unk])).toBe("we ⁇) ⁇");
    const bpe = tokenizer.special.unk;
    expect(tokenizer.decode([...tokenizer.encode("The"), bpe, ...tokenizer.encode("quick")])).toBe(
      "The ⁇ quick",
    );
    expect(tokenizer.decode([bpe, tokenizer.id("a") as number, bpe])).toBe("⁇ a ⁇");
  });
  test("no text spells the sign of an unknown word", () => expect(tokenizer.normalize("⁇")).toBe("??"));
  test("an id outside the vocabulary is an error", () => {
    for (const id of [-1, 600, 1.5, Number.NaN]) {
      expect(() => tokenizer.decode([id])).toThrow(expect.objectContaining({ code: "ERR_SHAPE" }));
      expect(() => tokenizer.token(id)).toThrow(
        `id ${id} is not in the vocabulary of ${tokenizer.size} pieces`,
      );
    }
  });
  test("the empty text is only the end", () => {
    expect(tokenizer.encode("")).toEqual([3]);
    expect(tokenizer.encode(" \n ")).toEqual([3]);
  });
});

test("a million letters without a space take no more than seconds", () => {
  const tokenizer = trainTokenizer(corpus, { kind: "bpe", vocab: 600 });
  const text = "привет".repeat(170_000);
  const ids = tokenizer.encode(text);
  expect(tokenizer.decode(ids) === text).toBe(true);
}, 20_000);

describe("words", () => {
  test("pieces are grouped into the words between spaces", () => {
    const tokenizer = trainTokenizer(corpus, { kind: "bpe", vocab: 600 });
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 5 }), (parts) => {
        const text = tokenizer.normalize(parts.join(" "));
        const ids = [tokenizer.special.bos, ...tokenizer.encode(text), 0, 0];
        const spans = words(tokenizer, ids);
        expect(spans.map((span) => span.text)).toEqual(text === "" ? [] : text.split(" "));
        let at = 1;
        for (const { from, to } of spans) {
          expect(from).toBe(at);
          at = to;
        }
        expect(at).toBe(ids.length - 3);
      }),
    );
  });
  test("punctuation of a word vocabulary joins its word; an unknown word is a word", () => {
    const tokenizer = trainTokenizer(["I don't know."], { kind: "word", vocab: 100 });
    const spans = words(tokenizer, tokenizer.encode("I don't see."));
    expect(spans).toEqual([
      { text: "I", from: 0, to: 1 },
      { text: "don't", from: 1, to: 4 },
      { text: "⁇.", from: 4, to: 6 },
    ]);
  });
});

describe("tokenizer.json", () => {
  for (const kind of ["bpe", "char", "word"] as const) {
    test(`${kind}: what is written is read back as the same tokenizer`, () => {
      const tokenizer = trainTokenizer([...corpus, "__proto__ constructor 0 1 2"], {
        kind,
        vocab: 700,
        lowercase: true,
      });
      const text = JSON.stringify(tokenizer);
      const again = tokenizerFromJson(JSON.parse(text));
      expect(JSON.stringify(again)).toBe(text);
      expect({ kind: again.kind, size: again.size }).toEqual({ kind, size: tokenizer.size });
      for (const line of [...corpus, "__proto__"]) expect(again.encode(line)).toEqual(tokenizer.encode(line));
    });
  }

  test.each(["bpe", "char", "word"] as const)(
    "%s: a file of before, with added tokens, is read alike",
    (kind) => {
      const tokenizer = trainTokenizer(corpus, { kind, vocab: 700 });
      const layout = {
        model: kind === "word" ? "WordLevel" : "BPE",
        lowercase: false,
        byteFallback: kind !== "word",
      } as const;
      const legacy = { ...tokenizer.toJSON(), ...legacyParts(layout, tokenizer.special) };
      expect(legacy.added_tokens).toHaveLength(4);
      const again = tokenizerFromJson(JSON.parse(JSON.stringify(legacy)));
      expect(JSON.stringify(again)).toBe(JSON.stringify(tokenizer));
      const mixed = { ...legacy, decoder: tokenizer.toJSON().decoder };
      expect(() => tokenizerFromJson(mixed)).toThrow("decoder.decoders is an array of");
    },
  );

  const sound = JSON.stringify(trainTokenizer(["aa aa bb bb"], { kind: "bpe", vocab: 270 }));
  const cases: [string, (json: Writable) => unknown, string][] = [
    ["null", () => null, "is not a JSON object"],
    ["no model", (json) => ({ ...json, model: undefined }), "model is not an object"],
    [
      "a unigram model",
      (json) => set(json.model, "type", "Unigram"),
      'model.type "Unigram" is not supported; use BPE or WordLevel',
    ],
    [
      "a foreign regular expression",
      (json) => set(json.normalizer.normalizers[3].pattern, "Regex", "(a+)+$"),
      'normalizer.normalizers[3].pattern.Regex is "(a+)+$", not "\\\\s+"',
    ],
    [
      "another pre-tokeniser",
      (json) => set(json, "pre_tokenizer", { type: "Whitespace" }),
      'pre_tokenizer.type is "Whitespace", not "Metaspace"; use a tokenizer.json written by Heed',
    ],
    ["an unknown key", (json) => set(json.decoder, "extra", 1), 'decoder has an unknown key "extra"'],
    ["no decoder", (json) => set(json, "decoder", null), "decoder is null"],
    ["dropout", (json) => set(json.model, "dropout", 0.1), "model.dropout is 0.1, not null"],
    [
      "two pieces of one id",
      (json) => set(json.model.vocab, "a", 262),
      "has id 262, which another piece has",
    ],
    [
      "a hole in the ids",
      (json) => set(json.model.vocab, "a", 1e6),
      'model.vocab["a"] is 1000000; ids run from 0 to',
    ],
    ["an id that is text", (json) => set(json.model.vocab, "a", "x"), 'model.vocab["a"] is "x"'],
    ["no end token", (json) => rename(json.model.vocab, "</s>", "</S>"), "model.vocab has no </s>"],
    ["a missing byte", (json) => rename(json.model.vocab, "<0x7F>", "zz"), "model.vocab has no <0x7F>"],
    ["the empty piece", (json) => rename(json.model.vocab, "b", ""), 'has the piece "", which is empty'],
    [
      "merges of another kind",
      (json) => set(json.model, "merges", ["a a"]),
      "model.merges[0] is not a pair of pieces",
    ],
    [
      "a merge of nothing known",
      (json) => set(json.model, "merges", [["a", "z"]]),
      'model.merges[0] needs "z", which is not in model.vocab',
    ],
    ["a merge given twice", (json) => json.model.merges.push(json.model.merges[0]), "repeats an earlier one"],
    [
      "an added token",
      (json) => json.added_tokens.push({ id: 9, content: "x" }),
      "added_tokens is an array of 1",
    ],
    ["a vocabulary that is a list", (json) => set(json.model, "vocab", []), "model.vocab is not an object"],
    [
      "deep nesting",
      (json) => set(json, "normalizer", JSON.parse("[".repeat(1e5) + "]".repeat(1e5))),
      "normalizer is an array",
    ],
  ];
  for (const [name, spoil, message] of cases) {
    test(`${name} is refused`, () => {
      const json = JSON.parse(sound) as Writable;
      const result = spoil(json);
      const spoiled = name === "null" || name === "no model" ? result : json;
      expect(() => tokenizerFromJson(spoiled, "run/tokenizer.json")).toThrow(message);
      expect(() => tokenizerFromJson(spoiled, "run/tokenizer.json")).toThrow(
        expect.objectContaining({
          code: "ERR_MODEL",
          message: expect.stringMatching(/^run\/tokenizer\.json: /),
        }),
      );
    });
  }
  test("nothing that JSON can hold gets past the checks as another error", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom(...(Object.keys(JSON.parse(sound)) as (keyof TokenizerJson)[])),
        (value, key) => {
          for (const json of [
            value,
            { ...JSON.parse(sound), [key]: value },
            { ...JSON.parse(sound), model: { type: "BPE", [key]: value } },
          ]) {
            try {
              tokenizerFromJson(json);
            } catch (error) {
              expect(error).toMatchObject({ code: "ERR_MODEL" });
            }
          }
        },
      ),
    );
  });
});

// biome-ignore lint/suspicious/noExplicitAny: tests spoil parsed JSON on purpose
type Writable = any;
const set = (object: Writable, key: string, value: unknown) => {
  object[key] = value;
};
const rename = (object: Writable, from: string, to: string) => {
  object[to] = object[from];
  delete object[from];
};
