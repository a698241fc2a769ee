/** How far what an engine gives may be from what the native one gives, and whether it is. */
import { expect } from "vitest";
import type { OpResult } from "./op-results.ts";
import type { Updated } from "./updates.ts";

/** Largest difference of a number, relative to numbers above 1. */
export const tolerances = {
  /** The same order of the same float32 operations, but for what the compiler fuses. */
  wasm: 1e-6,
  /** exp, tanh and division are only as exact as a shader's. */
  webgpu: 2e-4,
  /** WGSL promises sine and cosine to 2^-11. */
  "webgpu waves": 5e-4,
  /** The same float32 operations in another order. With TF32's 10 bits, products would be some 100 times further off. */
  cuda: 1e-5,
  /** Losses of updates, in nats. */
  losses: 2e-5,
  /** Mean difference of a weight after them. */
  weights: 1e-4,
} as const;

export function expectSameOps(
  actual: readonly OpResult[],
  expected: readonly OpResult[],
  device: "wasm" | "webgpu" | "cuda",
): void {
  expect(actual.map(({ title }) => title)).toEqual(expected.map(({ title }) => title));
  for (const [i, { title, numbers }] of expected.entries()) {
    const other = actual[i]?.numbers;
    if (typeof numbers === "string" || typeof other !== "object")
      throw new Error(`${title}: ${typeof numbers === "string" ? numbers : other}`);
    const isWave = device === "webgpu" && /^(sin|cos) /.test(title);
    const tolerance = tolerances[isWave ? "webgpu waves" : device];
    for (const [name, values] of Object.entries(numbers)) {
      expect(other[name]?.length, `${title} ${name}`).toBe(values.length);
      const difference = Math.max(
        0,
        ...values.map((value, at) => relative(value, other[name]?.[at] as number)),
      );
      expect(difference, `${title} ${name}`).toBeLessThanOrEqual(tolerance);
    }
  }
}

const relative = (expected: number, actual: number): number =>
  Object.is(expected, actual) ? 0 : Math.abs(actual - expected) / Math.max(1, Math.abs(expected));

export function expectSameTraining(actual: Updated, expected: Updated): void {
  expect(actual.losses).toHaveLength(expected.losses.length);
  for (const [i, loss] of expected.losses.entries())
    expect(Math.abs((actual.losses[i] as number) - loss), `update ${i + 1}`).toBeLessThan(tolerances.losses);
  expect(actual.weights).toHaveLength(expected.weights.length);
  const sum = expected.weights.reduce(
    (total, weight, i) => total + Math.abs((actual.weights[i] as number) - weight),
    0,
  );
  expect(sum / expected.weights.length).toBeLessThan(tolerances.weights);
  expect(expected.losses.at(-1)).toBeLessThan(expected.losses[0] as number);
}
