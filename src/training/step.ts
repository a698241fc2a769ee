import { gradients } from "../autodiff/gradients.ts";
import { heedError } from "../errors.ts";
import {
  forwardStatistics,
  gradientStatistics,
  type LayerStatistics,
  openProbe,
  type StatisticsProbe,
} from "../inspect/layer-statistics.ts";
import { hostArray } from "../ir/dtype.ts";
import { input, parameter } from "../ir/leaf.ts";
import { sameShape, showShape } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import type { Objective } from "../models/objective.ts";
import { initialise } from "../nn/initialise.ts";
import { build, type Layer, type Model } from "../nn/layer.ts";
import { add, div } from "../ops/elementwise.ts";
import { zeros } from "../ops/gather.ts";
import type { BatchFeeds } from "../runtime/compile.ts";
import { compile, type Feed, type Program, toNumber } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import { createState, type HostTensor, type State } from "../runtime/state.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { turns } from "../runtime/turns.ts";
import { adamw, clipByGlobalNorm, type Optimiser, type OptimiserConfig, optimiser } from "./optimiser.ts";
import { type Packed, packVectors } from "./pack.ts";
import { dropoutSites, randomTables } from "./random-tables.ts";

export interface TrainingStepOptions<M> {
  readonly engine: Engine;
  /** The model's description; weights are made here. */
  readonly model: Layer<M>;
  readonly objective: (model: M) => Objective;
  /** Default `adamw`. */
  readonly optimiser?: OptimiserConfig;
  /** Largest joint norm of all gradients; 0 for no clipping. Default 1. */
  readonly clip?: number;
  readonly seed: number;
  /** Batches whose gradients are added before one update. Default 1. */
  readonly accumulate?: number;
  /** Weights to start from instead of random ones: all of them, or ERR_GRAPH. */
  readonly weights?: ReadonlyMap<string, HostTensor>;
  readonly session?: SessionOptions;
}

export interface StepResult {
  /** Nats per target token, with label smoothing. */
  readonly loss: number;
  /** Nats per target token, of the references alone. */
  readonly negativeLogLikelihood: number;
  /** Target tokens in the step. */
  readonly tokens: number;
  /** Joint norm of the gradients before clipping. */
  readonly gradientNorm: number;
  /** When asked for: what each layer did in this update. */
  readonly statistics?: LayerStatistics;
}

export interface TrainingStep {
  /** Weights and optimiser state; every program of the run shares it. */
  readonly state: State;
  /** Paths of the weights, in the model's order. */
  readonly weights: readonly string[];
  /** Names of the optimiser's state: with the weights, all that a checkpoint needs between two steps. */
  readonly moments: readonly string[];
  readonly parameterCount: number;
  /**
   * One update of all weights from `batches` (at least one, at most as many as `accumulate`). `step` counts from 1. With `statistics` the batches pass through the model once more, in a
   * session that opens when it is first needed. Updates asked for at once go one after the other; one that fails changes
   * nothing.
   */
  readonly run: (
    step: number,
    learningRate: number,
    batches: readonly BatchFeeds[],
    options?: { readonly statistics?: boolean },
  ) => Promise<StepResult>;
  /** Frees everything, once the updates that were asked for have ended. */
  readonly close: () => void;
}

/**
 * Forward, backward, clipping and the optimiser as one session; with accumulation as two, one that adds up gradients
 * of sums and one that divides by all tokens and updates.
 */
