/** Optimisers and clipping on the runtime, step by step beside PyTorch's in float64. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { constant, input, parameter } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { sum } from "../../src/ops/broadcast.ts";
import { add, mul, sub } from "../../src/ops/elementwise.ts";
import { compile, type Program, toNumber } from "../../src/runtime/compile.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { createState, type HostTensor, type State } from "../../src/runtime/state.ts";
import type { Tensor } from "../../src/runtime/tensor.ts";
import { orthogonalised } from "../../src/training/muon.ts";
import { clipByGlobalNorm, optimiser } from "../../src/training/optimiser.ts";
import type { Optimiser, OptimiserConfig } from "../../src/training/update.ts";
import { averaged, averageFeeds } from "../../src/training/weight-average.ts";

interface Step {
  readonly loss: number;
  readonly norm: number;
  readonly matrix: readonly number[];
  readonly vector: readonly number[];
  readonly averages?: Readonly<Record<"matrix" | "vector", readonly number[]>>;
}

interface Golden {
  readonly directions: readonly Readonly<Record<"of" | "are", readonly (readonly number[])[]>>[];
  readonly start: Tensors;
  readonly target: Tensors;
  readonly curvature: Tensors;
  readonly rates: readonly number[];
  readonly cases: Readonly<Record<string, OptimiserConfig & { clip: number; steps: readonly Step[] }>>;
}

interface Tensors {
  readonly matrix: readonly (readonly number[])[];
  readonly vector: readonly number[];
}

const file = new URL("../golden/optimisers/optimisers.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;
const names = ["matrix", "vector"] as const;

const tensor = (values: readonly number[] | readonly (readonly number[])[]): HostTensor => {
  const [first] = values;
  const shape = Array.isArray(first) ? [values.length, first.length] : [values.length];
  return { dtype: "float32", shape, data: Float32Array.from(values.flat() as number[]) };
};

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("cpu");
});

interface Opened {
  readonly program: Program;
  readonly state: State;
  readonly found: Optimiser;
}

const opened: Opened[] = [];
afterAll(() => {
  for (const { program, state } of opened) {
    program.close();
    state.dispose();
  }
});

/** 1/2 Σ c (p - t)², its gradients, clipped, and the optimiser's update as one program. */
async function open(config: OptimiserConfig, clip: number): Promise<Opened> {
  const parameters = names.map((name) => {
    const { shape } = tensor(golden.start[name]);
    return { path: name, value: parameter(name, "float32", shape) };
  });
  const halves = parameters.map(({ path, value }) => {
    const fixed = (of: Tensors): Value => {
      const { shape, data } = tensor(of[path]);
      return constant("float32", shape, data);
    };
    const away = sub(value, fixed(golden.target));
    return mul(sum(mul(fixed(golden.curvature), mul(away, away))), 0.5);
  });
  const loss = halves.reduce((a, b) => add(a, b));
  const grads = gradients(
    loss,
    parameters.map(({ value }) => value),
  );
  const { norm, ...scale } = clipByGlobalNorm(grads, clip);
  const found = optimiser(
    config,
    parameters.map((each, i) => ({ ...each, gradient: grads[i] as Value })),
    scale,
  );
  const averages = new Map(
    parameters.flatMap(({ path, value }) =>
      config.ema === undefined
        ? []
        : [[value, parameter(`average.${path}`, "float32", value.shape as number[])] as const],
    ),
  );
  const initial = new Map<string, HostTensor>(
    names.flatMap((name) => [
      [name, tensor(golden.start[name])],
      [`average.${name}`, tensor(golden.start[name])],
    ]),
  );
  for (const { node } of found.state) {
    const { name, shape } = node.attrs as { name: string; shape: readonly number[] };
    initial.set(name, { dtype: "float32", shape, data: new Float32Array(shape.reduce((n, k) => n * k, 1)) });
  }
  const state = createState(engine, initial);
  const updates = averages.size > 0 ? averaged(found.updates, averages) : new Map<Value, Value>();
  const program = await compile({
    ...{ engine, state, outputs: { loss, norm } },
    updates: new Map([...found.updates, ...updates]),
  });
  opened.push({ program, state, found });
  return { program, state, found };
}

