/** What each ablation takes away, seen in the numbers. */
import { describe, expect, test } from "vitest";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { type Ablation, ablated, ablations, withHeadInit } from "../../src/models/ablations.ts";
import { pairInputs } from "../../src/models/inputs.ts";
import { TransformerLanguageModel } from "../../src/models/language-model.ts";
import type { Seq2Seq, Tensors } from "../../src/models/seq2seq.ts";
import { Transformer, type TransformerConfig } from "../../src/models/transformer.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build, type Model } from "../../src/nn/layer.ts";
import { type HostValue, host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";

const HEADS = 2;
const LENGTH = 5;
const config: TransformerConfig = {
  ...{ sourceVocabulary: 9, targetVocabulary: 9, encoderLayers: 2, decoderLayers: 1 },
  ...{ dModel: 8, heads: HEADS, feedForward: 12, positions: "sinusoidal", tie: "all", maxLength: 16 },
};
const source = [3, 1, 7, 2, 5];
const target = [4, 6, 8];

function modelWithout(
  without: readonly Ablation[],
  change: Pick<TransformerConfig, "norm"> & Partial<Pick<TransformerConfig, "positions">> = {},
): Model<Seq2Seq> {
  const c = { ...config, ...change };
  return build(ablated(Transformer(c), without, c));
}

interface Looked {
  readonly states: Float32Array;
  readonly taps: Readonly<Record<string, HostValue>>;
}

async function look(model: Model<Seq2Seq>, ids: readonly number[] = source): Promise<Looked> {
  const { source: s, sourceMask, target: t } = pairInputs();
  const encoded = model.call.encode(s, sourceMask);
  const { hidden } = model.call.decode(t, model.call.remember(encoded, sourceMask));
  const run = await open(
    { states: encoded.states, hidden, ...Object.fromEntries(model.taps) } as Record<string, Value>,
    {},
  );
  const {
    states,
    hidden: _,
    ...taps
  } = await run({
    ...Object.fromEntries(initialise(model.parameters, 5)),
    source: host("int32", [1, ids.length], ids),
    sourceMask: host("float32", [1, ids.length], () => 1),
    target: host("int32", [1, target.length], target),
  });
  run.close();
  return { states: states?.data as Float32Array, taps };
}

/** Rows of numbers: the last axis cut off. */
const rowsOf = ({ data, shape }: HostValue): number[][] => {
  const size = shape.at(-1) as number;
  return Array.from({ length: data.length / size }, (_, i) =>
    Array.from(data.slice(i * size, (i + 1) * size), Number),
  );
};
const tap = (looked: Looked, path: string): HostValue => looked.taps[path] as HostValue;
const pathsOf = (model: Model<Seq2Seq>): string[] => [...model.parameters.keys()];

test.each(["sinusoidal", "rotary"] as const)(
  "without %s positions, shuffling the words shuffles the states and does nothing else",
  async (positions) => {
    const order = [2, 0, 4, 1, 3];
    const difference = async (without: readonly Ablation[]): Promise<number> => {
      const model = modelWithout(without, { positions });
      const { states } = await look(model);
      const shuffled = (
        await look(
          model,
          order.map((i) => source[i] as number),
        )
      ).states;
      const gaps = order.flatMap((from, to) =>
        Array.from({ length: 8 }, (_, d) =>
          Math.abs((shuffled[8 * to + d] as number) - (states[8 * from + d] as number)),
        ),
      );
      return Math.max(...gaps);
    };
    expect(await difference(["positions"])).toBeLessThan(1e-5);
    expect(await difference([])).toBeGreaterThan(0.1);
  },
);

test("without the division by sqrt(d_key), first scores are sqrt(d_key) times as large", async () => {
  const path = "encoder.0.attention.scores";
  const [plain, unscaled] = [await look(modelWithout([])), await look(modelWithout(["scale"]))];
  const size = Math.sqrt(config.dModel / HEADS);
  tap(plain, path).data.forEach((score, i) => {
    expect(Number(tap(unscaled, path).data[i])).toBeCloseTo(size * Number(score), 5);
  });
});

test("with uniform attention every row is 1 over what can be seen", async () => {
  const looked = await look(modelWithout(["attention"]));
  for (const row of rowsOf(tap(looked, "encoder.1.attention.weights"))) {
    for (const weight of row) expect(weight).toBeCloseTo(1 / LENGTH, 6);
  }
  const causal = rowsOf(tap(looked, "decoder.0.attention.weights")).slice(0, 3);
  causal.forEach((row, i) => {
    row.forEach((weight, j) => {
      expect(weight).toBeCloseTo(j <= i ? 1 / (i + 1) : 0, 6);
    });
  });
});

test("with the diagonal masked nothing attends to itself, save the first word of a text, which sees nothing else", async () => {
  const looked = await look(modelWithout(["diagonal"]));
  for (const [i, row] of rowsOf(tap(looked, "encoder.0.attention.weights")).entries()) {
    expect(row[i % LENGTH]).toBe(0);
    expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
  }
  const causal = rowsOf(tap(looked, "decoder.0.attention.weights")).slice(0, 3);
  expect(causal[0]).toEqual([1, 0, 0]);
  expect(causal[1]?.map((weight) => Math.round(1e6 * weight) / 1e6)).toEqual([1, 0, 0]);
  expect(causal[2]?.[2]).toBe(0);
  const cross = rowsOf(tap(looked, "decoder.0.cross.weights"));
  expect(cross[0]?.[0]).toBeGreaterThan(0);
});

test("with keys as values there is no W_V, and what heads give out are mixtures of the keys", async () => {
  const model = modelWithout(["values"]);
  expect(pathsOf(model).filter((path) => path.includes(".value."))).toEqual([]);
  expect(pathsOf(modelWithout([])).filter((path) => path.includes(".value.")).length).toBeGreaterThan(0);
  const { taps } = await look(model);
  const of = (name: string): number[][] => rowsOf(taps[`encoder.0.attention.${name}`] as HostValue);
  expect(taps["encoder.0.attention.values"]?.shape).toEqual([1, HEADS, LENGTH, 4]);
  // The keys, from the layer's input by hand: x W_K + b_K.
  const weights = initialise(model.parameters, 5);
  const matrix = weights.get("encoder.0.attention.key.weight")?.data as Float32Array;
  const bias = weights.get("encoder.0.attention.key.bias")?.data as Float32Array;
  const states = rowsOf(taps["encoder.input.states"] as HostValue);
  const keys = Array.from({ length: HEADS * LENGTH }, (_, row) => {
    const [head, at] = [Math.floor(row / LENGTH), row % LENGTH];
    return Array.from({ length: 4 }, (__, d) => {
      const to = 4 * head + d;
      const x = states[at] as number[];
      return x.reduce((sum, one, i) => sum + one * (matrix[8 * to + i] as number), bias[to] as number);
    });
  });
  of("weights").forEach((row, at) => {
    const head = Math.floor(at / LENGTH);
    const mixed = [0, 1, 2, 3].map((d) =>
      row.reduce((sum, weight, j) => sum + weight * (keys[LENGTH * head + j]?.[d] as number), 0),
    );
    mixed.forEach((x, d) => {
      expect(of("heads")[at]?.[d]).toBeCloseTo(x, 5);
    });
  });
});

describe.each(ablations.flatMap((part) => [[part, "sinusoidal"] as const, [part, "rotary"] as const]))(
  "a language model without %s, of %s positions",
  (part, positions) => {
    test("says the same whether it reads a text at once or goes on from what it remembers", async () => {
      const block = { dModel: 8, heads: HEADS, feedForward: 12, dKey: 6, positions };
      const c = { ...block, vocabulary: 9, layers: 2, tie: true, maxLength: 16 };
      const described = TransformerLanguageModel(c);
      const { call, parameters } = build(ablated(described, [part], c));
      const weights = Object.fromEntries(initialise(parameters, 5));
      const tokens = input("tokens", "int32", ["batch", "time"]);
      const first = await open(statesAnd(call.decode(tokens, {})), {});
      const state = Object.fromEntries(
        Object.entries(call.start({}, "batch")).map(([name, { dtype, shape }]) => [
          name,
          input(
            `past.${name}`,
            dtype,
            shape.map((size) => (size === 0 ? "past" : size)),
          ),
        ]),
      );
      const further = await open(statesAnd(call.decode(tokens, {}, state)), {});
      const read = (ids: readonly number[]): HostValue => host("int32", [1, ids.length], ids);
      const whole = await first({ ...weights, tokens: read(source) });
      const past = (found: Record<string, HostValue>): Record<string, HostValue> =>
        Object.fromEntries(Object.keys(state).map((name) => [`past.${name}`, found[name] as HostValue]));
      let found = await first({ ...weights, tokens: read(source.slice(0, 3)) });
      for (const at of [3, 4]) {
        found = await further({ ...weights, ...past(found), tokens: read([source[at] as number]) });
        const expected = rowsOf(whole.hidden as HostValue)[at] as number[];
        rowsOf(found.hidden as HostValue)[0]?.forEach((x, d) => {
          expect(x).toBeCloseTo(expected[d] as number, 4);
        });
      }
      first.close();
      further.close();
    });
  },
);

const statesAnd = ({ hidden, state }: { hidden: Value; state: Tensors }): Record<string, Value> => ({
  ...state,
  hidden,
});

describe.each(["pre", "post"] as const)("%s-norm", (norm) => {
  test("without norm there is none anywhere", () => {
    expect(pathsOf(modelWithout(["norm"], { norm })).filter((path) => /norm/i.test(path))).toEqual([]);
  });

  test("without residuals a silent sublayer leaves nothing of its input", async () => {
    // With W_O and the outer feed-forward matrix at zero, all that could come through is the way around.
    const model = modelWithout(["residuals"], { norm });
    const weights = initialise(model.parameters, 5);
    for (const [path, { data }] of weights) {
      if (/output\.weight|outer\.weight/.test(path)) (data as Float32Array).fill(0);
    }
    const { source: s, sourceMask } = pairInputs();
    const run = await open({ states: model.call.encode(s, sourceMask).states }, {});
    const { states } = await run({
      ...Object.fromEntries(weights),
      source: host("int32", [1, LENGTH], source),
      sourceMask: host("float32", [1, LENGTH], () => 1),
    });
    run.close();
    for (const x of (states as HostValue).data) expect(Number(x)).toBeCloseTo(0, 5);
  });

  test.each(ablations)("builds and runs without %s", async (part) => {
    const { states } = await look(modelWithout([part], { norm }));
    for (const x of states) expect(Number.isFinite(x)).toBe(true);
  });
});

describe("heads", () => {
  const queries = (start: "random" | "identical" | "zero"): Float32Array => {
    const model = build(withHeadInit(Transformer(config), start, HEADS));
    return initialise(model.parameters, 1).get("decoder.0.cross.query.weight")?.data as Float32Array;
  };

  test("start each on its own, all alike, or at zero", () => {
    const half = queries("random").length / 2;
    expect(queries("random").slice(0, half)).not.toEqual(queries("random").slice(half));
    expect(queries("identical").slice(0, half)).toEqual(queries("identical").slice(half));
    expect(queries("identical").slice(0, half)).toEqual(queries("random").slice(0, half));
    expect(queries("zero").every((x) => x === 0)).toBe(true);
  });

  test("that start alike look at the same", async () => {
    const model = build(withHeadInit(Transformer(config), "identical", HEADS));
    const weights = rowsOf(tap(await look(model), "encoder.0.attention.weights"));
    expect(weights.slice(0, LENGTH)).toEqual(weights.slice(LENGTH));
  });
});

test("an ablated model that nothing is taken from is the model itself", () => {
  const whole = Transformer(config);
  expect(ablated(whole, [], config)).toBe(whole);
});