export async function openTrainingStep<M>(options: TrainingStepOptions<M>): Promise<TrainingStep> {
  const { engine, seed, accumulate = 1 } = options;
  const random = {
    rows: input("dropout.rows", "int32", ["dropoutRows"]),
    columns: input("dropout.columns", "int32", ["dropoutColumns"]),
  };
  const model = build(options.model, { random });
  const objective = options.objective(model.call);
  const paths = [...model.parameters.keys()];
  const values = paths.map((path) => model.parameters.get(path)?.value as Value);
  const parts =
    accumulate === 1 ? fused(options, objective, paths, values) : split(options, objective, paths, values);
  if (options.weights) checkWeights(options.weights, values);

  const state = createState(
    engine,
    [...values, ...parts.state].map(({ dtype, shape, node }) => {
      const { name } = node.attrs as { name: string };
      return [name, { dtype, shape: shape as readonly number[] }];
    }),
  );
  const load = (graph: Graph): Promise<Program> =>
    compile({ engine, state, ...graph, ...(options.session ? { session: options.session } : {}) });
  const loading = Promise.all([parts.accumulate && load(parts.accumulate), load(parts.update)]);
  // Sessions open on a thread of their own; meanwhile this one draws the weights.
  if (options.weights) for (const [name, { data }] of options.weights) state.write(name, data);
  else for (const [name, { data }] of initialise(model.parameters, seed)) state.adopt(name, data);
  const clear = (entries: readonly Value[]): void => {
    for (const { node, dtype, shape } of entries) {
      const count = (shape as number[]).reduce((n, size) => n * size, 1);
      state.adopt((node.attrs as { name: string }).name, (hostArray(dtype, count) as Float32Array).fill(0));
    }
  };
  // Zeros that are written get memory of their own now, and not page by page during the first step.
  clear(parts.state);
  const [gather, update] = await loading;
  const sites = dropoutSites([objective.loss]);

  let opening: Promise<StatisticsProbe> | undefined;
  const openStatistics = (): Promise<StatisticsProbe> => {
    const forward = forwardStatistics(model.taps, objective.masks);
    const backward = gradientStatistics(parts.gradients);
    // Gradients that are accumulated can be read from the state.
    const [perBatch, perUpdate] = parts.accumulate ? [forward, backward] : [[...forward, ...backward], []];
    const session = options.session ? { session: options.session } : {};
    return openProbe({ engine, state, perBatch, perUpdate, ...session });
  };

  const updateOnce: TrainingStep["run"] = async (
    step,
    learningRate,
    batches,
    { statistics: isAsked } = {},
  ) => {
    if (isAsked) opening ??= openStatistics();
    const probe = isAsked ? await opening : undefined;
    let loss = 0;
    let nll = 0;
    let tokens = 0;
    let gradientNorm = 0;
    const count = async (results: Readonly<Record<string, Tensor>>): Promise<void> => {
      const read = await numbers(results);
      loss += read.loss ?? 0;
      nll += read.negativeLogLikelihood ?? 0;
      tokens += read.tokens ?? 0;
      gradientNorm = read.gradientNorm ?? 0;
    };
    const feedsOf = (batch: BatchFeeds, micro: number): Record<string, Feed> => ({
      ...batch,
      ...randomTables(sites, batch, objective.loss, seed, step * accumulate + micro),
    });
    const scalars = parts.optimiser.feeds(step, learningRate);
    if (gather) {
      for (const [micro, batch] of batches.entries()) {
        const feeds = feedsOf(batch, micro);
        await probe?.batch(feeds);
        await count(await gather(feeds));
      }
    }
    const feeds = gather ? {} : feedsOf(batches[0] ?? {}, 0);
    if (!gather) await probe?.batch(feeds);
    const statistics = await probe?.finish();
    await count(await update({ ...feeds, ...scalars }));
    const result = { loss: loss / tokens, negativeLogLikelihood: nll / tokens, tokens, gradientNorm };
    return statistics ? { ...result, statistics } : result;
  };
  const dispose = (): void => {
    opening?.then(
      (probe) => probe.close(),
      () => undefined,
    );
    gather?.close();
    update.close();
    state.dispose();
  };
  const inTurn = turns();
  let waiting = 0;
  let isClosed = false;
  const run: TrainingStep["run"] = async (step, learningRate, batches, asked) => {
    if (isClosed) throw heedError("ERR_RUNTIME", { operation: "run", problem: "the step is closed" });
    checkStep(step, batches, accumulate);
    waiting += 1;
    const once = (): Promise<StepResult> =>
      updateOnce(step, learningRate, batches, asked).catch((error) => {
        // What was added up before it failed is no part of the next one.
        clear(parts.sums);
        throw error;
      });
    try {
      return await inTurn(once);
    } finally {
      waiting -= 1;
      if (isClosed && waiting === 0) dispose();
    }
  };
  return {
    state,
    weights: paths,
    moments: parts.optimiser.state.map(({ node }) => (node.attrs as { name: string }).name),
    parameterCount: countParameters(model),
    run,
    close: () => {
      if (isClosed) return;
      isClosed = true;
      if (waiting === 0) dispose();
    },
  };
}

interface Graph {
  readonly outputs: Readonly<Record<string, Value>>;
  readonly updates: ReadonlyMap<Value, Value>;
}

interface Parts {
  readonly accumulate?: Graph;
  readonly update: Graph;
  readonly optimiser: Optimiser;
  readonly state: readonly Value[];
  /** Of the state, what batches add to until an update. */
  readonly sums: readonly Value[];
  /** By path, of the mean loss, as the update finds them. */
  readonly gradients: ReadonlyMap<string, Value>;
}

