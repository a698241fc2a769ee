/** Layers of imported models: PyTorch's numbers, and gradients against central differences. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import type { Value } from "../../src/ir/value.ts";
import { withBias, withOne } from "../../src/nn/affine.ts";
import { MultiHeadAttention } from "../../src/nn/attention.ts";
import { GatedFeedForward } from "../../src/nn/feed-forward.ts";
import { build, type Layer, type Scope } from "../../src/nn/layer.ts";
import { RmsNorm } from "../../src/nn/norm.ts";
import { RelativePositions } from "../../src/nn/relative-positions.ts";
import { Ssru } from "../../src/nn/ssru.ts";
import { silu } from "../../src/ops/elementwise.ts";
import { concat, constant, linear, mul, slice, sum } from "../../src/ops/index.ts";
import { scan } from "../../src/ops/scan.ts";
import { checkGradient } from "../ops/check-gradient.ts";
import { open } from "../ops/native-run.ts";
import { prepare } from "../ops/prepare.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
const golden = JSON.parse(readFileSync(new URL("../golden/import/layers.json", import.meta.url), "utf8")) as {
  readonly x: Numbers;
  readonly rms: { readonly gain: Numbers; readonly epsilon: number; readonly y: Numbers };
  readonly gated: { readonly weights: Record<"gate" | "inner" | "outer", Numbers>; readonly y: Numbers };
  readonly buckets: readonly (readonly number[])[];
};

/** A layer whose weights are given, in the order of its parts. */
function bound<F>(layer: Layer<F>, weights: readonly Value[]): F {
  let at = 0;
  const scope: Scope = {
    ...{ path: "", isObserved: false, scan },
    child: () => scope,
    instead: (part) => part,
    parameter: () => weights[at++] as Value,
    tap: (_, value) => value,
    dropout: (x) => x,
  };
  return layer.bind(scope);
}

const value = ({ shape, data }: Numbers): Value => constant("float64", [...shape], Float64Array.from(data));

async function numbers(output: Value): Promise<number[]> {
  const run = await open({ output });
  const found = await run({});
  run.close();
  return Array.from(found.output?.data ?? [], Number);
}

function near(found: readonly number[], expected: readonly number[], digits = 12): void {
  expect(found.length).toBe(expected.length);
  for (const [i, one] of expected.entries()) expect(found[i]).toBeCloseTo(one, digits);
}

describe("PyTorch's numbers", () => {
  test("RMS norm", async () => {
    const { gain, epsilon, y } = golden.rms;
    near(await numbers(bound(RmsNorm(4, { epsilon }), [value(gain)])(value(golden.x))), y.data);
  });

  test("SwiGLU", async () => {
    const { weights, y } = golden.gated;
    const layer = bound(GatedFeedForward(4, 6), [weights.gate, weights.inner, weights.outer].map(value));
    near(await numbers(layer(value(golden.x))), y.data);
  });

  test.each([
    [0, 32, 128, true],
    [1, 16, 40, true],
    [2, 32, 128, false],
    [3, 16, 40, false],
  ] as const)("buckets of distances, case %i", async (at, buckets, maxDistance, bidirectional) => {
    // Each bucket's weight is its number, so the bias is the bucket.
    const table = constant(
      "float64",
      [buckets, 1],
      Float64Array.from({ length: buckets }, (_, i) => i),
    );
    const distances = bound(RelativePositions({ heads: 1, buckets, maxDistance, bidirectional }), [table]);
    // The query at position 300 sees distances -300 to 300.
    near(await numbers(distances(1, 601, 300)), golden.buckets[at] ?? []);
  });
});

