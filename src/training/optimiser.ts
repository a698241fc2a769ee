import { parameter } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import { add, div, minimum, mul, sqrt, sub } from "../ops/elementwise.ts";
import { sumOfSquares } from "../ops/reduce.ts";
import { isMuons, muon } from "./muon.ts";
import { average, type Optimiser, type OptimiserConfig, scalar, type Trained } from "./update.ts";

/** AdamW with settings common for Transformers. */
export const adamw: OptimiserConfig = {
  optimizer: "adamw",
  weightDecay: 0.01,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-9,
  momentum: 0,
};

export interface OptimiserOptions {
  /** A scalar that all gradients are multiplied by, as `clipByGlobalNorm` returns. Default: none. */
  readonly scale?: Value;
}

/** How one parameter and its moments are updated, element by element. */
interface Rule {
  readonly moments: readonly string[];
  readonly next: (value: Value, gradient: Value, moments: Readonly<Record<string, Value>>) => Next;
  readonly feeds: Optimiser["feeds"];
}

/** The next value of the parameter, and of each moment by its name. */
type Next = Readonly<{ value: Value } & Record<string, Value>>;

/** Builds the update of all trained parameters. */
export function optimiser(
  config: OptimiserConfig,
  trained: readonly Trained[],
  { scale }: OptimiserOptions = {},
): Optimiser {
  if (config.optimizer === "muon") {
    const others = trained.filter((each) => !isMuons(each));
    return joined([
      muon(config, trained.filter(isMuons), scale),
      optimiser({ ...config, optimizer: "adamw" }, others, scale ? { scale } : {}),
    ]);
  }
  const { weightDecay } = config;
  const rule = config.optimizer === "sgd" ? sgd(config) : adam(config);
  const isCoupled = config.optimizer !== "adamw" && weightDecay > 0;
  const updates = new Map<Value, Value>();
  const state: Value[] = [];
  for (const { path, value, gradient } of trained) {
    const moments = Object.fromEntries(rule.moments.map((name) => [name, moment(name, path, value)]));
    const scaled = scale ? mul(gradient, scale) : gradient;
    const decayed = isCoupled ? add(scaled, mul(value, weightDecay)) : scaled;
    const next = rule.next(value, decayed, moments);
    updates.set(value, next.value);
    for (const [name, moment] of Object.entries(moments)) {
      updates.set(moment, next[name] as Value);
      state.push(moment);
    }
  }
  return { updates, state, feeds: rule.feeds };
}

/** Optimisers of different parameters as one. */
const joined = (parts: readonly Optimiser[]): Optimiser => ({
  updates: new Map(parts.flatMap(({ updates }) => [...updates])),
  state: parts.flatMap(({ state }) => state),
  feeds: (step, rate) => Object.assign({}, ...parts.map(({ feeds }) => feeds(step, rate))),
});

function moment(name: string, path: string, like: Value): Value {
  return parameter(`optimizer.${name}.${path}`, like.dtype, like.shape as readonly number[]);
}

/**
 * Adam and AdamW:
 *
 *   m' = β1 m + (1 - β1) g,   v' = β2 v + (1 - β2) g²,   p' = k p - a m' / (sqrt(v') + e)
 *
 * where a and e, fed at each step, hold the rate and both bias corrections, and k = 1 - rate · decay.
 *
 * @see Kingma & Ba 2015 - https://arxiv.org/abs/1412.6980
 * @see Loshchilov & Hutter 2019 (decoupled decay) - https://arxiv.org/abs/1711.05101
 */
function adam({ optimizer, beta1, beta2, epsilon, weightDecay }: OptimiserConfig): Rule {
  const isDecoupled = optimizer === "adamw" && weightDecay > 0;
  const [rate, spread, keep] = [scalar("rate"), scalar("epsilon"), scalar("keep")];
  return {
    moments: ["m", "v"],
    next: (value, gradient, moments) => {
      const m = average(moments.m as Value, beta1, gradient);
      const v = average(moments.v as Value, beta2, mul(gradient, gradient));
      const change = mul(div(m, add(sqrt(v), spread)), rate);
      return { value: sub(isDecoupled ? mul(value, keep) : value, change), m, v };
    },
    feeds: (step, learningRate) => {
      const root = Math.sqrt(1 - beta2 ** step);
      return {
        "optimizer.rate": (learningRate * root) / (1 - beta1 ** step),
        "optimizer.epsilon": epsilon * root,
        ...(isDecoupled ? { "optimizer.keep": 1 - learningRate * weightDecay } : {}),
      };
    },
  };
}

/** Stochastic gradient descent with momentum: u' = μ u + g,  p' = p - lr u'. */
function sgd({ momentum }: OptimiserConfig): Rule {
  const rate = scalar("rate");
  return {
    moments: momentum > 0 ? ["u"] : [],
    next: (value, gradient, moments) => {
      const u = moments.u ? add(mul(moments.u, momentum), gradient) : gradient;
      return { value: sub(value, mul(u, rate)), u };
    },
    feeds: (_, learningRate) => ({ "optimizer.rate": learningRate }),
  };
}

/**
 * The factor that scales all gradients so that their global norm is at most `limit`.
 *
 * @param count  Divides the gradients first, when they are sums over that many tokens. Default: none.
 * @returns the factor for every gradient (undefined if nothing is scaled), and the norm before clipping: sqrt(Σ |g|²)
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
