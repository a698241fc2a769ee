import { describe, expect, test } from "vitest";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { Embedding } from "../../src/nn/embedding.ts";
import { FeedForward } from "../../src/nn/feed-forward.ts";
import { glorotUniform, initialise, normal, ones, zeros } from "../../src/nn/initialise.ts";
import { build, type Layer, layer, repeat } from "../../src/nn/layer.ts";
import { Linear } from "../../src/nn/linear.ts";
import { LayerNorm, PostNorm, PreNorm } from "../../src/nn/norm.ts";
import { LearnedPositions, RotaryPositions, SinusoidalPositions } from "../../src/nn/positions.ts";
import { add, mul, range } from "../../src/ops/index.ts";
import { randomInts, randomStream } from "../../src/random.ts";
import { type HostValue, host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";

const x = input("x", "float32", ["batch", 4]);
const random = (shape: readonly number[]): HostValue => {
  const uniform = randomStream(3, `${shape}`);
  return host("float32", shape, () => 6 * uniform() - 3);
};
const floats = (value: Pick<HostValue, "data"> | undefined): number[] =>
  Array.from(value?.data ?? [], Number);

/** y for one x, with the weights of `seed`. */
async function apply<F>(
  root: Layer<F>,
  call: (f: F) => Value,
  feeds: Record<string, HostValue>,
): Promise<number[]> {
  const model = build(root);
  const run = await open({ y: call(model.call) });
  const { y } = await run({ ...Object.fromEntries(initialise(model.parameters, 1)), ...feeds });
  run.close();
  return floats(y);
}

describe("layers", () => {
  test("a layer of layers names its weights by their paths, lists by number", () => {
    const model = build(
      layer(
        { inner: Linear(4, 3), stack: repeat(2, () => LayerNorm(3)), scale: { shape: [3], init: ones } },
        (m) => m,
      ),
    );
    expect([...model.parameters.keys()]).toEqual([
      "inner.weight",
      "inner.bias",
      "stack.0.gain",
      "stack.0.bias",
      "stack.1.gain",
      "stack.1.bias",
      "scale",
    ]);
  });

  test("parts that are undefined are left out, and two weights of one name are refused", () => {
    expect([
      ...build(layer({ norm: undefined, out: Linear(2, 2, { bias: false }) }, (m) => m)).parameters.keys(),
    ]).toEqual(["out.weight"]);
    const same = { shape: [1], init: ones };
    const twice = layer({ "a.b": same, a: layer({ b: same }, (m) => m) }, (m) => m);
    expect(() => build(twice)).toThrow('build: two parameters are named "a.b".');
  });

  test("taps have the path of the layer that set them", () => {
    const inner = layer({}, (_, scope) => (v: Value) => scope.tap("output", mul(v, 2)));
    const model = build(
      layer(
        { blocks: repeat(2, () => inner) },
        ({ blocks }) =>
          (v: Value) =>
            blocks.reduce((y, f) => f(y), v),
      ),
    );
    const y = model.call(x);
    expect([...model.taps.keys()]).toEqual(["blocks.0.output", "blocks.1.output"]);
    expect(model.taps.get("blocks.1.output")).toBe(y);
  });

  test("weights can be float64, for gradient checks", () => {
    const { parameters } = build(Linear(2, 2), { dtype: "float64" });
    expect([...parameters.values()].map(({ value }) => value.dtype)).toEqual(["float64", "float64"]);
  });
});

describe("first values", () => {
  const parts = { a: { shape: [20, 30], init: glorotUniform }, b: { shape: [500], init: normal(0.5) } };
  const values = (seed: number, root: Layer<unknown>): Map<string, number[]> =>
    new Map(
      [...initialise(build(root).parameters, seed)].map(([path, { data }]) => [
        path,
        Array.from(data, Number),
      ]),
    );

  test("are a function of seed and path alone", () => {
    const one = values(
      1,
      layer(parts, (m) => m),
    );
    const more = values(
      1,
      layer({ first: { shape: [7], init: normal(1) }, ...parts }, (m) => m),
    );
    expect(more.get("a")).toEqual(one.get("a"));
    expect(more.get("b")).toEqual(one.get("b"));
    expect(
      values(
        2,
        layer(parts, (m) => m),
      ).get("a"),
    ).not.toEqual(one.get("a"));
    const moved = values(
      1,
      layer({ c: parts.a }, (m) => m),
    );
    expect(moved.get("c")).not.toEqual(one.get("a"));
  });

  test("have the spread that their rule says", () => {
    const drawn = values(
      3,
      layer(parts, (m) => m),
    );
    const bound = Math.sqrt(6 / 50);
    const a = drawn.get("a") as number[];
    expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.max(...a.map(Math.abs))).toBeGreaterThan(0.97 * bound);
    const b = drawn.get("b") as number[];
    expect(Math.abs(b.reduce((total, v) => total + v, 0) / 500)).toBeLessThan(0.1);
    expect(Math.sqrt(b.reduce((total, v) => total + v * v, 0) / 500)).toBeCloseTo(0.5, 1);
    const constants = values(
      1,
      layer({ o: { shape: [2], init: ones }, z: { shape: [2], init: zeros } }, (m) => m),
    );
    expect([...constants.values()]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });
});

describe("what layers compute", () => {
  test("layer norm gives each row mean 0 and variance 1", async () => {
    const y = await apply(LayerNorm(4), (f) => f(x), { x: random([3, 4]) });
    for (let i = 0; i < 3; i++) {
      const row = y.slice(4 * i, 4 * i + 4);
      expect(row.reduce((a, b) => a + b) / 4).toBeCloseTo(0, 5);
      expect(row.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(1, 3);
    }
  });

  test("a post-norm residual normalises the sum, a pre-norm one the input of the function", async () => {
    const fed = { x: random([2, 4]) };
    const post = await apply(PostNorm(4, 0), (residual) => residual(x, (v) => mul(v, 2)), fed);
    expect(post.slice(0, 4).reduce((a, b) => a + b)).toBeCloseTo(0, 5);
    const pre = await apply(PreNorm(4, 0), (residual) => residual(x, (v) => mul(v, 2)), fed);
    const normal = await apply(LayerNorm(4), (f) => f(x), fed);
    floats(fed.x).forEach((v, i) => {
      expect(pre[i]).toBeCloseTo(v + 2 * (normal[i] as number), 5);
    });
  });

  test("a feed-forward layer treats every position alike", async () => {
    const row = random([1, 4]);
    const rows = host("float32", [3, 4], (at) => Number(row.data[at % 4]));
    for (const activation of ["relu", "gelu", "gelu-tanh"] as const) {
      const y = await apply(FeedForward(4, 7, { activation }), (f) => f(x), { x: rows });
      expect(y.slice(0, 4)).toEqual(y.slice(4, 8));
      expect(y.slice(0, 4)).toEqual(y.slice(8));
    }
  });

  test("an embedding is a row of its table times the root of its size", async () => {
    const ids = input("ids", "int32", ["n"]);
    const table = initialise(build(Embedding(5, 4)).parameters, 1).get("weight");
    const y = await apply(Embedding(5, 4), (f) => f.lookup(ids), { ids: host("int32", [2], [3, 0]) });
    const expected = [3, 0].flatMap((id) =>
      floats(table)
        .slice(4 * id, 4 * id + 4)
        .map((v) => 2 * v),
    );
    y.forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i] as number, 6);
    });
  });

  test("sinusoidal positions are the paper's interleaved waves, also at odd sizes", async () => {
    for (const dim of [4, 5]) {
      const y = await apply(SinusoidalPositions(9, dim), (f) => f(range(9)), {});
      for (let p = 0; p < 9; p++) {
        for (let i = 0; i < dim; i++) {
          const angle = p / 10000 ** ((2 * Math.floor(i / 2)) / dim);
          expect(y[p * dim + i]).toBeCloseTo(i % 2 ? Math.cos(angle) : Math.sin(angle), 6);
        }
      }
    }
  });

  test("rotary positions turn pairs of axes: products tell how far apart two are, not where they stand", async () => {
    const pair = input("pair", "float32", [2, 6]);
    const rows = random([2, 6]);
    const turned = (at: number, apart: number): Promise<number[]> =>
      apply(RotaryPositions(6), (f) => f(pair, add(mul(range(2), apart), at)), { pair: rows });
    const dot = (y: readonly number[]): number =>
      y.slice(0, 3 * 2).reduce((sum, v, i) => sum + v * (y[6 + i] as number), 0);
    expect(await turned(0, 0)).toEqual(floats(rows));
    const [here, there, nearer] = [await turned(0, 5), await turned(40, 5), await turned(40, 4)];
    expect(dot(there)).toBeCloseTo(dot(here), 4);
    expect(Math.abs(dot(nearer) - dot(here))).toBeGreaterThan(0.1);
    const second = floats(rows).slice(6);
    for (const i of [0, 1, 2]) {
      const angle = 5 / 10000 ** ((2 * i) / 6);
      const [a, b] = [second[i] as number, second[i + 3] as number];
      expect(here[6 + i]).toBeCloseTo(a * Math.cos(angle) - b * Math.sin(angle), 5);
      expect(here[9 + i]).toBeCloseTo(b * Math.cos(angle) + a * Math.sin(angle), 5);
    }
    expect(() => RotaryPositions(5)).toThrow("size 5 is odd");
  });

  test("learned positions are rows of a table", async () => {
    const table = initialise(build(LearnedPositions(6, 4)).parameters, 1).get("weight");
    const y = await apply(LearnedPositions(6, 4), (f) => f(range(3)), {});
    expect(y).toEqual(floats(table).slice(0, 12));
  });
});