type Build = (
  options: Pick<TrainingStepOptions<never>, "optimiser" | "clip">,
  objective: Objective,
  paths: readonly string[],
  values: readonly Value[],
) => Parts;

const fused: Build = (options, objective, paths, values) => {
  const { loss, negativeLogLikelihood, tokens } = objective;
  const grads = gradients(div(loss, tokens), values);
  const { update, norm } = updateOf(options, packVectors(trained(paths, values, grads)));
  const outputs = { loss, negativeLogLikelihood, tokens, gradientNorm: norm };
  return {
    update: { outputs, updates: update.updates },
    optimiser: update,
    state: update.state,
    sums: [],
    gradients: new Map(paths.map((path, i) => [path, grads[i] as Value])),
  };
};

const split: Build = (options, objective, paths, values) => {
  const { loss, negativeLogLikelihood, tokens } = objective;
  const packed = packVectors(trained(paths, values, gradients(loss, values)));
  const total = parameter("accumulated.tokens", "float32", []);
  const added = new Map([[total, add(total, tokens)]]);
  const summed = packed.trained.map(({ path, value, gradient }) => {
    const sum = parameter(`accumulated.${path}`, value.dtype, value.shape as number[]);
    added.set(sum, add(sum, gradient));
    return { path, value, gradient: sum };
  });
  const { update, norm } = updateOf(options, { ...packed, trained: summed }, total);
  const meanOf = packed.unpack(new Map(summed.map(({ value, gradient }) => [value, div(gradient, total)])));
  const sums = [...added.keys()];
  const cleared = sums.map((sum) => [sum, zeros(sum.dtype, sum.shape)] as const);
  return {
    accumulate: { outputs: { loss, negativeLogLikelihood, tokens }, updates: added },
    update: { outputs: { gradientNorm: norm }, updates: new Map([...update.updates, ...cleared]) },
    optimiser: update,
    state: [...update.state, ...sums],
    sums,
    gradients: new Map(paths.map((path, i) => [path, meanOf.get(values[i] as Value) as Value])),
  };
};

/** @throws ERR_GRAPH for a weight that is missing, ERR_SHAPE for one of another shape. */
function checkWeights(weights: ReadonlyMap<string, HostTensor>, parameters: readonly Value[]): void {
  const operation = "openTrainingStep";
  for (const { node, shape } of parameters) {
    const { name } = node.attrs as { name: string };
    const given = weights.get(name);
    if (!given) throw heedError("ERR_GRAPH", { operation, problem: `weights have no "${name}"` });
    if (sameShape(given.shape, shape)) continue;
    const problem = `weight "${name}" is ${showShape(given.shape)} and should be ${showShape(shape)}`;
    throw heedError("ERR_SHAPE", { operation, problem });
  }
}

/** @throws ERR_USAGE for a step that is not counted from 1, or batches that it does not take. */
function checkStep(step: number, batches: readonly BatchFeeds[], accumulate: number): void {
  const refuse = (where: string, cause: string): never => {
    throw heedError("ERR_USAGE", { where, cause });
  };
  if (!(step >= 1)) refuse("step", `${step} is not a number from 1`);
  const most = accumulate === 1 ? "1" : `1 to ${accumulate}`;
  if (batches.length < 1 || batches.length > accumulate)
    refuse("batches", `a step takes ${most} of them, not ${batches.length}`);
}

function trained(
  paths: readonly string[],
  values: readonly Value[],
  grads: readonly Value[],
): { path: string; value: Value; gradient: Value }[] {
  return paths.map((path, i) => ({ path, value: values[i] as Value, gradient: grads[i] as Value }));
}

/** Clipping, then the optimiser. With `count` the gradients are sums over so many. */
function updateOf(
  { optimiser: config = adamw, clip = 1 }: Parameters<Build>[0],
  { trained, unpack }: Packed,
  count?: Value,
): { update: Optimiser; norm: Value } {
  const { norm, ...scale } = clipByGlobalNorm(
    trained.map(({ gradient }) => gradient),
    clip,
    count,
  );
  const next = optimiser(config, trained, scale);
  return { update: { ...next, updates: unpack(next.updates) }, norm };
}

export function countParameters(model: Model<unknown>): number {
  let count = 0;
  for (const { spec } of model.parameters.values()) count += spec.shape.reduce((n, size) => n * size, 1);
  return count;
}

async function numbers(results: Readonly<Record<string, Tensor>>): Promise<Record<string, number>> {
  const read: Record<string, number> = {};
  for (const [name, tensor] of Object.entries(results)) {
    read[name] = await toNumber(tensor);
    tensor.dispose();
  }
  return read;
}