describe("SSRU", () => {
  const file = new URL("../golden/import/ssru.json", import.meta.url);
  const {
    gradients: theirs,
    y,
    last,
    ...given
  } = JSON.parse(readFileSync(file, "utf8")) as Record<
    "x" | "cell" | "input" | "forget.weight" | "forget.bias" | "y" | "last",
    Numbers
  > & { readonly gradients: Readonly<Record<string, Numbers>> };
  const weights = [given.input, given["forget.weight"], given["forget.bias"]].map(value);
  const read = bound(Ssru(4), weights);

  test("PyTorch's outputs and cell, at once and step by step", async () => {
    const whole = read(value(given.x), value(given.cell));
    near(await numbers(whole.outputs), y.data);
    near(await numbers(whole.cell), last.data);
    let cell = value(given.cell);
    const steps = [0, 1, 2, 3, 4].map((at) => {
      const step = read(slice(value(given.x), 1, at, 1), cell);
      cell = step.cell;
      return step.outputs;
    });
    near(await numbers(concat(steps, 1)), y.data);
    near(await numbers(cell), last.data);
  });

  test("PyTorch's gradients", async () => {
    const named = Object.keys(theirs) as (keyof typeof given)[];
    const values = named.map((name) => value(given[name]));
    const [x, cell, ...inner] = values as [Value, Value, ...Value[]];
    const { outputs } = bound(Ssru(4), inner)(x, cell);
    const factors = Float64Array.from(y.data, (_, i) => (i + 1) / y.data.length);
    const loss = sum(mul(outputs, constant("float64", [...y.shape], factors)));
    for (const [i, gradient] of gradients(loss, values).entries())
      near(await numbers(gradient), (theirs[named[i] as string] as Numbers).data);
  });
});

test("a decoder's bias goes on where the last step ended", async () => {
  const table = constant(
    "float64",
    [8, 2],
    Float64Array.from({ length: 16 }, (_, i) => i * i),
  );
  const distances = bound(RelativePositions({ heads: 2, buckets: 8, maxDistance: 6, bidirectional: false }), [
    table,
  ]);
  const [whole, last] = [await numbers(distances(5, 5)), await numbers(distances(1, 5, 4))];
  near(last, [...whole.slice(20, 25), ...whole.slice(45, 50)]);
});

test("grouped queries are ordinary attention with keys and values repeated", () => {
  const shapes = [
    ...build(MultiHeadAttention({ dModel: 8, heads: 4, keyValueHeads: 2, biases: "inputs" })).parameters,
  ];
  expect(shapes.map(([name, { spec }]) => `${name} ${spec.shape}`)).toEqual([
    "query.weight 8,8",
    "query.bias 8",
    "key.weight 4,8",
    "key.bias 4",
    "value.weight 4,8",
    "value.bias 4",
    "output.weight 8,8",
  ]);
  expect(() => MultiHeadAttention({ dModel: 8, heads: 4, keyValueHeads: 3 })).toThrow(
    "MultiHeadAttention: 3 heads of keys and values do not divide 4 heads of queries.",
  );
});

const layers: Readonly<
  Record<string, { readonly shapes: readonly number[][]; readonly call: (...values: Value[]) => Value }>
> = {
  silu: { shapes: [[2, 3]], call: (x) => silu(x as Value) },
  "RMS norm": { shapes: [[2, 3], [3]], call: (x, gain) => bound(RmsNorm(3), [gain as Value])(x as Value) },
  SwiGLU: {
    shapes: [
      [2, 3],
      [4, 3],
      [4, 3],
      [3, 4],
    ],
    call: (x, ...weights) => bound(GatedFeedForward(3, 4), weights)(x as Value),
  },
  "grouped queries": {
    shapes: [
      [1, 3, 4],
      [4, 4],
      [2, 4],
      [2, 4],
      [4, 4],
    ],
    call: (x, ...weights) => {
      const config = {
        dModel: 4,
        heads: 2,
        keyValueHeads: 1,
        biases: "none",
        rotary: true,
        rotaryBase: 50,
      } as const;
      const { attend, remember } = bound(MultiHeadAttention(config), weights);
      return attend(x as Value, remember(x as Value));
    },
  },
  "relative positions": {
    shapes: [[8, 2]],
    call: (weight) => {
      const config = { heads: 2, buckets: 8, maxDistance: 6, bidirectional: true };
      const bias = bound(RelativePositions(config), [weight as Value])(3, 4, 1);
      return mul(bias, bias);
    },
  },
  SSRU: {
    shapes: [[2, 3, 4], [2, 4], [4, 4], [4, 4], [4]],
    call: (x, cell, ...weights) => bound(Ssru(4), weights)(x as Value, cell as Value).outputs,
  },
  "a bias in a matrix": {
    shapes: [[2, 3], [4, 3], [4]],
    call: (x, weight, bias) => linear(withOne(x as Value), withBias(weight as Value, bias as Value)),
  },
};

test.each(Object.keys(layers))("%s: gradient agrees with central differences, twice", async (name) => {
  const { shapes, call } = layers[name] as (typeof layers)[string];
  const prepared = prepare({ operands: shapes.map((shape) => ({ shape })), call } as never);
  expect(await checkGradient(prepared, prepared.outputs)).toEqual([]);
});
