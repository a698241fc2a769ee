/** One update of all weights: accumulation, reproducible dropout, and what a step reports. */
import { afterEach, describe, expect, test } from "vitest";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { readEntries } from "../../src/runtime/state.ts";
import { adamw } from "../../src/training/optimiser.ts";
import type { TrainingStep } from "../../src/training/step.ts";
import { batchOf, openTinyStep } from "./tiny.ts";

const opened: TrainingStep[] = [];
afterEach(() => {
  for (const step of opened.splice(0)) step.close();
});

async function open(options: Parameters<typeof openTinyStep>[0] = {}): Promise<TrainingStep> {
  const step = await openTinyStep(options);
  opened.push(step);
  return step;
}

/** All weights, one after the other. */
async function weightsOf({ state, weights }: TrainingStep): Promise<Float32Array> {
  const entries = await readEntries(state, weights);
  return Float32Array.from([...entries.values()].flatMap(({ data }) => [...(data as Float32Array)]));
}

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);

const sgd = {
  optimizer: "sgd",
  momentum: 0,
  weightDecay: 0,
  beta1: 0,
  beta2: 0,
  epsilon: 1,
} as const;

// The second half has the longer targets ("red house one one"), so the halves differ in tokens and in padding.
const halves = [
  [0, 1, 2],
  [4, 9, 14, 19],
] as const;
const whole = batchOf(...halves.flat());
const parts = halves.map((indices) => batchOf(...indices));

describe("accumulation", () => {
  test("of two unequal parts is the step of the whole batch", async () => {
    const atOnce = await open({ optimiser: sgd, clip: 0.5 });
    const inParts = await open({ optimiser: sgd, clip: 0.5, accumulate: 2 });
    const start = await weightsOf(atOnce);
    expect(await weightsOf(inParts)).toEqual(start);
    for (let step = 1; step <= 3; step++) {
      const one = await atOnce.run(step, 0.5, [whole]);
      const two = await inParts.run(step, 0.5, parts);
      expect(two.tokens).toBe(one.tokens);
      expect(two.loss).toBeCloseTo(one.loss, 5);
      expect(two.negativeLogLikelihood).toBeCloseTo(one.negativeLogLikelihood, 5);
      expect(two.gradientNorm).toBeCloseTo(one.gradientNorm, 4);
    }
    const end = await weightsOf(atOnce);
    expect(largestDifference(end, start)).toBeGreaterThan(0.1);
    expect(largestDifference(await weightsOf(inParts), end)).toBeLessThan(2e-6);
  });

  test("weighs by tokens, not by batches: a mean of the parts' means is another step", async () => {
    const losses: number[] = [];
    for (const part of parts) losses.push((await (await open()).run(1, 0, [part])).loss);
    const { loss } = await (await open({ accumulate: 2 })).run(1, 0, parts);
    const tokens = parts.map(({ labelWeight }) =>
      (labelWeight as { data: Float32Array }).data.reduce((total, one) => total + one, 0),
    );
    expect(tokens).toEqual([12, 20]);
    expect(loss).toBeCloseTo(((losses[0] as number) * 12 + (losses[1] as number) * 20) / 32, 5);
    expect(Math.abs(loss - ((losses[0] as number) + (losses[1] as number)) / 2)).toBeGreaterThan(1e-4);
  });

  test("starts afresh after each update", async () => {
    const step = await open({ optimiser: sgd, accumulate: 2 });
    const first = await step.run(1, 0, parts);
    expect((await step.run(2, 0, parts)).gradientNorm).toBe(first.gradientNorm);
  });

  test("starts afresh after one that failed", async () => {
    const [fresh, failed] = [
      await open({ optimiser: sgd, accumulate: 2 }),
      await open({ optimiser: sgd, accumulate: 2 }),
    ];
    const source = whole.source as { shape: readonly number[]; data: Int32Array };
    const outside = { ...whole, source: { ...source, data: source.data.map(() => 1000) } };
    await expect(failed.run(1, 0.5, [whole, outside])).rejects.toThrow("out of data bounds");
    await failed.run(1, 0.5, parts);
    await fresh.run(1, 0.5, parts);
    expect(await weightsOf(failed)).toEqual(await weightsOf(fresh));
  });

  test("makes do with fewer batches, as at the end of an epoch", async () => {
    const one = await open({ optimiser: sgd });
    const few = await open({ optimiser: sgd, accumulate: 3 });
    await one.run(1, 0.5, [whole]);
    await few.run(1, 0.5, [whole]);
    expect(largestDifference(await weightsOf(one), await weightsOf(few))).toBeLessThan(2e-6);
  });
});

