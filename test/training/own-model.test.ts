/** A model, an op and a loss of one's own: checked, trained, saved and loaded with what is public. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile, crossEntropy, input, Linear, layer, loadModel, saveModel } from "heed";
import { apply, defineOp, type Value } from "heed/ir";
import { build } from "heed/nn";
import { mean, mul, sub, tanh } from "heed/ops";
import { checkGradient, openTrainingStep } from "heed/training";
import { afterAll, describe, expect, test } from "vitest";
import { sharedEngine } from "./tiny.ts";

const folder = mkdtempSync(join(tmpdir(), "heed-own-"));
afterAll(() => rmSync(folder, { recursive: true }));

const engine = await sharedEngine();
const square = (x: Value): Value => mul(x, x);
/** Two layers that say on which side of a curve a point is. */
const Classify = (hidden = 8) =>
  layer(
    { inner: Linear(2, hidden), outer: Linear(hidden, 2) },
    ({ inner, outer }) =>
      (x: Value) =>
        outer(tanh(inner(x))),
  );
const points = Array.from({ length: 64 }, (_, i) => [Math.cos(i) * (i / 32), Math.sin(3 * i)] as const);
const feeds = {
  x: { shape: [64, 2], data: Float32Array.from(points.flat()) },
  side: { shape: [64], data: Int32Array.from(points, ([x, y]) => Number(y > x * x - 0.5)) },
};

describe("a gradient of one's own", () => {
  /** x³, with a gradient that is right or wrong. */
  const cube = (x: Value, factor: number): Value =>
    apply(
      defineOp<[x: Value]>({
        name: "cube",
        type: ([x]) => x,
        onnx: (emit, [x]) => emit("Mul", [emit("Mul", [x, x]), x]),
        vjp: ({ grad, inputs: [x] }) => [mul(grad, mul(mul(x, x), factor))],
      }),
      [x],
      {},
    );
  const x = input("x", "float64", ["rows", 2]);
  const numbers = {
    x: { dtype: "float64", shape: [2, 2], data: Float64Array.of(0.5, -1, 0.25, 2) },
  } as const;

  test("that is right agrees", async () => {
    expect(await checkGradient({ engine, outputs: cube(x, 3), feeds: numbers })).toEqual([]);
  });

  test("that is wrong is found, wherever it is wrong", async () => {
    const wrong = await checkGradient({ engine, outputs: cube(x, 2), feeds: numbers });
    expect(wrong.filter(({ order }) => order === 1).map(({ where }) => where)).toEqual([
      "x[0]",
      "x[1]",
      "x[2]",
      "x[3]",
    ]);
    for (const { gradient, difference, order } of wrong)
      if (order === 1) expect(gradient / difference).toBeCloseTo(2 / 3, 6);
  });

  test("needs numbers, and float64", async () => {
    await expect(checkGradient({ engine, outputs: cube(x, 3), feeds: {} })).rejects.toThrow('"x" is not fed');
    const single = cube(input("x", "float32", [2]), 3);
    await expect(checkGradient({ engine, outputs: single, feeds: {} })).rejects.toThrow("float64");
  });
});

describe("a loss that is one number", () => {
  const data = { x: input("x", "float32", ["batch", 2]), side: input("side", "int32", ["batch"]) };

  test.each([1, 2])("trains, with %i batches an update", async (accumulate) => {
    const step = await openTrainingStep({
      engine,
      model: Classify(),
      objective: (classify) => crossEntropy(classify(data.x), data.side),
      seed: 3,
      accumulate,
    });
    const losses: number[] = [];
    for (let i = 1; i <= 60; i++) losses.push((await step.run(i, 0.05, Array(accumulate).fill(feeds))).loss);
    expect(losses[0]).toBeGreaterThan(0.6);
    expect(losses.at(-1)).toBeLessThan(0.2);
    step.close();
  });

  test("of two batches equals the mean over both, when they are equally long", async () => {
    const objective = (classify: (x: Value) => Value): Value => crossEntropy(classify(data.x), data.side);
    const open = (accumulate: number) =>
      openTrainingStep({ engine, model: Classify(), objective, seed: 3, accumulate });
    const [whole, halves] = [await open(1), await open(2)];
    const half = (from: number) => ({
      x: { shape: [32, 2], data: feeds.x.data.slice(2 * from, 2 * from + 64) },
      side: { shape: [32], data: feeds.side.data.slice(from, from + 32) },
    });
    const one = await whole.run(1, 0.01, [feeds]);
    const two = await halves.run(1, 0.01, [half(0), half(32)]);
    expect(two.loss).toBeCloseTo(one.loss, 5);
    expect(two.gradientNorm).toBeCloseTo(one.gradientNorm, 5);
    whole.close();
    halves.close();
  });

  test("must be one", async () => {
    const objective = (classify: (x: Value) => Value): Value => square(sub(classify(data.x), 1));
    await expect(openTrainingStep({ engine, model: Classify(), objective, seed: 1 })).rejects.toThrow(
      "take its mean",
    );
    await expect(
      openTrainingStep({ engine, model: Classify(), objective: (f) => mean(square(f(data.x))), seed: 1 }),
    ).resolves.toBeDefined();
  });
});

describe("a model of one's own", () => {
  const path = join(folder, "mine.safetensors");

  test("is saved and loaded, and computes the same", async () => {
    const model = Classify();
    const x = input("x", "float32", ["batch", 2]);
    const objective = (classify: (x: Value) => Value): Value =>
      crossEntropy(classify(x), input("side", "int32", ["batch"]));
    const step = await openTrainingStep({ engine, model, objective, seed: 3 });
    await step.run(1, 0.05, [feeds]);
    await saveModel(path, step);
    expect(readdirSync(folder)).toEqual(["mine.safetensors"]);
    const logits = { logits: build(model).call(x) };
    const [trained, loaded] = [
      await compile({ engine, outputs: logits, state: step.state }),
      await compile({ engine, outputs: logits, constants: loadModel(path, model) }),
    ];
    const [a, b] = [await trained({ x: feeds.x }), await loaded({ x: feeds.x })];
    const [read, again] = [await a.logits.read(), await b.logits.read()];
    expect(read.length).toBe(128);
    Array.from(read, Number).forEach((value, i) => {
      expect(Number(again[i])).toBeCloseTo(value, 5);
    });
    trained.close();
    loaded.close();
    step.close();
  });

  test("of another shape says all that differs", () => {
    expect(() => loadModel(path, Classify(9))).toThrow(
      /inner\.weight is float32 \[.*\] instead of .*; inner\.bias .*; outer\.weight/,
    );
    const other = layer({ inner: Linear(2, 8) }, ({ inner }) => inner);
    expect(() => loadModel(path, other)).toThrow("outer.weight is not in the model");
  });

  test("that is not there, or is something else, is said in one line", () => {
    expect(() => loadModel(join(folder, "none"), Classify())).toThrow("cannot be read (ENOENT)");
    const text = join(folder, "text.safetensors");
    writeFileSync(text, "not a model");
    expect(() => loadModel(text, Classify())).toThrow(text);
  });
});