describe("dropout", () => {
  const tables = { rows: input("rows", "int32", ["r"]), columns: input("columns", "int32", ["c"]) };
  const root = layer(
    {},
    (_, scope) => (v: Value) => add(scope.dropout(v, 0.5), mul(scope.dropout(v, 0.5), 10)),
  );
  const drawn = (step: number): Record<string, HostValue> => ({
    rows: host("int32", [64], randomInts(step, "rows")),
    columns: host("int32", [4], randomInts(step, "columns")),
  });

  async function dropped(step: number): Promise<number[]> {
    const run = await open({ y: build(root, { random: tables }).call(x) });
    const { y } = await run({ x: host("float32", [64, 4], () => 1), ...drawn(step) });
    run.close();
    return floats(y);
  }

  test("is the same for the same tables, and another for others and at another site", async () => {
    const y = await dropped(1);
    expect(await dropped(1)).toEqual(y);
    expect(await dropped(2)).not.toEqual(y);
    expect(new Set(y)).toEqual(new Set([0, 2, 20, 22])); // both, one or the other site kept
  });

  test("is off in a model that was given no tables, and at rate 0", async () => {
    const fed = { x: random([2, 4]) };
    const y = await apply(root, (f) => f(x), fed);
    floats(fed.x).forEach((v, i) => {
      expect(y[i]).toBeCloseTo(11 * v, 4);
    });
    const none = layer({}, (_, scope) => (v: Value) => scope.dropout(v, 0));
    expect(build(none, { random: tables }).call(x)).toBe(x);
  });
});
