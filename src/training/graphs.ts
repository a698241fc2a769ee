import { gradients } from "../autodiff/gradients.ts";
import { parameter } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import type { Objective } from "../models/objective.ts";
import { add, div } from "../ops/elementwise.ts";
import { zeros } from "../ops/gather.ts";
import { adamw, clipByGlobalNorm, optimiser } from "./optimiser.ts";
import { type Packed, packVectors } from "./pack.ts";
import type { Optimiser, OptimiserConfig } from "./update.ts";
import { averaged, averageFeeds } from "./weight-average.ts";

/** What one program computes and writes back. */
export interface Graph {
  readonly outputs: Readonly<Record<string, Value>>;
  readonly updates: ReadonlyMap<Value, Value>;
}

/** The graphs of a training step, and what they keep between steps. */
export interface TrainingGraphs {
  /** With accumulation: adds the gradients of one batch to the sums. */
  readonly accumulate?: Graph;
  readonly update: Graph;
  readonly optimiser: Optimiser;
  /** The optimiser's state and the sums. */
  readonly state: readonly Value[];
  /** The part of the state that sums over batches until an update. */
  readonly sums: readonly Value[];
  /** Gradients of the mean loss by path, before clipping. */
  readonly gradients: ReadonlyMap<string, Value>;
}

export interface UpdateOptions {
  readonly optimiser?: OptimiserConfig | undefined;
  readonly clip?: number | undefined;
  /** The moving average of each trained weight; `optimiser.ema` is its decay. Default: none. */
  readonly averages?: ReadonlyMap<Value, Value> | undefined;
}

type Weights = ReadonlyMap<string, Value>;

/** Forward, backward, clipping and the optimiser as one graph. */
export function fusedGraphs(options: UpdateOptions, objective: Objective, weights: Weights): TrainingGraphs {
  const { loss, tokens } = objective;
  const trained = withGradients(weights, div(loss, tokens));
  const { update, norm } = updateOf(options, packVectors(trained));
  const outputs = { ...sumsOf(objective), gradientNorm: norm };
  return {
    update: { outputs, updates: update.updates },
    optimiser: update,
    state: update.state,
    sums: [],
    gradients: new Map(trained.map(({ path, gradient }) => [path, gradient])),
  };
}

/**
 * Two graphs: one sums the gradients of batches, one divides by all tokens, clips and updates.
 *
 * @param options.single  The sums are those of one batch: nothing is added to what there was, nor cleared. Default false.
 */
export function splitGraphs(
  { single = false, ...options }: UpdateOptions & { readonly single?: boolean },
  objective: Objective,
  weights: Weights,
): TrainingGraphs {
  const { loss, tokens } = objective;
  const packed = packVectors(withGradients(weights, loss));
  const total = parameter("accumulated.tokens", "float32", []);
  const sumOf = (before: Value, now: Value): Value => (single ? now : add(before, now));
  const added = new Map([[total, sumOf(total, tokens)]]);
  const summed = packed.trained.map(({ path, value, gradient }) => {
    const sum = parameter(`accumulated.${path}`, value.dtype, value.shape as number[]);
    added.set(sum, sumOf(sum, gradient));
    return { path, value, gradient: sum };
  });
  const { update, norm } = updateOf(options, { ...packed, trained: summed }, total);
  const meanOf = packed.unpack(new Map(summed.map(({ value, gradient }) => [value, div(gradient, total)])));
  const sums = [...added.keys()];
  const cleared = (single ? [] : sums).map((sum) => [sum, zeros(sum.dtype, sum.shape)] as const);
  return {
    accumulate: { outputs: sumsOf(objective), updates: added },
    update: { outputs: { gradientNorm: norm }, updates: new Map([...update.updates, ...cleared]) },
    optimiser: update,
    state: [...update.state, ...sums],
    sums,
    gradients: new Map(Array.from(weights, ([path, value]) => [path, meanOf.get(value) as Value])),
  };
}

/** The sums over a batch that are reported. */
const sumsOf = ({ loss, negativeLogLikelihood, tokens, alignment }: Objective): Record<string, Value> => ({
  loss,
  negativeLogLikelihood,
  tokens,
  ...(alignment ? { alignmentLoss: alignment.loss, linked: alignment.linked } : {}),
});

function withGradients(weights: Weights, loss: Value): { path: string; value: Value; gradient: Value }[] {
  const grads = gradients(loss, [...weights.values()]);
  return Array.from(weights, ([path, value], i) => ({ path, value, gradient: grads[i] as Value }));
}

/** Clipping, then the optimiser. With `count`, the gradients are sums over that many tokens. */
function updateOf(
  { optimiser: config = adamw, clip = 1, averages }: UpdateOptions,
  { trained, unpack }: Packed,
  count?: Value,
): { update: Optimiser; norm: Value } {
  const { norm, ...scale } = clipByGlobalNorm(
    trained.map(({ gradient }) => gradient),
    clip,
    count,
  );
  const next = optimiser(config, trained, scale);
  const updates = unpack(next.updates);
  const { ema } = config;
  if (ema === undefined || !averages) return { update: { ...next, updates }, norm };
  const update = {
    ...next,
    updates: new Map([...updates, ...averaged(updates, averages)]),
    feeds: (step: number, rate: number) => ({ ...next.feeds(step, rate), ...averageFeeds(ema, step) }),
  };
  return { update, norm };
}