function expectClose(found: ArrayLike<number>, expected: readonly number[], what: string): void {
  expected.forEach((value, i) => {
    const off = Math.abs((found[i] as number) - value) / Math.max(1, Math.abs(value));
    expect(off, `${what}[${i}] is ${found[i]}, PyTorch has ${value}`).toBeLessThan(2e-6);
  });
}

describe.each(Object.entries(golden.cases))("%s", (_, { steps, clip, ...config }) => {
  test("goes PyTorch's way for ten steps", async () => {
    const { program, state, found } = await open(config, clip);
    expect(steps).toHaveLength(10);
    for (const [i, expected] of steps.entries()) {
      const decay = config.ema === undefined ? {} : averageFeeds(config.ema, i + 1);
      const results = await program({ ...found.feeds(i + 1, golden.rates[i] as number), ...decay });
      const loss = await toNumber(results.loss as never);
      const norm = await toNumber(results.norm as never);
      expectClose([loss, norm], [expected.loss, expected.norm], `step ${i + 1}: loss and norm`);
      for (const name of names) {
        const { data } = await state.read(name);
        expectClose(data as Float32Array, expected[name], `step ${i + 1}: ${name}`);
        if (!expected.averages) continue;
        const average = await state.read(`average.${name}`);
        expectClose(average.data as Float32Array, expected.averages[name], `step ${i + 1}: its average`);
      }
    }
    if (clip > 0) {
      expect(steps.some(({ norm }) => norm > clip)).toBe(true);
    }
  });
});

test("Muon's iteration on matrices of several shapes, together, gives PyTorch's directions", async () => {
  const given = golden.directions.map(({ of }) => {
    const { shape, data } = tensor(of);
    return constant("float32", shape, data);
  });
  // Those of two by three go together, upright or not.
  const groups = [given.slice(0, 3), given.slice(3)];
  const outputs = Object.fromEntries(
    groups.flatMap(orthogonalised).map((direction, i) => [`direction${i}`, direction]),
  );
  const program = await compile({ engine, outputs });
  const results = await program({});
  program.close();
  for (const [i, { are }] of golden.directions.entries()) {
    const found = await (results[`direction${i}`] as Tensor).read();
    expect(found).toHaveLength(are.flat().length);
    expectClose(found as Float32Array, are.flat(), `direction ${i}`);
  }
});

/** The rules as the papers have them, in float64, on one number whose gradient at every step is given. */
const byTheBook = {
  adamw: (
    start: number,
    gs: readonly number[],
    rate: number,
    { beta1, beta2, epsilon, weightDecay }: OptimiserConfig,
  ) => {
    let [p, m, v] = [start, 0, 0];
    gs.forEach((g, i) => {
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const [mean, square] = [m / (1 - beta1 ** (i + 1)), v / (1 - beta2 ** (i + 1))];
      p -= rate * (mean / (Math.sqrt(square) + epsilon) + weightDecay * p);
    });
    return { p, m, v };
  },
  sgd: (start: number, gs: readonly number[], rate: number, { momentum }: OptimiserConfig) => {
    let [p, u] = [start, 0];
    for (const g of gs) {
      u = momentum * u + g;
      p -= rate * u;
    }
    return { p, u };
  },
} as const;

describe("over many steps", () => {
  const base = { weightDecay: 0, beta1: 0.9, beta2: 0.98, epsilon: 1e-9, momentum: 0.9 };
  test.each([
    ["adamw", { weightDecay: 0.1, beta1: 0.02, beta2: 0.3 }, 8],
    ["adamw", { beta1: 0, beta2: 0.9 }, 1],
    ["adamw", { beta1: 0.9, beta2: 0.98 }, 263],
    ["sgd", { momentum: 0.1 }, 13],
  ] as const)(
    "%s %j goes on as its rule says, and remembers the moments of the papers",
    async (kind, own, checked) => {
      const config = { ...base, ...own, optimizer: kind };
      const p = parameter("p", "float32", [1]);
      const g = input("g", "float32", [1]);
      const found = optimiser(config, [{ path: "p", value: p, gradient: g }]);
      const names = ["p", ...found.state.map(({ node }) => (node.attrs as { name: string }).name)];
      const state = createState(
        engine,
        names.map((name) => [
          name,
          { dtype: "float32", shape: [1], data: Float32Array.of(name === "p" ? 1 : 0) },
        ]),
      );
      const program = await compile({ engine, state, outputs: {}, updates: found.updates });
      const gradients = Array.from({ length: 600 }, (_, i) => Math.sin(i) + 0.3);
      for (const [i, one] of gradients.entries()) {
        const step = i + 1;
        await program({ ...found.feeds(step, 0.01), g: { shape: [1], data: Float32Array.of(one) } });
        if (![1, checked, checked + 1, 600].includes(step)) continue;
        const { p, ...moments } = byTheBook[kind](1, gradients.slice(0, step), 0.01, config);
        expect((await state.read("p")).data[0]).toBeCloseTo(p, 4);
        for (const [name, moment] of Object.entries(moments))
          expect((await state.read(`optimizer.${name}.p`)).data[0]).toBeCloseTo(moment, 5);
      }
      program.close();
      state.dispose();
    },
  );
});

