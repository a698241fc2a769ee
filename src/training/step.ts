import { heedError } from "../errors.ts";
import {
  forwardStatistics,
  gradientStatistics,
  type LayerStatistics,
  openProbe,
  type StatisticsProbe,
} from "../inspect/training/layer-statistics.ts";
import { input, leafName } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import type { Objective } from "../models/objective.ts";
import { initialise } from "../nn/initialise.ts";
import { type BuildOptions, build, type Layer, type Model } from "../nn/layer.ts";
import type { BatchFeeds } from "../runtime/compile.ts";
import { compile, type Feed, feedsFor, type Program, toNumber } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor, State } from "../runtime/state.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { turns } from "../runtime/turns.ts";
import { fusedGraphs, type Graph, splitGraphs, type TrainingGraphs } from "./graphs.ts";
import { asObjective } from "./mean-objective.ts";
import { dropoutSites, randomTables } from "./random-tables.ts";
import type { OptimiserConfig } from "./update.ts";
import { LIVE } from "./weight-average.ts";
import { checkWeights, clear, type Frozen, stateOf, unfrozen } from "./weights.ts";

export interface TrainingStepOptions<M> {
  readonly engine: Engine;
  /** The model's description; its weights are created here. */
  readonly model: Layer<M>;
  /**
   * The training loss of the called model: sums over a batch, or one number, the mean over a batch. With one number, every
   * batch of an update counts alike, and `tokens` counts batches. The model's taps are there once it has been called.
   */
  readonly objective: (model: M, taps: ReadonlyMap<string, Value>) => Objective | Value;
  /** Default `adamw`. */
  readonly optimiser?: OptimiserConfig;
  /** Maximum global norm of the gradients; 0 for no clipping. Default 1. */
  readonly clip?: number;
  readonly seed: number;
  /** Batches whose gradients are summed for one update. Default 1. */
  readonly accumulate?: number;
  /** Patterns of weights that stay as they are: `encoder`, `decoder.*.cross`; or of all that do not. Default: none. */
  readonly freeze?: Frozen;
  /** Weights to start from instead of random ones: all of them must be given. */
  readonly weights?: ReadonlyMap<string, HostTensor>;
  readonly session?: SessionOptions;
}

export interface StepResult {
  /** Nats per target token, with label smoothing and, if attention is guided, the weighted alignment loss. */
  readonly loss: number;
  /** Nats per target token, of the references alone. */
  readonly negativeLogLikelihood: number;
  /** If attention is guided: nats per linked target token, without the weight. */
  readonly alignmentLoss?: number;
  /** Target tokens in the step. */
  readonly tokens: number;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: number;
  /** If requested: statistics of each layer in this update. */
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
   * Updates all weights from `batches` (at least one, at most `accumulate`). `step` counts from 1. With `statistics`, the
   * batches pass through the model once more, in a session opened on first use. Concurrent calls run one after another;
   * a failed update changes nothing.
   */
  readonly run: (
    step: number,
    learningRate: number,
    batches: readonly BatchFeeds[],
    options?: { readonly statistics?: boolean },
  ) => Promise<StepResult>;
  /** Frees everything once pending updates have ended. */
  readonly close: () => void;
}

/** What all parts of a training step need. */
interface Setting {
  readonly engine: Engine;
  readonly session: { readonly session?: SessionOptions };
  readonly seed: number;
  readonly accumulate: number;
  readonly model: Model<unknown>;
  readonly objective: Objective;
  readonly graphs: TrainingGraphs;
  readonly state: State;
}

/**
 * Opens forward, backward, clipping and the optimiser as one session. With accumulation there are two: one sums the
 * gradients of batches, one divides by all tokens, clips and updates.
 *
 * @throws ERR_GRAPH when `weights` lacks one, ERR_CONFIG when a pattern of `freeze` matches none, ERR_SHAPE when one has another shape or a loss is not one number.
 */
