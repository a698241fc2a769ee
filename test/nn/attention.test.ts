import { describe, expect, test } from "vitest";
import { HeedError } from "../../src/errors.ts";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { attention, causalBias, MultiHeadAttention, paddingBias } from "../../src/nn/attention.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import { randomStream } from "../../src/random.ts";
import { count, type HostValue, host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";

const random = (name: string, shape: readonly number[]): HostValue => {
  const uniform = randomStream(5, name);
  return host("float32", shape, () => 4 * uniform() - 2);
};

function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof HeedError && error.code === "ERR_SHAPE") return error.message;
  }
  throw new Error("nothing was refused");
}

/** Rows of the last axis. */
function rowsOf({ shape, data }: HostValue): number[][] {
  const size = shape.at(-1) as number;
  return Array.from({ length: count(shape) / size }, (_, i) =>
    Array.from(data.slice(i * size, (i + 1) * size), Number),
  );
}

describe("attention", () => {
  const value = input("value", "float32", ["batch", "keys", 5]);
  const key = input("key", "float32", ["batch", "keys", 3]);

  test("refuses queries and keys of different size, and says why", () => {
    const query = input("query", "float32", ["batch", "queries", 4]);
    expect(refusal(() => attention(query, key, value))).toBe(
      "attention: query has size 4 but key has size 3: a score is their dot product, so the sizes must be equal " +
        "(the value's may differ). " +
        "query [batch, queries, 4] · key [batch, keys, 3] · value [batch, keys, 5]",
    );
  });

  test("refuses other than one value per key", () => {
    const query = input("query", "float32", ["batch", "queries", 3]);
    expect(refusal(() => attention(query, key, input("value", "float32", ["batch", 7, 5])))).toBe(
      "attention: axis -2 of key is keys but axis -2 of value is 7: every key needs one value. " +
        "query [batch, queries, 3] · key [batch, keys, 3] · value [batch, 7, 5]",
    );
  });

  test("is softmax(Q Kᵀ / sqrt(d_key)) V, the value's size being free", async () => {
    const query = input("query", "float32", ["batch", "queries", 3]);
    const { context, weights, scores } = attention(query, key, value);
    expect(context.shape).toEqual(["batch", "queries", 5]);
    const run = await open({ context, weights, scores });
    const fed = { query: random("q", [1, 2, 3]), key: random("k", [1, 4, 3]), value: random("v", [1, 4, 5]) };
    const result = await run(fed);
    run.close();
    const [q, k, v] = [rowsOf(fed.query), rowsOf(fed.key), rowsOf(fed.value)];
    q.forEach((one, i) => {
      const raw = k.map(
        (other) => one.reduce((total, x, d) => total + x * (other[d] as number), 0) / Math.sqrt(3),
      );
      const powers = raw.map(Math.exp);
      const sum = powers.reduce((a, b) => a + b);
      for (let d = 0; d < 5; d++) {
        const mixed = powers.reduce(
          (total, p, j) => total + (p / sum) * ((v[j] as number[])[d] as number),
          0,
        );
        expect(rowsOf(result.context as HostValue)[i]?.[d]).toBeCloseTo(mixed, 5);
      }
      raw.forEach((score, j) => {
        expect(rowsOf(result.scores as HostValue)[i]?.[j]).toBeCloseTo(score, 5);
        expect(rowsOf(result.weights as HostValue)[i]?.[j]).toBeCloseTo((powers[j] as number) / sum, 5);
      });
    });
  });

  test("takes another scale", async () => {
    const query = input("query", "float32", ["batch", "queries", 3]);
    const run = await open({
      plain: attention(query, key, value).scores,
      unscaled: attention(query, key, value, { scale: 1 }).scores,
    });
    const fed = { query: random("q", [1, 2, 3]), key: random("k", [1, 4, 3]), value: random("v", [1, 4, 5]) };
    const { plain, unscaled } = await run(fed);
    run.close();
    rowsOf(plain as HostValue)
      .flat()
      .forEach((score, i) => {
        expect(score * Math.sqrt(3)).toBeCloseTo(rowsOf(unscaled as HostValue).flat()[i] as number, 5);
      });
  });
});