describe("state", () => {
  const base = { weightDecay: 0, beta1: 0.9, beta2: 0.98, epsilon: 1e-9, momentum: 0.9 };
  const stateOf = async (config: OptimiserConfig): Promise<string[]> => {
    const { found } = await open(config, 0);
    return found.state.map(({ node }) => (node.attrs as { name: string }).name);
  };

  test("Adam remembers two moments of each parameter", async () => {
    const expected = names.flatMap((name) => [`optimizer.m.${name}`, `optimizer.v.${name}`]);
    expect(await stateOf({ ...base, optimizer: "adam" })).toEqual(expected);
    expect(await stateOf({ ...base, optimizer: "adamw" })).toEqual(expected);
  });

  test("SGD remembers a velocity, and nothing without momentum", async () => {
    expect(await stateOf({ ...base, optimizer: "sgd" })).toEqual(names.map((name) => `optimizer.u.${name}`));
    expect(await stateOf({ ...base, optimizer: "sgd", momentum: 0 })).toEqual([]);
  });

  test("a learning rate of 0 changes no parameter, whatever the optimiser", async () => {
    for (const kind of ["adamw", "adam", "sgd"] as const) {
      const { program, state, found } = await open({ ...base, weightDecay: 0.1, optimizer: kind }, 1);
      await program(found.feeds(1, 0));
      for (const name of names)
        expect((await state.read(name)).data).toEqual(tensor(golden.start[name]).data);
    }
  });
});

describe("clipping", () => {
  const normsOf = async (
    values: readonly number[],
    limit: number,
  ): Promise<{ norm: number; after: number[] }> => {
    const gradient = constant("float32", [values.length], Float32Array.from(values));
    const grads = [gradient, mul(gradient, 2)];
    const { scale, norm } = clipByGlobalNorm(grads, limit);
    const clipped = grads.map((g) => (scale ? mul(g, scale) : g));
    const program = await compile({
      engine,
      outputs: { norm, a: clipped[0] as Value, b: clipped[1] as Value },
    });
    const results = await program();
    const after = [
      ...((await results.a.read()) as Float32Array),
      ...((await results.b.read()) as Float32Array),
    ];
    const before = await toNumber(results.norm);
    program.close();
    return { norm: before, after };
  };

  test("leaves short gradients as they are, to the bit", async () => {
    expect(await normsOf([0.3, -0.4], 2)).toMatchObject({ after: [0.3, -0.4, 0.6, -0.8].map(Math.fround) });
  });

  test("shortens all gradients together to the limit and reports the norm before", async () => {
    const { norm, after } = await normsOf([3, -4], 1);
    expect(norm).toBeCloseTo(Math.sqrt(125), 5);
    expect(Math.hypot(...after)).toBeCloseTo(1, 5);
    expect((after[0] as number) / (after[1] as number)).toBeCloseTo(-0.75, 5);
    expect((after[2] as number) / (after[0] as number)).toBeCloseTo(2, 5);
  });

  test("with a limit of 0 shortens nothing", async () => {
    const { norm, after } = await normsOf([300, -400], 0);
    expect(norm).toBeCloseTo(Math.sqrt(1_250_000), 2);
    expect(after).toEqual([300, -400, 600, -800]);
  });

  test("of zeros gives zeros", async () => {
    expect(await normsOf([0, 0], 1)).toEqual({ norm: 0, after: [0, 0, 0, 0] });
  });
});