export async function openTrainingStep<M>(options: TrainingStepOptions<M>): Promise<TrainingStep> {
  const { engine, seed, accumulate = 1 } = options;
  const random = {
    rows: input("dropout.rows", "int32", ["dropoutRows"]),
    columns: input("dropout.columns", "int32", ["dropoutColumns"]),
  };
  const { model, weights, trained, averages } = weightsOf(options, random);
  const objective = asObjective(options.objective(model.call, model.taps));
  const graphsOf = accumulate === 1 ? fusedGraphs : splitGraphs;
  const graphs = graphsOf({ ...options, averages }, objective, trained);
  if (options.weights) checkWeights(options.weights, [...weights.values()]);
  const live = [...averages.keys()];
  const state = stateOf(engine, [...weights.values(), ...live, ...graphs.state]);
  const session = options.session ? { session: options.session } : {};
  const setting: Setting = { engine, session, seed, accumulate, model, objective, graphs, state };

  const load = (graph: Graph): Promise<Program> => compile({ engine, state, ...graph, ...session });
  const loading = Promise.all([graphs.accumulate && load(graphs.accumulate), load(graphs.update)]);
  // Sessions open on a thread of their own; meanwhile this one draws the weights.
  if (options.weights) for (const [name, { data }] of options.weights) state.write(name, data);
  else for (const [name, { data }] of initialise(model.parameters, seed)) state.adopt(name, data);
  for (const [value, average] of averages)
    state.write(leafName(value) as string, (await state.read(leafName(average) as string)).data);
  clear(state, graphs.state);
  const [gather, update] = await loading;
  const probe = statisticsOf(setting);
  const queue = queued({
    run: updates(setting, { update, gather }, probe.open),
    failed: () => clear(state, graphs.sums),
    dispose: () => {
      probe.close();
      gather?.close();
      update.close();
      state.dispose();
    },
  });
  return {
    state,
    weights: [...weights.keys()],
    moments: [...graphs.optimiser.state, ...live].map((value) => leafName(value) as string),
    parameterCount: countParameters(model),
    run: async (step, learningRate, batches, options) => {
      queue.checkOpen();
      checkStep(step, batches, accumulate);
      return queue.run(step, learningRate, batches, options);
    },
    close: queue.close,
  };
}

interface Weights<M> {
  readonly model: Model<M>;
  /** By path, under which they are validated and saved. */
  readonly weights: ReadonlyMap<string, Value>;
  /** Those that the optimiser moves, by path. */
  readonly trained: ReadonlyMap<string, Value>;
  /** With `ema`: the average of each trained weight, which has the weight's name in its stead. */
  readonly averages: ReadonlyMap<Value, Value>;
}

/** The weights of a model in training. */
function weightsOf<M>(
  { model: description, freeze = [], optimiser }: TrainingStepOptions<M>,
  random: NonNullable<BuildOptions["random"]>,
): Weights<M> {
  const valuesOf = ({ parameters }: Model<unknown>): Map<string, Value> =>
    new Map(Array.from(parameters, ([path, { value }]) => [path, value]));
  const model = build(description, { random });
  const weights = valuesOf(model);
  const trained = unfrozen(weights, freeze);
  if (optimiser?.ema === undefined) return { model, weights, trained, averages: new Map() };
  const moving = build(description, { random, named: (path) => (trained.has(path) ? LIVE + path : path) });
  const live = [...valuesOf(moving)].filter(([path]) => trained.has(path));
  return {
    model: moving,
    weights,
    trained: new Map(live),
    averages: new Map(live.map(([path, value]) => [value, weights.get(path) as Value])),
  };
}

/** The probe for statistics of layers, opened on first use. */
function statisticsOf({ engine, session, model, objective, graphs, state }: Setting): {
  readonly open: () => Promise<StatisticsProbe>;
  readonly close: () => void;
} {
  let opening: Promise<StatisticsProbe> | undefined;
  const open = (): Promise<StatisticsProbe> => {
    const forward = forwardStatistics(model.taps, objective.masks);
    const backward = gradientStatistics(graphs.gradients);
    // Accumulated gradients can be read from the state.
    const [perBatch, perUpdate] = graphs.accumulate ? [forward, backward] : [[...forward, ...backward], []];
    return openProbe({ engine, state, perBatch, perUpdate, ...session });
  };
  return {
    open: () => {
      opening ??= open();
      return opening;
    },
    close: () => {
      opening?.then(
        (probe) => probe.close(),
        () => undefined,
      );
    },
  };
}

