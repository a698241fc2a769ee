/** Beam search over small random language models, beside searches that try everything and share nothing. */
import { describe, expect, test } from "vitest";
import { type BeamOptions, beamSearch } from "../../src/decoding/beam.ts";
import { type Hypothesis, lengthPenalty } from "../../src/decoding/hypothesis.ts";
import type { Stepper } from "../../src/decoding/stepper.ts";
import { randomInts } from "../../src/random.ts";
import { byScore, END, type LanguageModel, plainBeam, type Scored, START, scored } from "./plain-search.ts";

const VOCABULARY = 5;

/** Each context has a distribution of its own; `sharpness` 0 makes all tokens equally likely. */
function randomModel(seed: number, { sharpness = 2, vocabulary = VOCABULARY } = {}): LanguageModel {
  const known = new Map<string, Float32Array>();
  return (source, prefix) => {
    const context = `${source.join()} : ${prefix.join()}`;
    const found = known.get(context);
    if (found) return found;
    const next = randomInts(seed, context);
    const logits = Array.from({ length: vocabulary }, () => (sharpness * next()) / 2 ** 31);
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    const made = Float32Array.from(logits, (logit) => logit - total);
    known.set(context, made);
    return made;
  };
}

interface Watched extends Stepper {
  /** Rows of each step. */
  readonly rows: number[];
  open: number;
}

/** The model behind the interface of search. Refuses rows that do not go on from where they say. */
function stepperOf(model: LanguageModel, candidates = VOCABULARY): Watched {
  const watched: Watched = {
    candidates,
    rows: [],
    open: 0,
    start: async (sources) => {
      watched.open++;
      let rows = sources.map((_, sentence) => ({ sentence, prefix: undefined as number[] | undefined }));
      return {
        step: async (from, sentence, tokens) => {
          watched.rows.push(from.length);
          rows = [...from].map((row, i) => {
            const before = rows[row];
            if (!before || before.sentence !== sentence[i]) throw new Error(`row ${i} has lost its sentence`);
            const token = tokens[i] as number;
            if (before.prefix === undefined && token !== START) throw new Error("the first token is not <s>");
            return { ...before, prefix: before.prefix === undefined ? [] : [...before.prefix, token] };
          });
          const best = rows.map(({ sentence: at, prefix = [] }) => {
            const scores = model([...(sources[at] as number[])], prefix);
            const order = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number));
            return order.slice(0, candidates).map((token) => ({ token, score: scores[token] as number }));
          });
          return {
            each: candidates,
            tokens: Int32Array.from(best.flat(), ({ token }) => token),
            logProbabilities: Float32Array.from(best.flat(), ({ score }) => score),
          };
        },
        end: () => {
          watched.open--;
        },
      };
    },
    close: () => undefined,
  };
  return watched;
}

/** Every sequence that ends within `limit` tokens, best first. */
function everything(model: LanguageModel, source: readonly number[], limit: number, alpha: number): Scored[] {
  const found: Scored[] = [];
  const extend = (prefix: readonly number[], logProbability: number): void => {
    model(source, prefix).forEach((p, token) => {
      const ids = [...prefix, token];
      if (token === END) found.push(scored(ids, logProbability + p, alpha));
      else if (ids.length < limit) extend(ids, logProbability + p);
    });
  };
  extend([], 0);
  return found.sort(byScore);
}

const sources = [[7], [8, 9], [10, 11, 12], [13]];
const common = { start: START, end: END };

const search = (
  model: LanguageModel,
  options: Partial<BeamOptions> = {},
  of: readonly number[][] = sources,
): Promise<Hypothesis[][]> => beamSearch(stepperOf(model), of, { ...common, ...options });

function expectSame(found: readonly Hypothesis[] | undefined, expected: readonly Scored[]): void {
  expect(found?.map(({ ids }) => ids)).toEqual(expected.map(({ ids }) => ids));
  expected.forEach(({ score, logProbability }, i) => {
    expect(found?.[i]?.score).toBeCloseTo(score, 10);
    expect(found?.[i]?.logProbability).toBeCloseTo(logProbability, 10);
  });
}

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const alphas = [0, 0.6, 1];

