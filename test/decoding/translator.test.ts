/** A translator over a trained tiny model: what it says alone, in company, of nothing and of too much. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { translationModel } from "../../src/config/translation-model.ts";
import { makeBatch } from "../../src/data/batches.ts";
import { beamSearch } from "../../src/decoding/beam.ts";
import { copyUnknown } from "../../src/decoding/copy-unknown.ts";
import { coverage } from "../../src/decoding/coverage.ts";
import type { DecodingOptions } from "../../src/decoding/decoding-options.ts";
import { planDecoding } from "../../src/decoding/decoding-plan.ts";
import { lengthPenalty } from "../../src/decoding/hypothesis.ts";
import { openScorer } from "../../src/decoding/scorer.ts";
import { openStepper } from "../../src/decoding/stepper.ts";
import type { TranslatedText, Translation } from "../../src/decoding/translated-text.ts";
import { openTranslator, type Translator } from "../../src/decoding/translator.ts";
import type { TranslatorOptions } from "../../src/decoding/translator-options.ts";
import { constant } from "../../src/ir/leaf.ts";
import { translationObjective } from "../../src/models/objective.ts";
import { RecurrentSeq2Seq } from "../../src/models/recurrent-seq2seq.ts";
import type { Seq2Seq } from "../../src/models/seq2seq.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { add, concat, mul, slice } from "../../src/ops/index.ts";
import { compile, toNumber } from "../../src/runtime/compile.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { type HostTensor, readEntries } from "../../src/runtime/state.ts";
import { pairFeeds } from "../../src/tasks/translate/pairs.ts";
import { isBlank } from "../../src/text/blank.ts";
import type { Tokenizer } from "../../src/text/tokenizer.ts";
import { trainTokenizer } from "../../src/text/train.ts";
import {
  batchOf,
  examples,
  openTinyStep,
  pairs,
  sharedEngine,
  tinyConfig,
  tokenizers,
} from "../training/tiny.ts";

const config = tinyConfig("none.tsv");
const { maxLength } = config.model;
const model: Layer<Seq2Seq> = translationModel(config.model, tokenizers);
const { source, target } = tokenizers;
const all = [...examples.keys()];
let engine: Engine;
let weights: ReadonlyMap<string, HostTensor>;
const opened: { close: () => void }[] = [];

beforeAll(async () => {
  engine = await sharedEngine();
  const step = await openTinyStep();
  const batch = batchOf(...all);
  // Enough to know most of the language, not so much that nothing else has a chance.
  for (let number = 1; number <= 60; number++) await step.run(number, 0.01, [batch]);
  weights = await readEntries(step.state, step.weights);
  step.close();
});
afterAll(() => {
  for (const each of opened) each.close();
});

async function open(options: Partial<TranslatorOptions> = {}): Promise<Translator> {
  const translator = await openTranslator({ engine, model, weights, source, target, maxLength, ...options });
  opened.push(translator);
  return translator;
}

const sentences = pairs.map((pair) => pair.source);

describe("a translator", () => {
  test("has learnt its language and answers in order", async () => {
    const translations = await (await open()).translate(sentences);
    expect(translations.map((translation) => translation.source)).toEqual(sentences);
    const right = translations.filter(({ hypotheses }, i) => hypotheses[0]?.text === pairs[i]?.target);
    expect(right.length).toBeGreaterThan(24);
    for (const { hypotheses } of translations) {
      expect(hypotheses).toHaveLength(1);
      expect(hypotheses[0]?.tokens.join("").replaceAll("▁", " ").trim()).toBe(hypotheses[0]?.text);
    }
  });

  test.each([undefined, "int8"] as const)(
    "says the same of a sentence alone, in any batch and in any order (weights %s)",
    async (quantize) => {
      const reference = await (await open({ batch: 1, best: 3, quantize })).translate(sentences);
      for (const batch of [2, 7, 64]) {
        const translator = await open({ batch, best: 3, quantize });
        for (const order of [all, [...all].reverse()]) {
          const found = await translator.translate(order.map((i) => sentences[i] as string));
          order.forEach((i, at) => {
            const expected = reference[i]?.hypotheses ?? [];
            expect(found[at]?.hypotheses.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
            expected.forEach(({ score }, n) => {
              expect(found[at]?.hypotheses[n]?.score).toBeCloseTo(score, 4);
            });
          });
        }
      }
    },
  );

  test("says the same twice, to the bit", async () => {
    const translator = await open({ best: 2 });
    expect(await translator.translate(sentences)).toEqual(await translator.translate(sentences));
  });

  test("gives n different hypotheses, best first", async () => {
    for (const { hypotheses } of await (await open({ beam: 2, best: 5 })).translate(sentences)) {
      expect(hypotheses).toHaveLength(5);
      expect(new Set(hypotheses.map(({ tokens }) => tokens.join(" "))).size).toBe(5);
      const scores = hypotheses.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    }
  });

  test("of a wider beam finds nothing worse than greedy search", async () => {
    const scoresOf = async (beam: number): Promise<number[]> => {
      const found = await (await open({ beam, alpha: 0 })).translate(sentences);
      return found.map(({ hypotheses }) => hypotheses[0]?.score as number);
    };
    const [greedy, wide] = [await scoresOf(1), await scoresOf(20)];
    for (const [i, score] of greedy.entries()) expect(wide[i]).toBeGreaterThanOrEqual(score - 1e-5);
  });

  test("may have a beam wider than its vocabulary", async () => {
    const [translation] = await (await open({ beam: target.size + 3, best: 30 })).translate(["two cat"]);
    expect(translation?.hypotheses).toHaveLength(30);
    expect(translation?.hypotheses[0]?.text).toBe("cat two two");
  });
});

describe("a translator with options", () => {
  const first = async (options: Partial<TranslatorOptions>, text = "two cat"): Promise<TranslatedText> => {
    const [translation] = await (await open(options)).translate([text]);
    return translation?.hypotheses[0] as TranslatedText;
  };
  const plain = "cat two two";

  test("begins as it is told to, with the probability that has", async () => {
    const { text, score } = await first({ prefix: "dog", alpha: 0 });
    expect(text).toMatch(/^dog/);
    expect((await first({ prefix: "cat two" })).text).toBe(plain);
    const [forced] = await (await open({ alpha: 0 })).score([{ source: "two cat", target: text }]);
    expect(forced?.score).toBeCloseTo(score, 4);
  });

  test("uses the terms of a glossary, in company as alone, and names what it cannot write", async () => {
    const glossary = [
      { source: "dog", targets: ["tree", "sun"] },
      { source: "Two", targets: ["six"] },
      { source: "cat", targets: ["zebra", "house"] },
      { source: "house", targets: ["zebra"] },
    ];
    const lines = ["one tree", "two dog", "", "one cat", "one house"];
    for (const options of [{ beam: 1 }, { beam: 3, best: 2, batch: 2, streams: 2 }]) {
      const translator = await open({ ...options, glossary });
      const found = await translator.translate(lines);
      const texts = found.map(({ hypotheses }) => hypotheses[0]?.text);
      expect(texts).toEqual([
        (await first(options, "one tree")).text,
        expect.stringMatching(/^(?=.*\b(tree|sun)\b).*\bsix\b/),
        "",
        expect.stringContaining("house"),
        (await first(options, "one house")).text,
      ]);
      expect(found.map(({ missingTerms }) => missingTerms)).toEqual([...Array(4).fill(undefined), ["house"]]);
      expect(found.flatMap(({ hypotheses }) => hypotheses).some(({ attention }) => attention)).toBe(false);
      for (const [i, line] of lines.entries()) {
        const [alone] = await translator.translate([line]);
        expect(alone?.hypotheses.map(({ text }) => text)).toEqual(
          found[i]?.hypotheses.map(({ text }) => text),
        );
      }
    }
    const attended = await (await open({ glossary, attention: true })).translate(["two dog"]);
    expect(attended[0]?.hypotheses[0]?.attention?.length).toBeGreaterThan(2);
  });

  test("begins as it is told to, whatever else is forbidden", async () => {
    const two = target.id("\u2581two") as number;
    expect((await first({ prefix: "cat cat dog", noRepeatNgram: 1 })).text).toMatch(/^cat cat dog/);
    expect((await first({ prefix: "two dog", bias: new Map([[two, -Infinity]]) })).text).toMatch(/^two dog/);
  });

  test("refuses to begin with more than it may write", async () => {
    await expect(open({ prefix: "cat cat dog", maxDecodingLength: 2 })).rejects.toThrow(
      "prefix: it has 3 tokens; a translation has at most 2",
    );
  });

  test("refuses tokens that are none", async () => {
    await expect(open({ bias: new Map([[target.size, 1]]) })).rejects.toThrow(
      `there is no token ${target.size}`,
    );
    const translator = await open();
    await expect(translator.translateIds([[]])).rejects.toThrow("translateIds: sentence 0 has no tokens");
    for (const id of [-1, 1000, 1.5])
      await expect(translator.translateIds([[id]])).rejects.toThrow(
        `sentence 0 has token ${id}; the vocabulary`,
      );
  });

  test("leaves blank what is blank to its vocabulary", async () => {
    const found = await (await open()).translate([" ", "\u0085", "\u2581", ""]);
    expect(found.map(({ hypotheses }) => hypotheses[0]?.text)).toEqual(["", "", "", ""]);
  });

  test("repeats nothing, bans pieces, and writes as much or little as it is told to", async () => {
    expect((await first({})).text).toBe(plain);
    const { tokens } = await first({ noRepeatNgram: 1, minDecodingLength: 4 });
    expect(tokens.length).toBeGreaterThanOrEqual(4);
    expect(new Set(tokens).size).toBe(tokens.length);
    const banned = new Map([[target.id("\u2581two") as number, -Infinity]]);
    expect((await first({ bias: banned })).text).not.toContain("two");
    expect((await first({ maxDecodingLength: 2 })).tokens.length).toBeLessThanOrEqual(2);
  });

  test("draws the same for the same seed, alone or in company, and likely things when it is cold", async () => {
    const warm = await open({ sample: { temperature: 2, seed: 7 } });
    const all = await warm.translate(sentences);
    for (const i of [0, 11, 29]) {
      const [alone] = await warm.translate([sentences[i] as string]);
      expect(alone?.hypotheses[0]?.tokens).toEqual(all[i]?.hypotheses[0]?.tokens);
    }
    const other = await (await open({ sample: { temperature: 2, seed: 8 } })).translate(sentences);
    expect(other).not.toEqual(all);
    const greedy = await (await open({ beam: 1 })).translate(sentences);
    for (const how of [{ temperature: 0 }, { topK: 1 }, { topP: 0 }]) {
      const cold = await (await open({ sample: how })).translate(sentences);
      expect(cold.map(({ hypotheses }) => hypotheses[0]?.tokens)).toEqual(
        greedy.map(({ hypotheses }) => hypotheses[0]?.tokens),
      );
    }
  });

  test("says the same in several streams, batches of few tokens and with constraints that change nothing", async () => {
    const reference = await (await open({ best: 2 })).translate(sentences);
    const ways = [{ streams: 3, batch: 4 }, { batchTokens: 12 }, { minDecodingLength: 1 }];
    for (const way of ways) {
      const found = await (await open({ ...way, best: 2 })).translate(sentences);
      found.forEach(({ hypotheses }, i) => {
        const expected = reference[i]?.hypotheses ?? [];
        expect(hypotheses.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
        hypotheses.forEach(({ score }, n) => {
          expect(Math.abs(score - (expected[n]?.score as number))).toBeLessThan(1e-5);
        });
      });
    }
  });

  test("returns attention only when asked: a row for each token and </s>, over all source tokens", async () => {
    expect(await first({})).not.toHaveProperty("attention");
    const { tokens, attention = [] } = await first({ attention: true });
    expect(attention).toHaveLength(tokens.length + 1);
    for (const row of attention) {
      expect(row).toHaveLength(3);
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    }
  });

  test("returns the tokens of both sides as the model saw them, of a sentence that was cut too", async () => {
    const translator = await open({ attention: true, best: 2 });
    const [short, long, blank] = await translator.translate(["two cat", "two cat ".repeat(500), "\u200b"]);
    expect(short?.sourceTokens).toEqual(["▁two", "▁cat", "</s>"]);
    expect(long?.sourceTokens).toHaveLength(maxLength);
    expect(long?.sourceTokens.at(-1)).toBe("</s>");
    expect([blank?.sourceTokens, blank?.hypotheses[0]?.text]).toEqual([[], ""]);
    for (const { sourceTokens, hypotheses } of [short, long] as Translation[]) {
      for (const { tokens, attentionTokens = [], attention = [] } of hypotheses) {
        expect(attentionTokens.slice(0, tokens.length)).toEqual(tokens);
        expect(attention).toHaveLength(attentionTokens.length);
        for (const row of attention) expect(row).toHaveLength(sourceTokens.length);
      }
    }
    expect(short?.hypotheses[0]?.attentionTokens?.at(-1)).toBe("</s>");
  });

  test("takes words for a bias, of one piece or of several", async () => {
    expect((await first({ bias: new Map([["two", -Infinity]]) })).text).not.toContain("two");
    expect((await first({ bias: new Map([["▁two", -Infinity]]) })).text).not.toContain("two");
    expect((await first({}, "two red house")).text).toBe("red house two two");
    const banned = await first({ bias: new Map([["red house", -Infinity]]) }, "two red house");
    expect(banned.text).toContain("red");
    expect(banned.text).not.toContain("red house");
    await expect(open({ bias: new Map([["zebra", 1]]) })).rejects.toThrow(
      'bias: "zebra" is not in the target\'s vocabulary',
    );
  });

  test("refuses a prefix with a word that it does not know", async () => {
    await expect(open({ prefix: "the zebra" })).rejects.toThrow(
      'prefix: "the zebra" has a word that is not in the target\'s vocabulary',
    );
  });

  test("ranks by coverage what it found", async () => {
    const { best, coveragePenalty } = { best: 4, coveragePenalty: 3 };
    const [plainly] = await (await open({ best, attention: true })).translate(["two cat"]);
    const expected = (plainly?.hypotheses ?? [])
      .map(({ text, score, attention = [] }) => ({
        text,
        score: score + coveragePenalty * coverage(attention),
      }))
      .sort((a, b) => b.score - a.score);
    const [found] = await (await open({ best, coveragePenalty })).translate(["two cat"]);
    expect(found?.hypotheses.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
    expected.forEach(({ score }, n) => {
      expect(found?.hypotheses[n]?.score).toBeCloseTo(score, 4);
    });
  });

  test("scores by the mean of log probabilities", async () => {
    const { score } = await first({ lengthPenalty: "average", alpha: 1 });
    const [{ logProbabilities = [], logProbability = Number.NaN } = {}] = await (await open()).score([
      { source: "two cat", target: plain },
    ]);
    expect(logProbabilities).toHaveLength(4);
    expect(score).toBeCloseTo(logProbability / 4, 4);
  });

  test.each([
    [{ beam: 1e9 }, "beam: 1000000000 is not a whole number from 1 to 100"],
    [{ beam: 1.5 }, "beam: 1.5 is not a whole number from 1 to 100"],
    [{ alpha: -1 }, "alpha: -1 is not a number from 0 to 5"],
    [{ repetitionPenalty: Number.NaN }, "repetitionPenalty: NaN is not a number from 1 to 100"],
    [{ minDecodingLength: 40 }, "minDecodingLength: 40 is more than the 15 tokens that the model can write"],
    [{ minDecodingLength: 5, maxDecodingLength: 4 }, "minDecodingLength: 5 is more than maxDecodingLength 4"],
    [{ lengthPenalty: "wu" as never }, 'lengthPenalty: "wu" is not gnmt or average'],
    [{ bias: new Map([[1, Number.NaN]]) }, "bias: NaN for token 1 is not a number below infinity"],
  ])("refuses %j", async (options, message) => {
    await expect(open(options)).rejects.toThrow(message);
  });
});

test("the fewest tokens asked for raise the most", () => {
  const limit = (options: DecodingOptions): number =>
    planDecoding({ model, target, maxLength: 100, ...options }).limit(3);
  expect(limit({})).toBe(16);
  expect(limit({ minDecodingLength: 1 })).toBe(16);
  expect(limit({ minDecodingLength: 40 })).toBe(50);
  expect(limit({ minDecodingLength: 95 })).toBe(99);
  expect(limit({ minDecodingLength: 40, maxDecodingLength: 41 })).toBe(41);
});

describe("a model that would rather say nothing", () => {
  /** Whatever it read, </s> is likeliest, then <pad>, then <s>; the rest as it was. */
  const silent: Layer<Seq2Seq> = {
    bind: (scope) => {
      const bound = model.bind(scope);
      const favours = new Float32Array(target.size);
      for (const [id, by] of [
        [target.special.eos, 3000],
        [target.special.pad, 2000],
        [target.special.bos, 1000],
      ] as const)
        favours[id] = by;
      const column = constant("float32", [target.size, 1], favours);
      return {
        ...bound,
        projection: concat([bound.projection, column], 1),
        decode: (tokens, memory, state) => {
          const { hidden, state: after } = bound.decode(tokens, memory, state);
          const one = add(mul(slice(hidden, 2, 0, 1), 0), 1);
          return { hidden: concat([hidden, one], 2), state: after };
        },
      };
    },
  };

  test.each([
    [{ beam: 1 }],
    [{ beam: 4 }],
    [{ beam: 4, best: 3 }],
    [{ beam: 2, noRepeatNgram: 2 }],
    [{ minDecodingLength: 1 }],
    [{ maxDecodingLength: 1 }],
    [{ sample: {} }],
    [{ sample: { temperature: 0 } }],
  ] as const)("says a word all the same: %j", async (options) => {
    const [one, blank] = await (await open({ model: silent, ...options })).translate(["two cat", " \u00ad"]);
    for (const { text, score } of one?.hypotheses ?? []) {
      expect(isBlank(text)).toBe(false);
      expect(Number.isFinite(score)).toBe(true);
    }
    for (const { text } of blank?.hypotheses ?? []) expect(text).toBe("");
  });

  test("says the same word greedily, with a beam of 1 among constraints, and in company", async () => {
    const texts = async (options: Partial<TranslatorOptions>): Promise<unknown> => {
      const found = await (await open({ model: silent, beam: 1, ...options })).translate(sentences);
      return found.map(({ hypotheses }) => hypotheses[0]?.text);
    };
    const greedy = await texts({});
    expect(await texts({ batch: 1 })).toEqual(greedy);
    expect(await texts({ bias: new Map([[target.special.unk, -0.001]]) })).toEqual(greedy);
  });
});

