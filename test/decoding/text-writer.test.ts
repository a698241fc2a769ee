/** Text that appears token by token is the text of all tokens. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textWriter } from "../../src/decoding/text-writer.ts";
import type { Tokenizer } from "../../src/text/tokenizer.ts";
import { trainTokenizer } from "../../src/text/train.ts";

const text = ["the cat sees the dog", "le garçon voit 👍🏽 et 猫", "no, it's not!", "  a  b"];
const tokenizers = (["bpe", "char", "word"] as const).map((kind) =>
  trainTokenizer(text, { kind, vocab: kind === "word" ? 40 : 330 }),
);

const written = (tokenizer: Tokenizer, prompt: string, tokens: readonly number[]): string => {
  const writer = textWriter(tokenizer, prompt);
  return [...tokens.map(writer.push), writer.end()].join("");
};

describe.each(tokenizers.map((one) => [one.kind, one] as const))("%s", (_, tokenizer) => {
  const { eos, unk, pad, bos } = tokenizer.special;
  const isByte = (id: number): boolean => tokenizer.token(id).startsWith("<0x");
  const ids = Array.from({ length: tokenizer.size }, (_, id) => id);

  test("any pieces without single bytes give the text of their lines", () => {
    const whole = ids.filter((id) => !isByte(id));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(eos, ...whole), { maxLength: 60 }), (tokens) => {
        const lines: number[][] = [[]];
        for (const token of tokens) {
          if (token === eos) lines.push([]);
          else lines.at(-1)?.push(token);
        }
        expect(written(tokenizer, "", tokens)).toBe(lines.map((line) => tokenizer.decode(line)).join("\n"));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("any ids at all lose nothing but the bytes that are no character", () => {
    const plain = (line: string): string => line.replaceAll("\ufffd", "").replaceAll(" ", "");
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ids), { maxLength: 60 }), (tokens) => {
        const kept = tokens.filter((id) => ![eos, unk, pad, bos].includes(id));
        const pieces = kept.filter((id) => !isByte(id)).map((id) => tokenizer.token(id).replaceAll("▁", ""));
        let at = 0;
        const all = plain(written(tokenizer, "", kept));
        for (const piece of pieces) {
          const found = all.indexOf(piece, at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + piece.length;
        }
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test.each(text)("%j comes back, emoji and all, after half of it as a prompt", (line) => {
    const all = tokenizer.normalize(line);
    const [half = ""] = /^.*? .*?(?= )/u.exec(all) ?? [all];
    const rest = tokenizer.encode(all).slice(tokenizer.encode(half).length - 1, -1);
    expect(half + written(tokenizer, half, rest)).toBe(all);
  });
});

test("a stray byte after a character does not silence the rest of the line", () => {
  const char = tokenizers[1] as Tokenizer;
  const thumb = char.encode("x 👍").slice(0, -1);
  const stray = char.id("<0xBD>") as number;
  const after = char.encode("dog").slice(0, -1);
  expect(written(char, "", [...thumb, stray, ...after])).toBe("x 👍\ufffd dog");
});
