import { input, parameter } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import { sum } from "../ops/broadcast.ts";
import { add, div, minimum, mul, sqrt, sub } from "../ops/elementwise.ts";

/** How one parameter goes on, and what it remembers. */
export interface Optimiser {
  /** Next values of parameters and of the optimiser's own state. */
  readonly updates: ReadonlyMap<Value, Value>;
  /** The optimiser's state, all zeros at the start; names are `optimizer.<moment>.<path>`. */
  readonly state: readonly Value[];
  /** Scalars to feed at a step (counted from 1) for a learning rate. */
  readonly feeds: (step: number, rate: number) => Record<string, number>;
}

export interface Trained {
  readonly path: string;
  readonly value: Value;
  readonly gradient: Value;
}

export interface OptimiserConfig {
  readonly optimizer: "adamw" | "adam" | "sgd";
  /** adamw: share of a matrix removed per unit of rate; adam, sgd: added to the gradient as weightDecay · p. */
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** sgd only. */
  readonly momentum: number;
}

/** AdamW as Transformers are trained with it. */
export const adamw: OptimiserConfig = {
  optimizer: "adamw",
  weightDecay: 0.01,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-9,
  momentum: 0,
};

export function optimiser(config: OptimiserConfig, trained: readonly Trained[]): Optimiser {
  return config.optimizer === "sgd" ? sgd(config, trained) : adam(config, trained);
}

/**
 * Adam and AdamW with unscaled moments, which saves two passes over every parameter:
 *
 *   M' = β1 M + g,   V' = β2 V + g²,   p' = p - lr λ p - a M' / (sqrt(V') + e)
 *
 * where a and e, fed at each step, hold the rate and both bias corrections, so that p' is the usual one.
 *
 * @see Kingma & Ba 2015 - https://arxiv.org/abs/1412.6980
 * @see Loshchilov & Hutter 2019 (decoupled decay) - https://arxiv.org/abs/1711.05101
 */
function adam(config: OptimiserConfig, trained: readonly Trained[]): Optimiser {
  const { beta1, beta2, epsilon, weightDecay } = config;
  const decoupled = config.optimizer === "adamw";
  const a = input("optimizer.rate", "float32", []);
  const e = input("optimizer.epsilon", "float32", []);
  const kept = input("optimizer.kept", "float32", []);
  const updates = new Map<Value, Value>();
  const state: Value[] = [];
  for (const { path, value, gradient } of trained) {
    const first = moment("m", path, value);
    const second = moment("v", path, value);
    const g = decoupled || weightDecay === 0 ? gradient : add(gradient, mul(value, weightDecay));
    const nextFirst = add(mul(first, beta1), g);
    const nextSecond = add(mul(second, beta2), mul(g, g));
    const change = div(mul(nextFirst, a), add(sqrt(nextSecond), e));
    updates.set(first, nextFirst).set(second, nextSecond);
    updates.set(value, sub(decoupled && weightDecay > 0 ? mul(value, kept) : value, change));
    state.push(first, second);
  }
  const feeds = (step: number, rate: number): Record<string, number> => {
    const spread = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
    return {
      "optimizer.rate": (rate * (1 - beta1)) / ((1 - beta1 ** step) * spread),
      "optimizer.epsilon": epsilon / spread,
      "optimizer.kept": 1 - rate * weightDecay,
    };
  };
  return { updates, state, feeds };
}

/** Stochastic gradient descent with momentum: u' = μ u + g,  p' = p - lr u'. */
function sgd({ momentum, weightDecay }: OptimiserConfig, trained: readonly Trained[]): Optimiser {
  const rate = input("optimizer.rate", "float32", []);
  const updates = new Map<Value, Value>();
  const state: Value[] = [];
  for (const { path, value, gradient } of trained) {
    const g = weightDecay === 0 ? gradient : add(gradient, mul(value, weightDecay));
    let change = g;
    if (momentum > 0) {
      const velocity = moment("u", path, value);
      change = add(mul(velocity, momentum), g);
      updates.set(velocity, change);
      state.push(velocity);
    }
    updates.set(value, sub(value, mul(change, rate)));
  }
  return { updates, state, feeds: (_, learningRate) => ({ "optimizer.rate": learningRate }) };
}

function moment(name: string, path: string, like: Value): Value {
  return parameter(`optimizer.${name}.${path}`, like.dtype, like.shape as readonly number[]);
}

/**
 * Scales all gradients together so that their joint norm is at most `limit`.
 *
 * @returns the gradients, and the norm before scaling: sqrt(Σ |g|²)
 * @see Pascanu et al. 2013 - https://arxiv.org/abs/1211.5063
 */
export function clipByGlobalNorm(
  gradients: readonly Value[],
  limit: number,
): { clipped: Value[]; norm: Value } {
  const norm = sqrt(gradients.map((g) => sum(mul(g, g))).reduce((total, square) => add(total, square)));
  if (limit <= 0) return { clipped: [...gradients], norm };
  const scale = minimum(div(limit, add(norm, 1e-6)), 1);
  return { clipped: gradients.map((g) => mul(g, scale)), norm };
}