describe("n best", () => {
  /** Marks that are read as one: what differs in them alone is one text. */
  const alike: Tokenizer = { ...target, decode: (ids) => target.decode(ids).replaceAll("one", "two") };

  test.each([[{ beam: 4 }], [{ beam: 2, noRepeatNgram: 5 }], [{ sample: { temperature: 2 } }]])(
    "are different texts, and the first what is best: %j",
    async (options) => {
      const found = await (await open({ ...options, best: 6, target: alike })).translate(sentences);
      for (const { hypotheses } of found) {
        expect(new Set(hypotheses.map(({ text }) => text)).size).toBe(6);
        const scores = hypotheses.map(({ score }) => score);
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
      }
    },
  );

  test("are as many as asked for even where there is one text to say", async () => {
    const found = await (await open({ best: 3, sample: { temperature: 0 } })).translate(["two cat"]);
    expect(found[0]?.hypotheses.map(({ text }) => text)).toEqual(Array(3).fill("cat two two"));
  });
});

describe("a model without attention", () => {
  const blind = RecurrentSeq2Seq({
    cell: "gru",
    layers: 1,
    embedding: 6,
    hidden: 8,
    attention: "none",
    tie: "all",
    sourceVocabulary: source.size,
    targetVocabulary: target.size,
  });

  test.each([
    [{ attention: true }, "attention"],
    [{ replaceUnknowns: true }, "replaceUnknowns"],
    [{ coveragePenalty: 1 }, "coveragePenalty"],
  ])("is refused what reads it, before anything is translated: %j", async (options, name) => {
    await expect(open({ model: blind, ...options })).rejects.toThrow(
      `${name}: the model has no attention over its source; leave this option out`,
    );
  });
});

