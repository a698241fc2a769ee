/** What a compiled graph refuses, and runs of it that overlap. */
import { describe, expect, test } from "vitest";
import { input, parameter } from "../../src/ir/leaf.ts";
import { add, cast, mul, sum } from "../../src/ops/index.ts";
import { compile, feedsFor, toNumber } from "../../src/runtime/compile.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { createState } from "../../src/runtime/state.ts";

const native = await openEngine("cpu");
const w = parameter("w", "float32", [2, 3]);
const stateOf = (shape: readonly number[], engine: Engine = native) =>
  createState(engine, [["w", { dtype: "float32", shape, data: new Float32Array(6).fill(1) }]]);

describe.each(["cpu", "wasm"] as const)("on %s", (device) => {
  test("runs asked for at once update one after the other, and readers see whole updates", async () => {
    const engine = await openEngine(device);
    const state = stateOf([2, 3], engine);
    const increase = await compile({ engine, state, outputs: {}, updates: new Map([[w, add(w, 1)]]) });
    const total = await compile({ engine, state, outputs: { total: sum(w) } });
    const seen: Promise<number>[] = [];
    const updates = Array.from({ length: 40 }, () => {
      seen.push(total().then((result) => toNumber(result.total)));
      return increase();
    });
    await Promise.all(updates);
    expect((await state.read("w")).data).toEqual(new Float32Array(6).fill(41));
    expect(await Promise.all(seen)).toEqual(Array.from({ length: 40 }, (_, i) => 6 * (i + 1)));
  });

  test("programs of several outputs may run at once", async () => {
    const engine = await openEngine(device);
    const x = input("x", "float32", ["n"]);
    const one = await compile({ engine, outputs: { sum: sum(x) } });
    const two = await compile({ engine, outputs: { twice: sum(mul(x, 2)), more: sum(add(x, 1)) } });
    const fed = (value: number) => ({ x: { shape: [2], data: Float32Array.of(value, value) } });
    const asked = Array.from({ length: 60 }, async (_, i): Promise<number[]> => {
      if (i % 2 === 0) return [await toNumber((await one(fed(i))).sum)];
      const { twice, more } = await two(fed(i));
      return [await toNumber(twice), await toNumber(more)];
    });
    expect(await Promise.all(asked)).toEqual(
      asked.map((_, i) => (i % 2 === 0 ? [2 * i] : [4 * i, 2 * i + 2])),
    );
  });
});

test("an update that failed holds nothing up", async () => {
  const state = stateOf([2, 3]);
  const x = input("x", "float32", ["n", 3]);
  const increase = await compile({
    engine: native,
    state,
    outputs: {},
    updates: new Map([[w, add(w, sum(x))]]),
  });
  const [failed, done] = [increase({}), increase({ x: { shape: [1, 3], data: Float32Array.of(1, 1, 1) } })];
  await expect(failed).rejects.toThrow('input "x" [n, 3] was not fed');
  await done;
  expect((await state.read("w")).data).toEqual(new Float32Array(6).fill(4));
});

describe("it refuses", () => {
  const fails = (options: Partial<Parameters<typeof compile>[0]>, text: string): Promise<void> =>
    expect(compile({ engine: native, outputs: { y: sum(w) }, ...options })).rejects.toThrow(text);

  test("a state that holds a parameter otherwise", async () => {
    await fails({ state: stateOf([3, 2]) }, 'state "w": [2, 3] was declared but the state has [3, 2].');
    const whole = createState(native, [["w", { dtype: "int32", shape: [2, 3] }]]);
    await fails({ state: whole }, 'state "w": float32 was declared but the state has int32.');
  });

  test("constants of another shape or type", async () => {
    const given = (shape: number[], data: Float32Array | Int32Array) => ({
      constants: new Map([["w", { dtype: "float32" as const, shape, data }]]),
    });
    await fails(
      given([3, 2], new Float32Array(6)),
      'constant "w": [2, 3] was declared but [3, 2] with 6 elements was given.',
    );
    await fails(given([2, 3], new Float32Array(5)), "but [2, 3] with 5 elements was given.");
    await fails(given([2, 3], new Int32Array(6)), "float32 was declared but the data is of type Int32Array.");
  });

  test("a parameter that nothing gives, also as the target of an update", async () => {
    await fails({}, 'parameter "w" has no value; pass it in the state or the constants.');
    const constants = new Map([
      ["w", { dtype: "float32" as const, shape: [2, 3], data: new Float32Array(6) }],
    ]);
    await fails({ constants, updates: new Map([[w, add(w, 1)]]) }, 'parameter "w" has no value');
    await fails({ state: createState(native, []) }, 'the state has no parameter "w".');
  });

  test("an update of another type, and an output that is called like one", async () => {
    const state = stateOf([2, 3]);
    await fails(
      { state, updates: new Map([[w, cast(w, "int32")]]) },
      "the target of an update must be a int32 parameter of shape [2, 3].",
    );
    await fails(
      { state, outputs: { "w/next": sum(w) }, updates: new Map([[w, add(w, 1)]]) },
      'output "w/next" has the name of the update of "w"; rename the output.',
    );
  });

  test("two different leaves of one name", async () => {
    const fed = input("w", "float32", [2, 3]);
    await fails(
      { state: stateOf([2, 3]), outputs: { y: add(w, fed) } },
      'two different leaves are named "w".',
    );
  });

  test("feeds that are none, and lengths that do not agree with one that comes later", async () => {
    const [y, z] = [input("y", "float32", ["2*n"]), input("z", "float32", ["n"])];
    const program = await compile({ engine: native, outputs: { both: add(sum(y), sum(z)) } });
    const of = (n: number) => ({ shape: [n], data: new Float32Array(n).fill(1) });
    expect(await toNumber((await program({ y: of(6), z: of(3) })).both)).toBe(9);
    await expect(program({ y: of(7), z: of(3) })).rejects.toThrow('axis 0 is 7 but "2*n" is 6');
    await expect(program({ y: of(6), z: null as never })).rejects.toThrow('input "z" [n] was not fed');
    await expect(program({ y: of(6), z: of(3), zz: of(3) })).rejects.toThrow(
      'the graph has no input "zz"; it reads y, z',
    );
    expect(feedsFor(program, { zz: of(3), y: of(6) })).toEqual({ y: of(6) });
    await expect(program({ y: of(6), z: [1, 2, 3] as never })).rejects.toThrow(
      "a feed must be a tensor, a number or { shape, data }",
    );
  });
});
