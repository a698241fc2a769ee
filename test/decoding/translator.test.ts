/** A translator over a trained tiny model: what it says alone, in company, of nothing and of too much. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeBatch } from "../../src/data/batches.ts";
import { beamSearch } from "../../src/decoding/beam.ts";
import { lengthPenalty } from "../../src/decoding/hypothesis.ts";
import { openStepper } from "../../src/decoding/stepper.ts";
import { openTranslator, type Translator, type TranslatorOptions } from "../../src/decoding/translator.ts";
import type { Seq2Seq } from "../../src/models/seq2seq.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { compile, toNumber } from "../../src/runtime/compile.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { type HostTensor, readEntries } from "../../src/runtime/state.ts";
import { translationObjective } from "../../src/training/objective.ts";
import { pairFeeds, translationModel } from "../../src/training/translation.ts";
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

  test("says the same of a sentence alone, in any batch and in any order", async () => {
    const reference = await (await open({ batch: 1, best: 3 })).translate(sentences);
    for (const batch of [2, 7, 64]) {
      const translator = await open({ batch, best: 3 });
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
  });

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

  test("of a wider beam finds nothing worse", async () => {
    const scoreOf = async (beam: number): Promise<number> => {
      const found = await (await open({ beam })).translate(sentences);
      return found.reduce((sum, { hypotheses }) => sum + (hypotheses[0]?.score as number), 0);
    };
    expect(await scoreOf(6)).toBeGreaterThanOrEqual((await scoreOf(1)) - 1e-4);
  });

  test("may have a beam wider than its vocabulary", async () => {
    const [translation] = await (await open({ beam: target.size + 3, best: 30 })).translate(["two cat"]);
    expect(translation?.hypotheses).toHaveLength(30);
    expect(translation?.hypotheses[0]?.text).toBe("cat two two");
  });
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