test("coverage is 0 when every word was looked at fully and falls with what was not", () => {
  expect(
    coverage([
      [1, 0.25],
      [0.5, 0.75],
    ]),
  ).toBe(0);
  expect(
    coverage([
      [0.5, 0.5],
      [0, 0],
    ]),
  ).toBeCloseTo(2 * Math.log(0.5), 12);
});

test("an unknown word becomes the source word it looked at most", () => {
  const known = trainTokenizer(["le chat. dort"], { kind: "word", vocab: 20 });
  const { unk, eos } = known.special;
  const id = (piece: string): number => known.id(piece) as number;
  const ids = [id("\u2581le"), unk, id("."), eos];
  const look = (at: number): number[] => Array.from({ length: 6 }, (_, i) => (i === at ? 0.9 : 0.02));
  const attention = [look(0), look(2), look(3), look(5)];
  const text = "The \u201cZanzibar\u201d.";
  // The | \u201c | Zanzibar | \u201d | . | </s>
  expect(known.encode(text)).toHaveLength(6);
  expect(copyUnknown(ids, attention, text, 6, { source: known, target: known })).toBe("le Zanzibar.");
  expect(copyUnknown([unk, eos], [look(0), look(5)], text, 6, { source: known, target: known })).toBe("The");
});

describe("blank lines", () => {
  test("stay blank, wherever they stand, and change nothing else", async () => {
    const translator = await open();
    const [cat, dog] = await translator.translate(["one cat", "two dog"]);
    const blanks = ["", " ", "\t \u00a0", "\ufeff", "\u2028"];
    const found = await translator.translate(["", "one cat", ...blanks, "two dog", " "]);
    expect(found).toHaveLength(9);
    expect(found[1]?.hypotheses[0]?.text).toBe(cat?.hypotheses[0]?.text);
    expect(found[7]?.hypotheses[0]?.text).toBe(dog?.hypotheses[0]?.text);
    for (const i of [0, 2, 3, 4, 5, 6, 8]) {
      expect(found[i]?.hypotheses).toEqual([{ text: "", score: 0, tokens: [] }]);
    }
    expect(found.map((translation) => translation.source)).toEqual([
      "",
      "one cat",
      ...blanks,
      "two dog",
      " ",
    ]);
  });

  test("alone ask the model for nothing, and no lines give no translations", async () => {
    const translator = await open();
    expect(await translator.translate(["", "  "])).toHaveLength(2);
    expect(await translator.translate([])).toEqual([]);
  });
});

