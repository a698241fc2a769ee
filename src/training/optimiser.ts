import { input, parameter } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import { addScaled } from "../ops/add-scaled.ts";
import { add, div, minimum, mul, sqrt } from "../ops/elementwise.ts";
import { sumOfSquares } from "../ops/reduce.ts";

/** How one parameter goes on, and what it remembers. */
export interface Optimiser {
  /** Next values of parameters and of the optimiser's own state. */
  readonly updates: ReadonlyMap<Value, Value>;
  /** The optimiser's state, all zeros at the start; names are `optimizer.<moment>.<path>`. */
  readonly state: readonly Value[];
  /** Scalars to feed at a step (counted from 1, without a gap) for a learning rate. */
  readonly feeds: (step: number, rate: number) => Record<string, number>;
  /** What is to be done to the state after every so many steps. */
  readonly renewal?: { readonly every: number; readonly updates: ReadonlyMap<Value, Value> };
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
  /** By name, the share of a moment that is left after a step. */
  readonly moments: Readonly<Record<string, number>>;
  readonly next: (now: Now, moments: Readonly<Record<string, Value>>) => Record<string, Value>;
  readonly feeds: Optimiser["feeds"];
}

interface Now {
  readonly value: Value;
  readonly gradient: Value;
  /** What the gradient is to be multiplied by, as a factor of `by`. */
  readonly scaled: (by: Value) => Value;
}

/** The update of all that is trained. */
export function optimiser(
  config: OptimiserConfig,
  trained: readonly Trained[],
  { scale }: OptimiserOptions = {},
): Optimiser {
  const rule = config.optimizer === "sgd" ? sgd(config) : adam(config);
  const isCoupled = config.optimizer !== "adamw" && config.weightDecay > 0;
  const updates = new Map<Value, Value>();
  const renewed = new Map<Value, Value>();
  for (const { path, value, gradient } of trained) {
    const moments = Object.fromEntries(
      Object.keys(rule.moments).map((name) => [name, moment(name, path, value)]),
    );
    const now: Now = isCoupled
      ? {
          value,
          gradient: addScaled(scale ? mul(gradient, scale) : gradient, config.weightDecay, value),
          scaled: (by) => by,
        }
      : { value, gradient, scaled: (by) => (scale ? mul(by, scale) : by) };
    const next = rule.next(now, moments);
    updates.set(value, next.value as Value);
    for (const [name, value] of Object.entries(moments)) {
      updates.set(value, next[name] as Value);
      renewed.set(value, mul(value, (rule.moments[name] as number) ** periodOf(rule.moments)));
    }
  }
  const renewal = { every: periodOf(rule.moments), updates: renewed };
  return {
    updates,
    state: [...renewed.keys()],
    feeds: rule.feeds,
    ...(renewed.size > 0 ? { renewal } : {}),
  };
}

function moment(name: string, path: string, like: Value): Value {
  return parameter(`optimizer.${name}.${path}`, like.dtype, like.shape as readonly number[]);
}

/**
 * A moment m' = β m + g is kept as the sum M' = M + g / β^k, of which m = β^k M, for the k-th step since the last renewal:
 * adding to what is there takes one pass over the memory, an average two. The sums grow, so every `periodOf` steps
 * all are multiplied by what has gathered, and k is 0 again.
 */
const periodOf = (moments: Readonly<Record<string, number>>): number =>
  1 + Math.floor(Math.min(...Object.values(moments).map((beta) => Math.log(1e-12) / Math.log(beta))));

/** What is left, at a step counted from 1, of what came into each moment at the last renewal: β^k. */
const leftAt = (moments: Readonly<Record<string, number>>, step: number): Record<string, number> => {
  const since = (step - 1) % periodOf(moments);
  return Object.fromEntries(Object.entries(moments).map(([name, beta]) => [name, beta ** since]));
};

/**
 * Adam and AdamW with unscaled moments:
 *
 *   m' = β1 m + g,   v' = β2 v + g²,   p' = p - a (m' / (sqrt(v') + e) + d p)
 *
 * where a, e and d, fed at each step, hold the rate, both bias corrections and the decay, so that p' is the usual one.
 *
 * @see Kingma & Ba 2015 - https://arxiv.org/abs/1412.6980
 * @see Loshchilov & Hutter 2019 (decoupled decay) - https://arxiv.org/abs/1711.05101
 */
function adam({ optimizer, beta1, beta2, epsilon, weightDecay }: OptimiserConfig): Rule {
  const isDecoupled = optimizer === "adamw" && weightDecay > 0;
  const moments = { m: beta1, v: beta2 };
  const scalar = (name: string): Value => input(`optimizer.${name}`, "float32", []);
  const [first, second] = [scalar("first"), scalar("second")];
  const [rate, spread, decay] = [scalar("rate"), scalar("epsilon"), scalar("decay")];
  return {
    moments,
    next: ({ value, gradient, scaled }, { m, v }) => {
      const mean = addScaled(m as Value, scaled(first), gradient);
      const square = addScaled(v as Value, scaled(scaled(second)), mul(gradient, gradient));
      const change = div(mean, add(sqrt(square), spread));
      const whole = isDecoupled ? addScaled(change, decay, value) : change;
      return { value: addScaled(value, rate, whole), m: mean, v: square };
    },
    feeds: (step, learningRate) => {
      const left = leftAt(moments, step) as { m: number; v: number };
      const root = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      // Of the sums' ratio, what makes it the mean over the root of the mean square.
      const unit = ((1 - beta1) / (1 - beta1 ** step)) * (left.m / Math.sqrt(left.v) / root);
      return {
        "optimizer.first": 1 / left.m,
        "optimizer.second": 1 / left.v,
        "optimizer.rate": -learningRate * unit,
        "optimizer.epsilon": epsilon / root / Math.sqrt(left.v),
        ...(isDecoupled ? { "optimizer.decay": weightDecay / unit } : {}),
      };
    },
  };
}

/** Stochastic gradient descent with momentum: u' = μ u + g,  p' = p - lr u'. */
function sgd({ momentum }: OptimiserConfig): Rule {
  const moments: Record<string, number> = momentum > 0 ? { u: momentum } : {};
  const first = input("optimizer.first", "float32", []);
  const rate = input("optimizer.rate", "float32", []);
  return {
    moments,
    next: ({ value, gradient, scaled }, { u }) => {
      if (!u) return { value: addScaled(value, scaled(rate), gradient) };
      const sum = addScaled(u, scaled(first), gradient);
      return { value: addScaled(value, rate, sum), u: sum };
    },
    feeds: (step, learningRate) => {
      const { u = 1 } = leftAt(moments, step);
      return { "optimizer.rate": -learningRate * u, ...(momentum > 0 ? { "optimizer.first": 1 / u } : {}) };
    },
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
