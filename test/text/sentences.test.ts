import fc from "fast-check";
import { expect, test } from "vitest";
import { type SentenceOptions, sentencesOf } from "../../src/text/sentences.ts";

const split = (text: string, options?: SentenceOptions): string[] =>
  sentencesOf(text, options).map(({ from, to }) => text.slice(from, to));

test("a sentence ends where Unicode says, not after a title, an initial or a reference", () => {
  expect(split('Mr. Smith met Dr. Jones. They said: "Hi! How are you?" Fine.')).toEqual([
    "Mr. Smith met Dr. Jones.",
    'They said: "Hi!',
    'How are you?"',
    "Fine.",
  ]);
  expect(
    split("J. R. Miller joined the U.S. Navy. See p. 5 in vol. 3, fig. 2. It costs 3.5 dollars."),
  ).toEqual(["J. R. Miller joined the U.S. Navy.", "See p. 5 in vol. 3, fig. 2.", "It costs 3.5 dollars."]);
});

test("abbreviations are those of the language", () => {
  expect(split("Am 3. Mai kam Hr. Weber, z.B. Er blieb.", { language: "de" })).toHaveLength(1);
  expect(split("Am 3. Mai kam Frl. Weber. Er blieb.", { language: "de" })).toHaveLength(2);
  expect(split("Voir Mme. Dupont. Elle est là.", { language: "fr" })).toHaveLength(2);
  expect(split("他来了。她走了。", { language: "zh" })).toEqual(["他来了。", "她走了。"]);
});

test("lines and columns are sentences; what has no letters is none", () => {
  expect(split("One\nTwo\tThree\r\n\n---\n 4 \n")).toEqual(["One", "Two", "Three", "4"]);
  expect(split("Dr.\nSmith")).toEqual(["Dr.", "Smith"]);
});

test("a long sentence is cut at the best mark of its second half", () => {
  expect(split("we came, we saw; we won, we left and that was all", { most: 30 })).toEqual([
    "we came, we saw;",
    "we won, we left and that was",
    "all",
  ]);
  expect(split("x".repeat(10), { most: 4 })).toEqual(["xxxx", "xxxx", "xx"]);
  expect(split("a😀b", { most: 1 })).toEqual(["a", "b"]);
});

test("sentences are in order, keep every letter, are trimmed, and fit", () => {
  const words = fc.constantFrom(
    "Mr.",
    "a",
    "été",
    "猫。",
    "3.",
    "so,",
    "😀",
    "\n",
    "  ",
    "end.",
    "Why?",
    "\t",
    "¿",
    "z.B.",
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), fc.integer({ min: 8, max: 60 }), (parts, most) => {
      const text = parts.join(" ");
      const spans = sentencesOf(text, { most });
      let at = 0;
      for (const { from, to } of spans) {
        expect(text.slice(at, from)).not.toMatch(/[\p{L}\p{N}]/u);
        const sentence = text.slice(from, to);
        expect(sentence.trim()).toBe(sentence);
        expect(new TextEncoder().encode(sentence).length).toBeLessThanOrEqual(most);
        at = to;
      }
      expect(text.slice(at)).not.toMatch(/[\p{L}\p{N}]/u);
    }),
  );
});