describe.each(alphas)("alpha %d", (alpha) => {
  test.each(seeds)("a beam as wide as the tree finds the best of all sequences (seed %i)", async (seed) => {
    const model = randomModel(seed);
    const limit = 4;
    const found = await search(model, { beam: 400, alpha, best: 6, maxLength: () => limit });
    for (const [i, source] of sources.entries())
      expectSame(found[i], everything(model, source, limit, alpha).slice(0, 6));
  });

  test.each(seeds)(
    "beams of 2, 3 and 5 find what beams that never stop early find (seed %i)",
    async (seed) => {
      const model = randomModel(seed);
      for (const beam of [2, 3, 5]) {
        for (const best of [1, beam]) {
          const options = { beam, alpha, best, maxLength: (n: number) => 2 * n + 6 };
          const found = await search(model, { ...options, lookahead: Infinity });
          for (const [i, source] of sources.entries()) {
            const limit = 2 * source.length + 6;
            expectSame(found[i], await plainBeam(model, source, { beam, alpha, best, limit }));
          }
        }
      }
    },
  );

  test.each(seeds)("a beam of 1 takes the likeliest token until that is </s> (seed %i)", async (seed) => {
    const model = randomModel(seed);
    const found = await search(model, { beam: 1, alpha, maxLength: () => 12 });
    for (const [i, source] of sources.entries()) {
      const ids: number[] = [];
      let logProbability = 0;
      while (ids.length < 12 && ids.at(-1) !== END) {
        const next = model(source, ids);
        const token = next.indexOf(Math.max(...next));
        logProbability += next[token] as number;
        ids.push(token);
      }
      expectSame(found[i], [scored(ids, logProbability, alpha)]);
    }
  });

  test("sentences in a batch get what they get alone, to the bit", async () => {
    for (const seed of seeds) {
      const model = randomModel(seed);
      const options = { beam: 3, best: 3, alpha };
      const together = await search(model, options);
      for (const [i, source] of sources.entries())
        expect([together[i]]).toEqual(await search(model, options, [source]));
    }
  });
});

describe("hypotheses that say the same", () => {
  /** Tokens 2 and 3 are two ways to write one word. */
  const textOf = (ids: readonly number[]): string => ids.join().replaceAll("3", "2");

  test.each(seeds)("count once, with the best score, and others are looked for (seed %i)", async (seed) => {
    const model = randomModel(seed);
    const found = await search(model, { beam: 400, alpha: 1, best: 6, maxLength: () => 4, textOf });
    for (const [i, source] of sources.entries()) {
      const texts = new Set<string>();
      const distinct = everything(model, source, 4, 1).filter(({ ids }) => {
        const isNew = !texts.has(textOf(ids));
        texts.add(textOf(ids));
        return isNew;
      });
      expectSame(found[i], distinct.slice(0, 6));
    }
  });

  test("fill up what is asked for where there are no others", async () => {
    const options = { beam: 4, best: 4, maxLength: () => 2, textOf: () => "" };
    for (const found of await search(randomModel(1), options)) {
      expect(found).toHaveLength(4);
      const scores = found.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    }
  });
});

test("a search whose signal is aborted asks for no further step", async () => {
  const stepper = stepperOf(randomModel(1));
  const found = await beamSearch(stepper, sources, { ...common, signal: AbortSignal.abort() });
  expect([found, stepper.rows, stepper.open]).toEqual([[[], [], [], []], [], 0]);
});

describe("the length limit", () => {
  const endless: LanguageModel = () => Float32Array.of(-30, -40, Math.log(0.5), Math.log(0.3), Math.log(0.2));

  test("cuts off what does not end and says so by its last token", async () => {
    const [[first] = []] = await search(endless, { beam: 2, alpha: 0, maxLength: () => 3 }, [[7]]);
    expect(first?.ids).toEqual([2, 2, 2]);
    expect(first?.logProbability).toBeCloseTo(3 * Math.log(0.5), 5);
  });

  test("depends on the source and is 2 · length + 10 by default", async () => {
    const lengths = async (maxLength?: (n: number) => number): Promise<unknown[]> => {
      const found = await search(endless, { beam: 1, ...(maxLength ? { maxLength } : {}) });
      return found.map(([hypothesis]) => hypothesis?.ids.length);
    };
    expect(await lengths()).toEqual([12, 14, 16, 12]);
    expect(await lengths((n) => n)).toEqual([1, 2, 3, 1]);
  });

  test("is one token at least", async () => {
    for (const limit of [0, -5]) {
      const [[first] = []] = await search(endless, { beam: 2, maxLength: () => limit }, [[7]]);
      expect(first?.ids).toEqual([2]);
    }
  });

  test("a hypothesis that ends is returned before one that was cut off", async () => {
    // Ending costs much at first, but is the only thing that ends.
    const late: LanguageModel = (_, prefix) =>
      prefix.length === 0
        ? Float32Array.of(-30, Math.log(0.01), Math.log(0.97), Math.log(0.02), -30)
        : endless([], []);
    const ids = async (beam: number): Promise<unknown> => {
      const [found = []] = await search(late, { beam, alpha: 0, maxLength: () => 3 }, [[7]]);
      return found.map((hypothesis) => hypothesis.ids);
    };
    expect(await ids(1)).toEqual([[2, 2, 2]]);
    expect(await ids(2)).toEqual([[END]]);
  });
});