test("updates asked for at once are those of one after the other", async () => {
  const [together, apart] = [await open(), await open()];
  await Promise.all([1, 2, 3, 4].map((number) => together.run(number, 0.01, [whole])));
  for (const number of [1, 2, 3, 4]) await apart.run(number, 0.01, [whole]);
  expect(await weightsOf(together)).toEqual(await weightsOf(apart));
});

test("closed while it runs, it ends what was asked for and nothing else", async () => {
  const step = await open();
  const running = [step.run(1, 0.01, [whole]), step.run(2, 0.01, [whole])];
  step.close();
  step.close();
  await expect(step.run(3, 0.01, [whole])).rejects.toThrow("the step is closed");
  for (const { loss } of await Promise.all(running)) expect(loss).toBeGreaterThan(0);
  expect(() => step.state.current(step.weights[0] as string)).toThrow("there is no");
});

test("refuses batches and steps that it does not take", async () => {
  const step = await open({ accumulate: 2 });
  await expect(step.run(1, 0.1, [])).rejects.toThrow("batches: a step takes 1 to 2, not 0");
  await expect(step.run(1, 0.1, [whole, whole, whole])).rejects.toThrow("1 to 2, not 3");
  await expect(step.run(0, 0.1, [whole])).rejects.toThrow("step: 0 is not 1 or more");
});

describe("one buffer instead of two", () => {
  const engine = openNativeEngine();

  test("holds weights and moments once, and gives the same", async () => {
    const after: Float32Array[] = [];
    for (const overwrites of [true, false]) {
      const step = await open({ engine: { ...engine, overwrites }, clip: 0.5, dropout: 0.3 });
      for (let number = 1; number <= 5; number++) await step.run(number, 0.01, [whole]);
      const once = 3 * Float32Array.BYTES_PER_ELEMENT * step.parameterCount;
      expect(step.state.bytes()).toBe(overwrites ? once : 2 * once);
      after.push(await weightsOf(step));
    }
    const [inPlace, apart] = after as [Float32Array, Float32Array];
    expect(largestDifference(inPlace, apart)).toBeLessThan(1e-5);
  });

  test("is as it was after a step that failed", async () => {
    const step = await open({ engine, clip: 0.5 });
    await step.run(1, 0.01, [whole]);
    const before = await weightsOf(step);
    const source = whole.source as { shape: readonly number[]; data: Int32Array };
    const outside = { ...whole, source: { ...source, data: source.data.map(() => 1000) } };
    await expect(step.run(2, 0.01, [outside])).rejects.toThrow("indices element out of data bounds");
    expect(await weightsOf(step)).toEqual(before);
    expect((await step.run(2, 0.01, [whole])).loss).toBeGreaterThan(0);
  });
});

describe("the same seed", () => {
  const trained = async (seed: number, accumulate = 1): Promise<Float32Array> => {
    const step = await open({ seed, dropout: 0.3, accumulate });
    for (let number = 1; number <= 5; number++)
      await step.run(number, 0.01, accumulate === 1 ? [whole] : parts);
    return weightsOf(step);
  };

  test("gives the same weights to the bit after five steps with dropout", async () => {
    const weights = await trained(1);
    expect(weights.every(Number.isFinite)).toBe(true);
    expect(await trained(1)).toEqual(weights);
    expect(await trained(1, 2)).toEqual(await trained(1, 2));
  });

  test("and another seed gives others", async () => {
    expect(largestDifference(await trained(1), await trained(2))).toBeGreaterThan(0.01);
  });

  test("or the same weights and another seed of dropout", async () => {
    const step = await open({ seed: 1 });
    const weights = await readEntries(step.state, step.weights);
    const losses: number[] = [];
    for (const seed of [1, 1, 2])
      losses.push((await (await open({ weights, seed, dropout: 0.3 })).run(1, 0, [whole])).loss);
    expect(losses[0]).toBe(losses[1]);
    expect(losses[0]).not.toBe(losses[2]);
  });
});

