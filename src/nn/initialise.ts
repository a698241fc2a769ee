import type { HostArray } from "../ir/dtype.ts";
import { randomStream } from "../random.ts";

/** Fills a new weight; `uniform` draws from [0, 1). */
export type Initialiser = (weights: Float32Array, shape: readonly number[], uniform: () => number) => void;

/** Shape and initialiser of a weight. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly init: Initialiser;
}

export const zeros: Initialiser = (weights) => {
  weights.fill(0);
};

export const ones: Initialiser = (weights) => {
  weights.fill(1);
};

/** The same number everywhere. */
export const constantly =
  (value: number): Initialiser =>
  (weights) => {
    weights.fill(value);
  };

/** Normal with mean 0 (Box-Muller). */
export function normal(deviation: number): Initialiser {
  return (weights, _, uniform) => {
    for (let i = 0; i < weights.length; i += 2) {
      const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      weights[i] = radius * Math.cos(angle);
      if (i + 1 < weights.length) weights[i + 1] = radius * Math.sin(angle);
    }
  };
}

/** Uniform in ±bound. */
export function uniform(bound: number): Initialiser {
  return (weights, _, next) => {
    for (let i = 0; i < weights.length; i++) weights[i] = (2 * next() - 1) * bound;
  };
}

/**
 * Uniform in ±sqrt(6 / (in + out)), which keeps the variance of activations and gradients constant through depth.
 *
 * @see Glorot & Bengio 2010 - https://proceedings.mlr.press/v9/glorot10a.html
 */
export const glorotUniform: Initialiser = (weights, shape, next) => {
  const [out = 1, inner = 1] = shape;
  uniform(Math.sqrt(6 / (out + inner)))(weights, shape, next);
};

/** Initial values of every parameter. Each depends only on (seed, path), so adding a layer changes no other. */
export function initialise(
  parameters: ReadonlyMap<string, { readonly spec: ParameterSpec }>,
  seed: number,
): Map<string, { dtype: "float32"; shape: readonly number[]; data: HostArray }> {
  const state = new Map<string, { dtype: "float32"; shape: readonly number[]; data: HostArray }>();
  for (const [path, { spec }] of parameters) {
    const data = new Float32Array(spec.shape.reduce((product, size) => product * size, 1));
    spec.init(data, spec.shape, randomStream(seed, path));
    state.set(path, { dtype: "float32", shape: spec.shape, data });
  }
  return state;
}
