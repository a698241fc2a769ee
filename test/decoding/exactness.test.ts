/** Search on real models of every kind, beside a search that reads each prefix from its beginning, alone. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beamSearch } from "../../src/decoding/beam.ts";
import { constrained, repetitionPenalty } from "../../src/decoding/constraints.ts";
import { ensembleWeights } from "../../src/decoding/ensemble.ts";
import { type GreedyOptions, openGreedy } from "../../src/decoding/greedy.ts";
import type { Hypothesis } from "../../src/decoding/hypothesis.ts";
import { openScorer, type Scorer } from "../../src/decoding/scorer.ts";
import { openStepper, type Stepper } from "../../src/decoding/stepper.ts";
import { input } from "../../src/ir/leaf.ts";
import { RecurrentSeq2Seq, type RecurrentSeq2SeqConfig } from "../../src/models/recurrent-seq2seq.ts";
import type { Seq2Seq } from "../../src/models/seq2seq.ts";
import { Transformer, type TransformerConfig } from "../../src/models/transformer.ts";
import { initialise, normal } from "../../src/nn/initialise.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { flattenLead, linear, logSoftmax } from "../../src/ops/index.ts";
import { randomStream } from "../../src/random.ts";
import { compile, type Program } from "../../src/runtime/compile.ts";
import { createState, type HostTensor } from "../../src/runtime/state.ts";
import { sharedEngine } from "../training/tiny.ts";
import { plainBeam, type Scored } from "./plain-search.ts";

const V = 13;
const [PAD, START, END] = [0, 2, 3];
const LIMIT = 7;

const vocabularies = { sourceVocabulary: V, targetVocabulary: V } as const;
const transformer = (config: Partial<TransformerConfig>): Layer<Seq2Seq> =>
  Transformer({
    ...{ ...vocabularies, encoderLayers: 1, decoderLayers: 2, dModel: 8, heads: 2, feedForward: 16 },
    ...{ positions: "sinusoidal", norm: "post", tie: "all", maxLength: 24, ...config },
  });
const recurrent = (config: Partial<RecurrentSeq2SeqConfig>): Layer<Seq2Seq> =>
  RecurrentSeq2Seq({
    ...{ ...vocabularies, cell: "lstm", layers: 1, embedding: 6, hidden: 8, attention: "additive" },
    ...{ tie: "all", ...config },
  });
const models = {
  "a post-norm Transformer": transformer({}),
  "a pre-norm Transformer with positions learned and sizes of its own": transformer({
    ...{ norm: "pre", positions: "learned", tie: "none", dKey: 3, dValue: 5 },
  }),
  "a Transformer with rotary positions": transformer({ norm: "pre", positions: "rotary", dKey: 6 }),
  "an LSTM with a static summary": recurrent({ attention: "none" }),
  "two LSTM layers with Bahdanau's attention": recurrent({ layers: 2, tie: "none" }),
  "a GRU with dot attention": recurrent({ cell: "gru", attention: "dot" }),
  "a GRU with general attention and input feeding": recurrent({
    ...{ cell: "gru", attention: "general", inputFeeding: true, bidirectional: false },
  }),
} as const satisfies Record<string, Layer<Seq2Seq>>;

/** Weights large enough that no token is a matter of course. */
function weightsOf(model: Layer<Seq2Seq>, seed: number): Map<string, HostTensor> {
  const weights = initialise(build(model).parameters, seed);
  for (const [name, { shape, data }] of weights)
    if (!/norm|residual/i.test(name)) normal(0.6)(data as Float32Array, shape, randomStream(seed, name));
  return weights;
}

const sources = [
  [5, 7, 3],
  [4, 4, 9, 12, 6, 3],
  [11, 3],
  [8, 10, 5, 6, 3],
];

const opened: { close: () => void }[] = [];
afterAll(() => {
  for (const each of opened) each.close();
});
const keep = <T extends { close: () => void }>(one: T): T => {
  opened.push(one);
  return one;
};

/** Log probabilities after a prefix: source and prefix read whole, without padding, company or state. */
async function plainModel(
  model: Layer<Seq2Seq>,
  weights: Map<string, HostTensor>,
): Promise<(source: readonly number[], prefix: readonly number[]) => Promise<Float32Array>> {
  const { call } = build(model);
  const source = input("source", "int32", [1, "source"]);
  const mask = input("mask", "float32", [1, "source"]);
  const target = input("target", "int32", [1, "target"]);
  const { hidden } = call.decode(target, call.remember(call.encode(source, mask), mask));
  const all = logSoftmax(linear(flattenLead(hidden), call.projection));
  const program: Program<"all"> = keep(
    await compile({ engine: await sharedEngine(), constants: weights, outputs: { all } }),
  );
  return async (ids, prefix) => {
    const found = await program({
      source: { shape: [1, ids.length], data: Int32Array.from(ids) },
      mask: { shape: [1, ids.length], data: new Float32Array(ids.length).fill(1) },
      target: { shape: [1, prefix.length + 1], data: Int32Array.of(START, ...prefix) },
    });
    const numbers = ((await found.all.read()) as Float32Array).slice(prefix.length * V);
    found.all.dispose();
    return numbers;
  };
}

