import { input, parameter } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import { add, div, minimum, mul, sqrt, sub } from "../ops/elementwise.ts";
import { sumOfSquares } from "../ops/reduce.ts";

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

export interface OptimiserOptions {
  /** A scalar that all gradients are multiplied by, as `clipByGlobalNorm` gives. Default: none. */
  readonly scale?: Value;
}

/** How the numbers of one parameter go on, element by element. */
interface Rule {
  readonly moments: readonly string[];
  readonly next: (now: Now, moments: Readonly<Record<string, Value>>) => Record<string, Value>;
  readonly feeds: Optimiser["feeds"];
}

interface Now {
  readonly value: Value;
  readonly gradient: Value;
}

/** The update of all that is trained. */
export function optimiser(
  config: OptimiserConfig,
  trained: readonly Trained[],
  { scale }: OptimiserOptions = {},
): Optimiser {
  const rule = config.optimizer === "sgd" ? sgd(config) : adam(config);
  const updates = new Map<Value, Value>();
  const state: Value[] = [];
  for (const { path, value, gradient } of trained) {
    const moments = Object.fromEntries(rule.moments.map((name) => [name, moment(name, path, value)]));
    const next = rule.next({ value, gradient: scale ? mul(gradient, scale) : gradient }, moments);
    updates.set(value, next.value as Value);
    for (const [name, value] of Object.entries(moments)) updates.set(value, next[name] as Value);
    state.push(...Object.values(moments));
  }
  return { updates, state, feeds: rule.feeds };
}

function moment(name: string, path: string, like: Value): Value {
  return parameter(`optimizer.${name}.${path}`, like.dtype, like.shape as readonly number[]);
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
function adam({ optimizer, beta1, beta2, epsilon, weightDecay }: OptimiserConfig): Rule {
  const decoupled = optimizer === "adamw";
  const a = input("optimizer.rate", "float32", []);
  const e = input("optimizer.epsilon", "float32", []);
  const kept = input("optimizer.kept", "float32", []);
  return {
    moments: ["m", "v"],
    next: ({ value, gradient }, { m, v }) => {
      const g = decoupled || weightDecay === 0 ? gradient : add(gradient, mul(value, weightDecay));
      const first = add(mul(m as Value, beta1), g);
      const second = add(mul(v as Value, beta2), mul(g, g));
      const change = div(mul(first, a), add(sqrt(second), e));
      const stays = decoupled && weightDecay > 0 ? mul(value, kept) : value;
      return { value: sub(stays, change), m: first, v: second };
    },
    feeds: (step, rate) => {
      const spread = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      return {
        "optimizer.rate": (rate * (1 - beta1)) / ((1 - beta1 ** step) * spread),
        "optimizer.epsilon": epsilon / spread,
        "optimizer.kept": 1 - rate * weightDecay,
      };
    },
  };
}

/** Stochastic gradient descent with momentum: u' = μ u + g,  p' = p - lr u'. */
function sgd({ momentum, weightDecay }: OptimiserConfig): Rule {
  const rate = input("optimizer.rate", "float32", []);
  return {
    moments: momentum > 0 ? ["u"] : [],
    next: ({ value, gradient }, { u }) => {
      const g = weightDecay === 0 ? gradient : add(gradient, mul(value, weightDecay));
      const change = u ? add(mul(u, momentum), g) : g;
      return { value: sub(value, mul(change, rate)), ...(u ? { u: change } : {}) };
    },
    feeds: (_, learningRate) => ({ "optimizer.rate": learningRate }),
  };
}

/**
 * What scales all gradients together so that their joint norm is at most `limit`.
 *
 * @param count  The gradients are sums over so many; their means are meant. Default: they are what is meant.
 * @returns the factor for every gradient (none where nothing is to be scaled), and the norm before: sqrt(Σ |g|²)
 * @see Pascanu et al. 2013 - https://arxiv.org/abs/1211.5063
 */
export function clipByGlobalNorm(
  gradients: readonly Value[],
  limit: number,
  count?: Value,
): { scale?: Value; norm: Value } {
  const joint = sqrt(gradients.map(sumOfSquares).reduce((total, square) => add(total, square)));
  const norm = count ? div(joint, count) : joint;
  const factor = limit > 0 ? minimum(div(limit, add(norm, 1e-6)), 1) : undefined;
  const scale = count ? div(factor ?? 1, count) : factor;
  return scale ? { scale, norm } : { norm };
}