/** Runs one update. With `gather`, every batch goes through that program before the update. */
function updates(
  { seed, accumulate, objective, graphs }: Setting,
  { update, gather }: { readonly update: Program; readonly gather: Program | undefined },
  openStatistics: () => Promise<StatisticsProbe>,
): TrainingStep["run"] {
  const sites = dropoutSites([objective.loss]);
  return async (step, learningRate, batches, { statistics: wantsStatistics } = {}) => {
    const probe = wantsStatistics ? await openStatistics() : undefined;
    const total = { loss: 0, negativeLogLikelihood: 0, alignmentLoss: 0, linked: 0, tokens: 0 };
    let gradientNorm = 0;
    const count = async (results: Readonly<Record<string, Tensor>>): Promise<void> => {
      const read = await numbers(results);
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += read[name] ?? 0;
      gradientNorm = read.gradientNorm ?? 0;
    };
    const feedsOf = (batch: BatchFeeds, micro: number): Record<string, Feed> => ({
      ...batch,
      ...randomTables(sites, batch, objective.loss, seed, step * accumulate + micro),
    });
    const scalars = graphs.optimiser.feeds(step, learningRate);
    if (gather) {
      for (const [micro, batch] of batches.entries()) {
        const feeds = feedsOf(batch, micro);
        await probe?.batch(feeds);
        await count(await gather(feedsFor(gather, feeds)));
      }
    }
    const feeds = gather ? {} : feedsOf(batches[0] ?? {}, 0);
    if (!gather) await probe?.batch(feeds);
    const statistics = await probe?.finish();
    await count(await update(feedsFor(update, { ...feeds, ...scalars })));
    const { loss, negativeLogLikelihood, alignmentLoss, linked, tokens } = total;
    const result = {
      loss: loss / tokens,
      negativeLogLikelihood: negativeLogLikelihood / tokens,
      ...(objective.alignment ? { alignmentLoss: linked > 0 ? alignmentLoss / linked : 0 } : {}),
      tokens,
      gradientNorm,
    };
    return statistics ? { ...result, statistics } : result;
  };
}

interface Queue {
  readonly run: TrainingStep["run"];
  /** @throws ERR_RUNTIME after `close`. */
  readonly checkOpen: () => void;
  readonly close: () => void;
}

/** Runs updates one after another. `dispose` waits for pending ones; `failed` cleans up after one that failed. */
function queued(step: {
  readonly run: TrainingStep["run"];
  readonly failed: () => void;
  readonly dispose: () => void;
}): Queue {
  const inTurn = turns();
  let waiting = 0;
  let isClosed = false;
  return {
    run: async (...args) => {
      waiting += 1;
      const once = (): Promise<StepResult> =>
        step.run(...args).catch((error) => {
          // What it summed before failing must not enter the next update.
          step.failed();
          throw error;
        });
      try {
        return await inTurn(once);
      } finally {
        waiting -= 1;
        if (isClosed && waiting === 0) step.dispose();
      }
    },
    checkOpen: () => {
      if (isClosed) throw heedError("ERR_RUNTIME", { operation: "run", problem: "the step is closed" });
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      if (waiting === 0) step.dispose();
    },
  };
}

/** @throws ERR_USAGE for a step below 1 or a wrong number of batches. */
function checkStep(step: number, batches: readonly BatchFeeds[], accumulate: number): void {
  const refuse = (where: string, cause: string): never => {
    throw heedError("ERR_USAGE", { where, cause });
  };
  if (!(step >= 1)) refuse("step", `${step} is not 1 or more`);
  const allowed = accumulate === 1 ? "1" : `1 to ${accumulate}`;
  if (batches.length < 1 || batches.length > accumulate)
    refuse("batches", `a step takes ${allowed}, not ${batches.length}`);
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