describe("a sentence", () => {
  test("longer than the model's positions is cut to them", async () => {
    const translator = await open();
    const word = "two cat ";
    const [long] = await translator.translate([word.repeat(500)]);
    // 15 words and </s>
    const [cut] = await translator.translate([`${word.repeat(7)}two`]);
    expect(source.encode(`${word.repeat(7)}two`)).toHaveLength(maxLength);
    expect(long?.hypotheses).toEqual(cut?.hypotheses);
    expect(long?.source).toBe(word.repeat(500));
    expect(long?.hypotheses[0]?.tokens.length).toBeLessThan(maxLength);
  });

  test("as ids is translated the same, and refused where it is too long", async () => {
    const translator = await open();
    const [[found] = []] = await translator.translateIds([source.encode("two cat")]);
    expect(target.decode(found?.ids ?? [])).toBe("cat two two");
    await expect(translator.translateIds([[4], new Array(17).fill(4)])).rejects.toThrow(
      "translateIds: sentence 1 has 17 tokens; the model reads at most 16",
    );
    const scorer = await openScorer({
      engine,
      model,
      weights,
      padding: source.special.pad,
      start: target.special.bos,
    });
    opened.push(scorer);
    const [none, whole] = await scorer.score([
      { source: source.encode("two cat"), target: [] },
      { source: source.encode("two cat"), target: found?.ids ?? [] },
    ]);
    expect(none?.logProbabilities).toHaveLength(0);
    expect(whole?.logProbabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(
      found?.logProbability as number,
      4,
    );
  });

  test("of a megabyte beside a short one changes nothing for that", async () => {
    const translator = await open();
    const [alone] = await translator.translate(["one dog"]);
    const [, beside] = await translator.translate(["two ".repeat(250_000), "one dog"]);
    expect(beside?.hypotheses[0]?.text).toBe(alone?.hypotheses[0]?.text);
  });

  test("of unknown words, controls and other scripts is translated to something", async () => {
    const odd = ["zebra", "\u0000\u001b[31m", "日本語 😀", "</s> <s> <pad>", "\ud800 one", "\u202etac eno"];
    for (const { hypotheses } of await (await open()).translate(odd)) {
      expect(hypotheses).toHaveLength(1);
      expect(Number.isFinite(hypotheses[0]?.score)).toBe(true);
      expect(hypotheses[0]?.text).not.toMatch(/<\/?s>|<pad>/);
    }
  });
});

describe("scores", () => {
  const { eos, bos } = target.special;

  /** log p(target | source) of whole sentences with the reference fed to the decoder. */
  async function teacherForced(rows: readonly { source: number[]; target: number[] }[]): Promise<number[]> {
    const { negativeLogLikelihood } = translationObjective(build(model).call, 0);
    const program = await compile({ engine, constants: weights, outputs: { negativeLogLikelihood } });
    const found: number[] = [];
    for (const row of rows) {
      const example = { source: Int32Array.from(row.source), target: Int32Array.from(row.target) };
      const { negativeLogLikelihood: tensor } = await program(
        pairFeeds(makeBatch([example], [0], target.special)),
      );
      found.push(-(await toNumber(tensor)));
      tensor.dispose();
    }
    program.close();
    return found;
  }

  test.each([0, 0.6, 1])(
    "are the log probabilities of teacher forcing over the penalty, alpha %d",
    async (alpha) => {
      const stepper = await openStepper({
        engine,
        model,
        padding: source.special.pad,
        candidates: 8,
        constants: weights,
      });
      opened.push(stepper);
      const sources = sentences.slice(0, 10).map((text) => source.encode(text));
      const found = await beamSearch(stepper, sources, { beam: 4, best: 3, alpha, start: bos, end: eos });
      const rows = found.flatMap((hypotheses, i) =>
        hypotheses.map((hypothesis) => ({
          ...hypothesis,
          source: sources[i] as number[],
          target: [...hypothesis.ids],
        })),
      );
      expect(rows).toHaveLength(30);
      const forced = await teacherForced(rows);
      rows.forEach(({ logProbability, score, ids }, i) => {
        expect(ids.at(-1)).toBe(eos);
        expect(logProbability).toBeCloseTo(forced[i] as number, 4);
        expect(score).toBeCloseTo((forced[i] as number) / lengthPenalty(ids.length, alpha), 4);
      });
    },
  );

  test("of a translator are those of its search, and a cut hypothesis is scored as far as it goes", async () => {
    const short = await open({ maxLength: 3, alpha: 0, beam: 2 });
    const [translation] = await short.translate(["two"]);
    const [{ tokens = [], score = Number.NaN } = {}] = translation?.hypotheses ?? [];
    const ids = tokens.map((token) => target.id(token) as number);
    expect(ids.length).toBeLessThanOrEqual(2);
    const [ended, cut] = await teacherForced([
      { source: source.encode("two"), target: [...ids, eos] },
      { source: source.encode("two"), target: ids },
    ]);
    expect(Math.min(Math.abs(score - (ended as number)), Math.abs(score - (cut as number)))).toBeLessThan(
      1e-4,
    );
  });
});