describe("ties", () => {
  const uniform = randomModel(0, { sharpness: 0 });

  test("go to lower tokens, every time", async () => {
    const options = { beam: 3, best: 3, alpha: 0, maxLength: () => 3 };
    const once = await search(uniform, options);
    expect(await search(uniform, options)).toEqual(once);
    expect(once[0]).toEqual(once[3]);
    expect(once[0]?.[0]?.ids).toEqual([END]);
  });
});

describe("the search", () => {
  test("of no sentences asks the model for nothing", async () => {
    const stepper = stepperOf(randomModel(1));
    expect(await beamSearch(stepper, [], common)).toEqual([]);
    expect(stepper.rows).toEqual([]);
    expect(stepper.open).toBe(0);
  });

  test("keeps beams wider than the vocabulary", async () => {
    const model = randomModel(5);
    const found = await search(model, { beam: 50, best: 50, alpha: 0.6, maxLength: () => 8 });
    for (const hypotheses of found) {
      expect(hypotheses).toHaveLength(50);
      expect(new Set(hypotheses.map(({ ids }) => ids.join())).size).toBe(50);
    }
  });

  test("needs only twice the beam of candidates from each row", async () => {
    for (const seed of seeds) {
      const model = randomModel(seed, { vocabulary: 12 });
      const options = { ...common, beam: 3, best: 3 };
      const few = await beamSearch(stepperOf(model, 6), sources, options);
      expect(few).toEqual(await beamSearch(stepperOf(model, 12), sources, options));
    }
  });

  test("gives hypotheses in order, best first, each scored by its own length", async () => {
    for (const hypotheses of await search(randomModel(3), { beam: 5, best: 5, alpha: 1 })) {
      for (const [i, { ids, score, logProbability }] of hypotheses.entries()) {
        expect(score).toBeCloseTo(logProbability / lengthPenalty(ids.length, 1), 12);
        if (i > 0) expect(score).toBeLessThanOrEqual(hypotheses[i - 1]?.score as number);
      }
    }
  });

  test("lets sentences leave the batch as they end, and stops long before the limit", async () => {
    const sure: LanguageModel = ([first = 0], prefix) => {
      const end = prefix.length >= first - 7;
      return Float32Array.of(-30, end ? -0.01 : -30, end ? -30 : -0.01, -30, -30);
    };
    const stepper = stepperOf(sure);
    const found = await beamSearch(stepper, sources, { ...common, beam: 2, maxLength: () => 1000 });
    expect(found.map(([first]) => first?.ids.length)).toEqual([1, 2, 4, 7]);
    expect(stepper.rows).toHaveLength(7);
    expect(stepper.rows[0]).toBe(4);
    expect(stepper.rows.at(-1)).toBeLessThanOrEqual(2);
  });

  test("waits for what may still win within the lookahead, and for all that may with none", async () => {
    // </s> at once has e^-1; 19 tokens more begin with e^-2, and by their length they score best in the end.
    const long: LanguageModel = (_, { length }) => {
      const [end, next] = length === 0 ? [-1, -2] : length < 19 ? [-30, -1e-6] : [-1e-6, -30];
      return Float32Array.of(-30, end as number, next as number, -30, -30);
    };
    const lengthOf = async (options: Partial<BeamOptions>): Promise<number | undefined> => {
      const [found] = await search(long, { beam: 2, alpha: 1, maxLength: () => 40, ...options }, [[7]]);
      return found?.[0]?.ids.length;
    };
    // -2 / lp(1 + 4) = -1.2 does not beat -1, -2 / lp(1 + 8) = -0.9 does.
    expect(await lengthOf({})).toBe(1);
    expect(await lengthOf({ lookahead: 8 })).toBe(20);
    expect(await lengthOf({ lookahead: Infinity })).toBe(20);
  });

  test("gives the model's memory back, also when a step fails", async () => {
    const stepper = stepperOf(randomModel(1));
    await beamSearch(stepper, sources, common);
    expect(stepper.open).toBe(0);
    const broken = stepperOf(() => {
      throw new Error("out of memory");
    });
    await expect(beamSearch(broken, sources, common)).rejects.toThrow("out of memory");
    expect(broken.open).toBe(0);
  });
});

test("the length penalty is ((5 + length) / 6)^alpha", () => {
  expect(lengthPenalty(1, 0.6)).toBe(1);
  expect(lengthPenalty(7, 1)).toBe(2);
  expect(lengthPenalty(19, 0.5)).toBe(2);
  expect(lengthPenalty(100, 0)).toBe(1);
});