describe("multi-head attention", () => {
  const x = input("x", "float32", ["batch", "target", 12]);
  const states = input("states", "float32", ["batch", "source", 12]);
  const mask = input("mask", "float32", ["batch", "source"]);

  test("refuses heads that do not divide the model, unless the size of keys is given", () => {
    expect(refusal(() => MultiHeadAttention({ dModel: 12, heads: 5 }))).toBe(
      "MultiHeadAttention: 5 heads do not divide d_model 12; choose another number of heads or give dKey.",
    );
    expect(() => MultiHeadAttention({ dModel: 12, heads: 5, dKey: 3 })).not.toThrow();
  });

  test("has weights of the sizes asked for, under their paths", () => {
    const { parameters } = build(MultiHeadAttention({ dModel: 12, heads: 2, dKey: 3, dValue: 5 }));
    expect(Object.fromEntries([...parameters].map(([path, { spec }]) => [path, spec.shape]))).toEqual({
      "query.weight": [6, 12],
      "query.bias": [6],
      "key.weight": [6, 12],
      "key.bias": [6],
      "value.weight": [10, 12],
      "value.bias": [10],
      "output.weight": [12, 10],
      "output.bias": [12],
    });
  });

  async function look(
    bias: Value,
    self: boolean,
    feeds: Record<string, HostValue>,
  ): Promise<Record<string, HostValue>> {
    const model = build(MultiHeadAttention({ dModel: 12, heads: 3 }));
    const y = model.call.attend(x, model.call.remember(self ? x : states), bias);
    expect([...model.taps.keys()]).toEqual([
      ...["queries", "keys", "values", "products", "unmasked"],
      ...["scores", "weights", "heads", "output"],
    ]);
    const taps = Object.fromEntries([...model.taps].map(([name, value]) => [`tap ${name}`, value]));
    const run = await open({ y, ...taps });
    const weights = [...initialise(model.parameters, 1)];
    const result = await run({ ...Object.fromEntries(weights), ...feeds });
    run.close();
    return result;
  }

  test("gives rows that sum to 1, and never looks at padding", async () => {
    const seen = [1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0];
    const feeds = {
      x: random("x", [3, 2, 12]),
      states: random("states", [3, 4, 12]),
      mask: host("float32", [3, 4], seen),
    };
    const result = await look(paddingBias(mask), false, feeds);
    const weights = result["tap weights"] as HostValue;
    expect(weights.shape).toEqual([3, 3, 2, 4]);
    rowsOf(weights).forEach((row, i) => {
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      const sentence = Math.floor(i / 6);
      row.forEach((weight, j) => {
        if (seen[4 * sentence + j]) expect(weight).toBeGreaterThan(0);
        else expect(weight).toBe(0);
      });
    });
    // What stands under the padding makes no difference, to the bit.
    const other = host("float32", [3, 4, 12], (at) =>
      seen[Math.floor(at / 12)] ? Number(feeds.states.data[at]) : 1e3 * at,
    );
    expect((await look(paddingBias(mask), false, { ...feeds, states: other })).y?.data).toEqual(
      result.y?.data,
    );
  });

  test("stays finite where there is nothing to look at", async () => {
    const feeds = {
      x: random("x", [1, 2, 12]),
      states: random("s", [1, 3, 12]),
      mask: host("float32", [1, 3], () => 0),
    };
    const { y } = await look(paddingBias(mask), false, feeds);
    expect([...(y as HostValue).data].every((v) => Number.isFinite(Number(v)))).toBe(true);
  });

  test("never looks ahead when causal", async () => {
    const result = await look(causalBias(x, "target", "target"), true, { x: random("x", [2, 4, 12]) });
    rowsOf(result["tap weights"] as HostValue).forEach((row, i) => {
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      row.forEach((weight, j) => {
        if (j <= i % 4) expect(weight).toBeGreaterThan(0);
        else expect(weight).toBe(0);
      });
    });
  });

  test("a causal bias with a past lets each query see the past and itself", async () => {
    const past = input("past", "float32", ["past"]);
    const run = await open({ bias: causalBias(past, 2, "past+2", "past"), kept: past });
    const { bias } = await run({ past: host("float32", [3], () => 0) });
    run.close();
    expect(rowsOf(bias as HostValue).map((row) => row.map((v) => v === 0))).toEqual([
      [true, true, true, true, false],
      [true, true, true, true, true],
    ]);
  });
});
