import { expect } from "vitest";
import type { HostTensor } from "../src/runtime/state.ts";

/** A tensor in a golden file. */
export interface Encoded {
  readonly shape: readonly number[];
  /** float32, little-endian, base64 */
  readonly data: string;
}

export type FloatTensor = HostTensor & { readonly dtype: "float32"; readonly data: Float32Array };

/** float32 numbers from the base64 of their little-endian bytes. */
export function decodeFloats({ shape, data }: Encoded): FloatTensor {
  const bytes = Uint8Array.from(Buffer.from(data, "base64"));
  return { dtype: "float32", shape, data: new Float32Array(bytes.buffer) };
}

export function largest(numbers: Float32Array): number {
  return numbers.reduce((top, v) => Math.max(top, Math.abs(v)), 0);
}

/** The largest difference, as a share of the largest expected number or of `floor`. */
export function relativeError(actual: Float32Array, expected: Float32Array, floor = 0): number {
  expect(actual.length).toBe(expected.length);
  return largest(actual.map((v, i) => v - (expected[i] as number))) / Math.max(largest(expected), floor);
}
