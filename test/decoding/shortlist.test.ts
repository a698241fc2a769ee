/** Lexical shortlists: learnt from pairs, found for each sentence by itself, and searched with. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { translationModel } from "../../src/config/translation-model.ts";
import { learnShortlist } from "../../src/decoding/lexicon.ts";
import { type LexicalShortlist, listedBy, shortlistOf } from "../../src/decoding/shortlist.ts";
import { openTranslator, type Translator } from "../../src/decoding/translator.ts";
import type { TranslatorOptions } from "../../src/decoding/translator-options.ts";
import { initialise, normal } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import { randomStream } from "../../src/random.ts";
import { atOnce } from "../../src/work.ts";
import { pairs, sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";

const links = [
  { source: [5, 6], target: [15, 16] },
  { source: [5, 7], target: [15, 17] },
  { source: [8, 6], target: [18, 16] },
  { source: [8, 7], target: [18, 17] },
];
const sizes = { sourceVocabulary: 10, targetVocabulary: 20, always: [2] };

describe("a lexicon", () => {
  test("finds the translations of each token, and the frequent tokens", () => {
    const { common, translations, each } = atOnce(learnShortlist(links, { ...sizes, common: 1, each: 2 }));
    expect([...common]).toEqual([2, 15]);
    expect([5, 6, 7, 8].map((e) => translations[e * each])).toEqual([15, 16, 17, 18]);
    expect([...translations.subarray(0, 2)]).toEqual([-1, -1]);
  });

  test("lists for a sentence the same tokens whatever its company", () => {
    const shortlist = atOnce(learnShortlist(links, { ...sizes, common: 0, each: 1 }));
    const { ids, bias } = listedBy(shortlist, [[5, 6], [7]]);
    expect([...ids]).toEqual([2, 15, 16, 17]);
    expect([...bias].map((each) => each === 0)).toEqual([true, true, true, false, true, false, false, true]);
    expect([...listedBy(shortlist, [[5, 6]]).ids]).toEqual([2, 15, 16]);
  });
});

describe("a translator with a shortlist", () => {
  const config = tinyConfig("none.tsv");
  const { maxLength } = config.model;
  const model = translationModel(config.model, tokenizers);
  const { source, target } = tokenizers;
  const weights = initialise(build(model).parameters, 3);
  for (const [name, { shape, data }] of weights)
    if (!/norm/i.test(name)) normal(0.5)(data as Float32Array, shape, randomStream(3, name));
  const opened: Translator[] = [];
  let options: TranslatorOptions;
  beforeAll(async () => {
    const engine = await sharedEngine();
    options = { engine, model, weights, source, target, maxLength, maxDecodingLength: 12, best: 2 };
  });
  afterAll(() => {
    for (const translator of opened) translator.close();
  });
  const open = async (more: Partial<TranslatorOptions>): Promise<Translator> => {
    const translator = await openTranslator({ ...options, ...more });
    opened.push(translator);
    return translator;
  };
  const ids = Array.from({ length: target.size }, (_, id) => id);
  const all: LexicalShortlist = {
    common: Int32Array.from(ids),
    translations: new Int32Array(source.size).fill(-1),
    each: 1,
  };
  // Each token may be translated by three others.
  const special = Object.values(target.special).filter((id) => typeof id === "number");
  const some: LexicalShortlist = {
    common: Int32Array.from(new Set(special)),
    translations: Int32Array.from({ length: 3 * source.size }, (_, i) => (7 * i + 5) % target.size),
    each: 3,
  };
  const sentences = pairs.map((pair) => pair.source);

  test.each([4, 1])("finds what it finds without, if every token is listed (beam %i)", async (beam) => {
    const best = beam === 1 ? 1 : 2;
    const plain = await (await open({ beam, best })).translate(sentences);
    const listed = await (await open({ beam, best, shortlist: shortlistOf(all) })).translate(sentences);
    for (const [i, { hypotheses }] of plain.entries()) {
      expect(listed[i]?.hypotheses.map(({ text }) => text)).toEqual(hypotheses.map(({ text }) => text));
      hypotheses.forEach(({ score }, n) => {
        expect(listed[i]?.hypotheses[n]?.score).toBeCloseTo(score, 4);
      });
    }
  });

  test.each([
    { beam: 4, best: 2 },
    { beam: 1, best: 1 },
    { beam: 4, best: 2, quantize: "int8" },
  ] as const)("writes only what a sentence lists, the same in any batch (%o)", async (how) => {
    const alone = await (await open({ ...how, batch: 1, shortlist: shortlistOf(some) })).translate(sentences);
    for (const [i, { hypotheses }] of alone.entries()) {
      const listed = new Set(listedBy(some, [source.encode(sentences[i] as string)]).ids);
      for (const { tokens } of hypotheses)
        for (const token of tokens)
          expect(listed.has(ids.find((id) => target.token(id) === token) ?? -1)).toBe(true);
    }
    const together = await (await open({ ...how, batch: 16, shortlist: shortlistOf(some) })).translate(
      sentences,
    );
    const texts = (found: typeof alone): string[][] =>
      found.map(({ hypotheses }) => hypotheses.map(({ text }) => text));
    expect(texts(together)).toEqual(texts(alone));
  });

  test("is refused what needs the scores of all tokens", async () => {
    for (const more of [
      { prefix: pairs[0]?.target.split(" ")[0] as string },
      { noRepeatNgram: 2 },
      { sample: { seed: 1 } },
    ])
      await expect(open({ ...more, best: 1, shortlist: shortlistOf(some) })).rejects.toThrow(/shortlist/);
  });
});
