/** BPE-dropout: merges skipped at random, as often as subword-nmt does it (test/golden/tokenizers). */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { randomStream } from "../../src/random.ts";
import { applySomeMerges, pairKey } from "../../src/text/bpe.ts";
import { trainTokenizer } from "../../src/text/train.ts";

interface Golden {
  readonly pieces: readonly string[];
  readonly merges: readonly (readonly [string, string])[];
  readonly ways: readonly {
    readonly word: string;
    readonly rate: number;
    readonly shares: Readonly<Record<string, number>>;
  }[];
}
const file = new URL("../golden/tokenizers/dropout.json", import.meta.url);
const { pieces, merges, ways } = JSON.parse(readFileSync(file, "utf8")) as Golden;
const id = (piece: string): number => pieces.indexOf(piece);
const byPair = new Map(
  merges.map(([left, right], rank) => [pairKey(id(left), id(right)), { rank, result: id(left + right) }]),
);

test.each(ways)("$word is split at a rate of $rate as often in each way", ({ word, rate, shares }) => {
  const uniform = randomStream(3, `${word} ${rate}`);
  const symbols = [...word].map(id);
  const samples = 20_000;
  const counts = new Map<string, number>();
  for (let i = 0; i < samples; i++) {
    const way = applySomeMerges(symbols, byPair, rate, uniform)
      .map((piece) => pieces[piece])
      .join(" ");
    counts.set(way, (counts.get(way) ?? 0) + 1);
  }
  expect([...counts.keys()].filter((way) => !(way in shares) && (counts.get(way) ?? 0) > 3)).toEqual([]);
  for (const [way, share] of Object.entries(shares)) {
    // Five standard deviations of the difference, and one sample.
    const spread = 5 * Math.sqrt((share * (1 - share) * 1.5) / samples) + 1e-4;
    expect(Math.abs((counts.get(way) ?? 0) / samples - share), way).toBeLessThan(spread);
  }
});

const lines = ["the cat eats the bread", "the cats eat bread", "a cat sat", "bread and butter"];
const tokenizer = trainTokenizer(lines, { kind: "bpe", vocab: 300, lowercase: false, minFrequency: 1 });

test("a tokenizer skips no merge at a rate of 0 and all at 1, and its text stays the same", () => {
  const uniform = randomStream(1);
  const text = "the bread eats cats";
  expect(tokenizer.sample?.(text, 0, uniform)).toEqual(tokenizer.encode(text));
  // Letters, and a metaspace before each word.
  expect(tokenizer.sample?.(text, 1, uniform)).toHaveLength(text.length + 1 + 1);
  for (let i = 0; i < 20; i++) {
    const ids = tokenizer.sample?.(text, 0.3, uniform) ?? [];
    expect(tokenizer.decode(ids)).toBe(tokenizer.normalize(text));
  }
});

test("the same draws give the same pieces, others give others", () => {
  const text = "the bread and the butter";
  const sampled = (name: string): unknown => tokenizer.sample?.(text, 0.5, randomStream(7, name));
  expect(sampled("merges 2 5")).toEqual(sampled("merges 2 5"));
  expect(sampled("merges 3 5")).not.toEqual(sampled("merges 2 5"));
});

test("words and characters have no merges to skip", () => {
  for (const kind of ["word", "char"] as const)
    expect(
      trainTokenizer(lines, { kind, vocab: 300, lowercase: false, minFrequency: 1 }).sample,
    ).toBeUndefined();
});