describe("dropout", () => {
  test("differs from step to step and is the same for one step", async () => {
    const step = await open({ dropout: 0.3 });
    const losses: number[] = [];
    for (const number of [1, 2, 3, 1]) losses.push((await step.run(number, 0, [whole])).loss);
    expect(new Set(losses).size).toBe(3);
    expect(losses[3]).toBe(losses[0]);
  });

  test("differs between all batches of all steps", async () => {
    const step = await open({ dropout: 0.3, accumulate: 2 });
    const draws: number[] = [];
    for (const number of [1, 2]) {
      const first = (await step.run(number, 0, [whole])).loss;
      const both = (await step.run(number, 0, [whole, whole])).loss;
      draws.push(first, 2 * both - first);
    }
    expect(new Set(draws.map((loss) => loss.toFixed(4))).size).toBe(4);
  });

  test("of 0 changes nothing", async () => {
    const step = await open({ dropout: 0 });
    expect((await step.run(1, 0, [whole])).loss).toBe((await step.run(2, 0, [whole])).loss);
  });
});

describe("a step", () => {
  test("reports the norm of the gradients before clipping", async () => {
    const free = await open({ optimiser: sgd });
    const clipped = await open({ optimiser: sgd, clip: 0.01 });
    const before = await weightsOf(clipped);
    const { gradientNorm } = await free.run(1, 1, [whole]);
    expect(gradientNorm).toBeGreaterThan(0.1);
    expect((await clipped.run(1, 1, [whole])).gradientNorm).toBe(gradientNorm);
    const moved = (await weightsOf(clipped)).map((value, i) => value - (before[i] as number));
    expect(Math.hypot(...moved)).toBeCloseTo(0.01, 4);
  });

  test("counts tokens without padding and starts near the loss of guessing", async () => {
    const step = await open();
    const { tokens, loss, negativeLogLikelihood } = await step.run(1, 0, [whole]);
    expect(tokens).toBe(32);
    expect(loss).toBe(negativeLogLikelihood);
    expect(loss).toBeGreaterThan(1);
    expect(loss).toBeLessThan(6);
  });

  test("with a rate of 0 changes moments but no weight", async () => {
    const step = await open();
    const before = await weightsOf(step);
    await step.run(1, 0, [whole]);
    expect(await weightsOf(step)).toEqual(before);
    const moments = await readEntries(step.state, step.moments);
    const elements = [...moments.values()].reduce((total, { data }) => total + data.length, 0);
    expect(elements).toBe(2 * step.parameterCount);
    expect([...moments.values()].some(({ data }) => (data as Float32Array).some((x) => x !== 0))).toBe(true);
  });

  test("starts from all weights or none", async () => {
    const step = await open();
    const weights = await readEntries(step.state, step.weights);
    const [first = ""] = weights.keys();
    weights.delete(first);
    await expect(open({ weights })).rejects.toThrow(`weights lack "${first}"`);
    weights.set(first, { dtype: "float32", shape: [1], data: new Float32Array(1) });
    await expect(open({ weights })).rejects.toThrow(`weight "${first}" is [1] and should be [`);
  });

  test("learns the batch by heart", async () => {
    const step = await open();
    let loss = Infinity;
    for (let number = 1; number <= 80; number++) ({ loss } = await step.run(number, 0.01, [whole]));
    expect(loss).toBeLessThan(0.1);
  });

  test("counts its parameters", async () => {
    const step = await open();
    expect(step.parameterCount).toBe((await weightsOf(step)).length);
  });
});

describe("a moving average of the weights", () => {
  test("is under their names, beside the weights of a step without one, to the bit", async () => {
    const [plain, averaging] = [
      await open({ optimiser: adamw }),
      await open({ optimiser: { ...adamw, ema: 0.5 } }),
    ];
    const mean = await weightsOf(plain);
    for (let step = 1; step <= 4; step++) {
      await plain.run(step, 0.01, [batchOf(0, 1, 2)]);
      await averaging.run(step, 0.01, [batchOf(0, 1, 2)]);
      const now = await weightsOf(plain);
      const decay = Math.min(0.5, (1 + step) / (10 + step));
      mean.forEach((value, i) => {
        mean[i] = decay * value + (1 - decay) * (now[i] as number);
      });
    }
    expect(largestDifference(await weightsOf(averaging), mean)).toBeLessThan(1e-6);
    const live = averaging.weights.map((path) => `optimizer.live.${path}`);
    expect(averaging.moments).toEqual(expect.arrayContaining(live));
    const entries = await readEntries(averaging.state, live);
    const moved = [...entries.values()].flatMap(({ data }) => [...(data as Float32Array)]);
    expect(Float32Array.from(moved)).toEqual(await weightsOf(plain));
  });

  test("is not kept of frozen weights", async () => {
    const { state } = await open({ optimiser: { ...adamw, ema: 0.5 }, freeze: ["embed"] });
    expect(state.has("optimizer.live.embed.weight")).toBe(false);
    expect(state.has("optimizer.live.encoder.0.attention.query.weight")).toBe(true);
  });
});
