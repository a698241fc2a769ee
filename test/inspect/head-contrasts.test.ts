/** Contrast pairs: where two sentences part, and which heads are named after a feature. */
import { describe, expect, test } from "vitest";
import { effectOf } from "../../src/inspect/heads/ablation.ts";
import { encodeContrast, type Margins, testContrasts } from "../../src/inspect/heads/contrasts.ts";
import { jensenShannon } from "../../src/inspect/heads/distance.ts";
import { randomStream } from "../../src/random.ts";
import { tokenizers } from "../training/tiny.ts";

const { source, target } = tokenizers;
const encode = (pair: { source: string; target?: string }) => ({
  source: Int32Array.from(source.encode(pair.source)),
  target: Int32Array.from(target.encode(pair.target ?? "")),
});
const idsOf = (text: string): number[] => text.split(" ").map((token) => target.id(token) as number);

describe("a contrast as ids", () => {
  test("ends at the first piece that differs, with the other side's piece beside it", () => {
    const sides = [
      { source: "two cat", target: "cat two two", word: 1 },
      { source: "one cat", target: "cat one one", word: 1 },
    ] as const;
    const [first, second] = encodeContrast({ feature: "number", sides }, encode, target) ?? [];
    expect(Array.from(first?.example.target ?? [])).toEqual(idsOf("▁cat ▁two"));
    expect(Array.from(second?.example.target ?? [])).toEqual(idsOf("▁cat ▁one"));
    expect([first?.other, second?.other]).toEqual(idsOf("▁one ▁two"));
  });

  test("may stand at different places, each after its own words", () => {
    const sides = [
      { source: "two cat", target: "cat two", word: 1 },
      { source: "one cat", target: "red cat one", word: 2 },
    ] as const;
    const [first, second] = encodeContrast({ feature: "number", sides }, encode, target) ?? [];
    expect(first?.example.target).toHaveLength(2);
    expect(Array.from(second?.example.target ?? [])).toEqual(idsOf("▁red ▁cat ▁one"));
  });

  test("goes on to the next piece where one word is the beginning of the other, and is dropped where nothing differs", () => {
    const longer = [
      { source: "cat", target: "cat", word: 0 },
      { source: "cat", target: "cat two", word: 0 },
    ] as const;
    const [first, second] = encodeContrast({ feature: "number", sides: longer }, encode, target) ?? [];
    expect(first?.example.target.at(-1)).toBe(target.special.eos);
    expect(second?.other).toBe(target.special.eos);
    const same = [longer[0], longer[0]] as const;
    expect(encodeContrast({ feature: "number", sides: same }, encode, target)).toBeUndefined();
  });
});

/** Margins of features × pairs, and of heads that take some share of them away; noise in every number. */
function planted(shares: readonly Readonly<Record<string, number>>[], seed: number) {
  const next = randomStream(seed, "planted");
  const noise = (): number => next() - 0.5;
  const names = ["tense", "gender", "number"].flatMap((name) => new Array<string>(20).fill(name));
  const whole = names.map((): Margins => [5 + noise(), 5 + noise()]);
  const without = shares.map((share) =>
    whole.map(([a, b], k): Margins => {
      const left = 1 - (share[names[k] as string] ?? 0);
      return [a * left + noise(), b * left + noise()];
    }),
  );
  return testContrasts(names, [whole, ...without]);
}