const stepperOf = async (
  model: Layer<Seq2Seq> | readonly Layer<Seq2Seq>[],
  constants: ReadonlyMap<string, HostTensor>,
  candidates: number | "all",
): Promise<Stepper> =>
  keep(await openStepper({ engine: await sharedEngine(), model, padding: PAD, constants, candidates }));

type Search = (sources: readonly number[][], how: typeof options) => Promise<Hypothesis[][]>;
const ways = ["greedy search", "a beam of 1", "a beam of 3"] as const;

const options = { start: START, end: END, alpha: 0.6, maxLength: (_: number): number => LIMIT };

describe.each(Object.entries(models))("%s", (_, model) => {
  const weights = weightsOf(model, 5);
  let plain: Awaited<ReturnType<typeof plainModel>>;
  let searches: Record<(typeof ways)[number], Search>;
  let scorer: Scorer;
  beforeAll(async () => {
    const engine = await sharedEngine();
    plain = await plainModel(model, weights);
    const beamOf1 = await stepperOf(model, weights, 1);
    const beamOf3 = await stepperOf(model, weights, 6);
    const greedy = keep(await openGreedy({ engine, model, padding: PAD, constants: weights, end: END }));
    searches = {
      "greedy search": greedy.search,
      "a beam of 1": (sources, how) => beamSearch(beamOf1, sources, { ...how, beam: 1 }),
      "a beam of 3": (sources, how) => beamSearch(beamOf3, sources, { ...how, beam: 3, best: 3 }),
    };
    scorer = keep(await openScorer({ engine, model, weights, padding: PAD, start: START }));
  });

  test.each(ways)("%s finds what the plain search finds", async (way) => {
    const [beam, best] = way === "a beam of 3" ? [3, 3] : [1, 1];
    const found = await searches[way](sources, options);
    for (const [i, source] of sources.entries()) {
      const expected = await plainBeam(plain, source, { beam, alpha: 0.6, best, limit: LIMIT, end: END });
      expect(found[i]?.map(({ ids }) => ids)).toEqual(expected.map(({ ids }) => ids));
      expected.forEach(({ score }, n) => {
        expect(Math.abs((found[i]?.[n]?.score as number) - score)).toBeLessThan(1e-5);
      });
    }
  });

  test("forced decoding gives what it finds the same probability", async () => {
    const found = await searches["a beam of 3"](sources, options);
    const pairs = found.flatMap((all, i) =>
      all.map(({ ids }) => ({ source: sources[i] ?? [], target: ids })),
    );
    const forced = await scorer.score(pairs);
    for (const [i, { logProbability, ids }] of found.flat().entries()) {
      expect(forced[i]?.logProbabilities).toHaveLength(ids.length);
      expect(forced[i]?.logProbabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(logProbability, 4);
    }
  });

  test("company, order and padding change nothing", async () => {
    const sentence = fc.array(fc.integer({ min: 4, max: V - 1 }), { minLength: 1, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(fc.array(sentence, { minLength: 2, maxLength: 6 }), async (texts) => {
        const all = texts.map((ids) => [...ids, END]);
        for (const way of ways) {
          const how = { ...options, maxLength: (n: number) => 2 * n };
          const together = await searches[way](all, how);
          const reversed = (await searches[way]([...all].reverse(), how)).reverse();
          for (const [i, source] of all.entries()) {
            const [alone = []] = await searches[way]([source], how);
            for (const other of [together[i], reversed[i]]) {
              expect(other?.map(({ ids }) => ids)).toEqual(alone.map(({ ids }) => ids));
              alone.forEach(({ score }, n) => {
                expect(Math.abs((other?.[n]?.score as number) - score)).toBeLessThan(1e-5);
              });
            }
          }
        }
      }),
      { numRuns: 4, seed: 7 },
    );
  });
});

describe("on a Transformer", () => {
  const model = models["a post-norm Transformer"];
  const weights = weightsOf(model, 5);

  const greedyOf = async (options: Partial<GreedyOptions>): Promise<Search> => {
    const engine = await sharedEngine();
    return keep(await openGreedy({ engine, model, padding: PAD, end: END, ...options })).search;
  };

  test("greedy search reads weights of a state, as validation does", async () => {
    const state = createState(await sharedEngine(), weights);
    const found = await (await greedyOf({ state }))(sources, options);
    const frozen = await (await greedyOf({ constants: weights }))(sources, options);
    for (const [i, all] of found.entries()) expectSame(all, frozen[i] as Hypothesis[]);
  });

  test("greedy search of an ensemble decides as a beam of 1 does", async () => {
    const members = [model, models["a GRU with dot attention"]];
    const constants = ensembleWeights(members.map((member, i) => weightsOf(member, 5 + i)));
    const found = await (await greedyOf({ model: members, constants }))(sources, options);
    const stepper = await stepperOf(members, constants, 1);
    const expected = await beamSearch(stepper, sources, { ...options, beam: 1 });
    for (const [i, all] of found.entries()) expectSame(all, expected[i] as Hypothesis[]);
  });

  test("greedy search ends every text at its own limit, and takes no texts", async () => {
    const search = await greedyOf({ constants: weights, end: 99 });
    const found = await search(sources, { ...options, maxLength: (n) => 1.5 * n });
    expect(found.map(([only]) => only?.ids.length)).toEqual(
      sources.map(({ length }) => Math.ceil(1.5 * length)),
    );
    expect(await search([], options)).toEqual([]);
  });

  test("a repetition penalty searches among scores that it changed", async () => {
    const plain = await plainModel(model, weights);
    const penalised = async (source: readonly number[], prefix: readonly number[]): Promise<Float32Array> => {
      const scores = await plain(source, prefix);
      return scores.map((score, token) => (prefix.includes(token) ? score * 1.5 : score));
    };
    const stepper = constrained(await stepperOf(model, weights, "all"), [repetitionPenalty(1.5)], 6);
    const found = await beamSearch(stepper, sources, { ...options, beam: 3, best: 3 });
    for (const [i, source] of sources.entries()) {
      const expected = await plainBeam(penalised, source, {
        beam: 3,
        alpha: 0.6,
        best: 3,
        limit: LIMIT,
        end: END,
      });
      expectSame(found[i], expected);
    }
  });

  test("an ensemble decides by the mean of probabilities", async () => {
    const members = [model, models["a GRU with dot attention"]];
    const all = members.map((member, i) => weightsOf(member, 5 + i));
    const plains = await Promise.all(
      members.map((member, i) => plainModel(member, all[i] as Map<string, HostTensor>)),
    );
    const mean = async (source: readonly number[], prefix: readonly number[]): Promise<Float32Array> => {
      const each = await Promise.all(plains.map((plain) => plain(source, prefix)));
      return Float32Array.from({ length: V }, (_, token) =>
        Math.log(each.reduce((sum, scores) => sum + Math.exp(scores[token] as number), 0) / each.length),
      );
    };
    const constants = ensembleWeights(all);
    const found = await beamSearch(await stepperOf(members, constants, 6), sources, {
      ...options,
      beam: 3,
      best: 3,
    });
    for (const [i, source] of sources.entries()) {
      const expected = await plainBeam(mean, source, {
        beam: 3,
        alpha: 0.6,
        best: 3,
        limit: LIMIT,
        end: END,
      });
      expectSame(found[i], expected);
    }
    const engine = await sharedEngine();
    const scorer = keep(
      await openScorer({
        engine,
        model: members,
        weights: constants,
        padding: PAD,
        start: START,
        attention: true,
      }),
    );
    const [first] = found[0] ?? [];
    const [forced] = await scorer.score([{ source: sources[0] ?? [], target: first?.ids ?? [] }]);
    expect(forced?.logProbabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(
      first?.logProbability as number,
      4,
    );
    for (const row of forced?.attention ?? []) {
      expect(row).toHaveLength(3);
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    }
  });
});

test("attention of a model that has none is refused", async () => {
  const model = models["an LSTM with a static summary"];
  const shared = {
    engine: await sharedEngine(),
    model,
    weights: weightsOf(model, 5),
    padding: PAD,
    start: START,
  };
  await expect(openScorer({ ...shared, attention: true })).rejects.toThrow("attention: the model has none");
});

function expectSame(found: readonly Scored[] | undefined, expected: readonly Scored[]): void {
  expect(found?.map(({ ids }) => ids)).toEqual(expected.map(({ ids }) => ids));
  expected.forEach(({ score }, n) => {
    expect(Math.abs((found?.[n]?.score as number) - score)).toBeLessThan(1e-5);
  });
}