describe("a head", () => {
  const everything = { tense: 0.5, gender: 0.5, number: 0.5 };
  const { effects, features } = planted([{ tense: 0.6 }, {}, everything, { gender: 0.3, number: 0.3 }], 4);
  const found = effects.map((row) =>
    row.filter(({ corrected }) => corrected < 0.05).map(({ feature }) => feature),
  );

  test("that one feature needs is named after it; one that none needs, or all alike, is not", () => {
    expect(found).toEqual([["tense"], [], [], ["gender", "number"]]);
    expect(effects[0]?.[0]?.share).toBeCloseTo(0.6, 1);
    expect(effects[0]?.[0]?.drop).toBeCloseTo(3, 0);
    expect(features[0]).toMatchObject({ feature: "tense", pairs: 20, accuracy: 1 });
    expect(features[0]?.margin).toBeCloseTo(5, 0);
  });

  test("that turns the odds is seen in how often the right word still wins", () => {
    const names = [...new Array<string>(8).fill("tense"), ...new Array<string>(8).fill("gender")];
    const whole = names.map((name): Margins => (name === "tense" ? [2, 2] : [1, 1]));
    const turned = names.map((name): Margins => (name === "tense" ? [-1, 1] : [1, 1]));
    const { effects: rows } = testContrasts(names, [whole, turned]);
    expect(rows[0]?.map(({ accuracy }) => accuracy)).toEqual([0.5, 1]);
    expect(rows[0]?.map(({ drop, share }) => [drop, share])).toEqual([
      [2, 1],
      [0, 0],
    ]);
  });

  test("is not named after what the model does not know, nor does that stand beside what it knows", () => {
    const names = ["tense", "gender", "luck"].flatMap((name) => new Array<string>(20).fill(name));
    const next = randomStream(9, "luck");
    const whole = names.map((name): Margins => {
      const margin = (name === "luck" ? 0 : 5) + next() - 0.5;
      return [margin, margin];
    });
    const without = whole.map(([a, b], k): Margins => (names[k] === "gender" ? [a, b] : [a - 3, b - 3]));
    const { features: known, effects: rows } = testContrasts(names, [whole, without]);
    expect(known.map(({ isKnown }) => isKnown)).toEqual([true, true, false]);
    const [tense, gender, luck] = rows[0] ?? [];
    expect(tense?.corrected).toBeLessThan(0.05);
    expect(gender?.corrected).toBe(1);
    expect(luck).toMatchObject({ p: 1, corrected: 1, share: Number.NaN });
  });

  test("is not named where there is nothing: corrected p below 0.05 in at most a few of many models of noise", () => {
    let named = 0;
    for (let seed = 0; seed < 16; seed++)
      if (
        planted([{}, {}], seed)
          .effects.flat()
          .some(({ corrected }) => corrected < 0.05)
      )
        named += 1;
    // Holm keeps this at or below 5 %: 4 of 16 or more have a probability below 1 %.
    expect(named).toBeLessThan(4);
  });
});

describe("the effect of leaving out a head", () => {
  test("is the mean with Student's interval where all examples are equally long", () => {
    // 1, 2, 3 nats over one token each: 2 ± 4.3027 / √3.
    const { delta, half } = effectOf([1, 2, 3], [1, 1, 1]);
    expect(delta).toBe(2);
    expect(half).toBeCloseTo(2.4841, 4);
    // Twice as many tokens, the same nats: half of both.
    expect(effectOf([1, 2, 3], [2, 2, 2]).half).toBeCloseTo(2.4841 / 2, 4);
  });

  test("weighs examples by their tokens, agrees with resampling, and has no interval for one", () => {
    expect(effectOf([1], [4])).toEqual({ delta: 0.25 });
    const next = randomStream(5, "examples");
    const tokens = Array.from({ length: 200 }, () => 3 + Math.floor(10 * next()));
    const nats = tokens.map((n) => n * 0.1 + 2 * (next() - 0.5));
    const { delta, half } = effectOf(nats, tokens);
    const ratios = Array.from({ length: 2000 }, () => {
      let [d, n] = [0, 0];
      for (let i = 0; i < 200; i++) {
        const k = Math.floor(200 * next());
        d += nats[k] as number;
        n += tokens[k] as number;
      }
      return d / n;
    }).sort((a, b) => a - b);
    expect(delta).toBeCloseTo(nats.reduce((a, b) => a + b) / tokens.reduce((a, b) => a + b), 12);
    const resampled = ((ratios[1949] as number) - (ratios[50] as number)) / 2;
    expect(Math.abs((half as number) / resampled - 1)).toBeLessThan(0.1);
  });
});

test("the Jensen-Shannon divergence is 0 for the same and 1 bit for disjoint distributions", () => {
  expect(jensenShannon([0.2, 0.8], [0.2, 0.8])).toBe(0);
  expect(jensenShannon([1, 0], [0, 1])).toBe(1);
  // H(3/4, 1/4) - (0 + 1) / 2 = 0.81128 - 0.5.
  expect(jensenShannon([1, 0], [0.5, 0.5])).toBeCloseTo(0.31128, 5);
});
