import { alone, type Communicator } from "../distributed/communicator.ts";
import type { Wire } from "../distributed/sum.ts";
import { heedError } from "../errors.ts";
import {
  forwardStatistics,
  gradientStatistics,
  type LayerStatistics,
  openProbe,
  type StatisticsProbe,
} from "../inspect/training/layer-statistics.ts";
import { input, leafName, parameter } from "../ir/leaf.ts";
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
import { requireSameWeights, sumEntries } from "./across-ranks.ts";
import { fusedGraphs, type Graph, splitGraphs, type TrainingGraphs } from "./graphs.ts";
import { type LocalSteps, localSteps, outerName } from "./local-steps.ts";
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
  /** The processes that share every batch. Default: this one alone. */
  readonly communicator?: Communicator | undefined;
  /** How gradients travel between ranks. Default "float32". */
  readonly wire?: Wire | undefined;
  /** Updates that each rank makes alone before the ranks meet: see `localSteps`. Default: none, gradients are summed. */
  readonly localSteps?: number | undefined;
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
  /** Global norm of the gradients before clipping; with `localSteps`, the mean over ranks of their own. */
  readonly gradientNorm: number;
  /** With several ranks: seconds of the update in which numbers travelled, waiting for the slowest rank included. */
  readonly reduction?: number;
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
   * a failed update changes nothing. With several ranks, each passes its part of the batches, undefined where it has none.
   */
  readonly run: (
    step: number,
    learningRate: number,
    batches: readonly (BatchFeeds | undefined)[],
    options?: { readonly statistics?: boolean },
  ) => Promise<StepResult>;
  /** With `localSteps`: gives all ranks the same state, before a validation or a checkpoint. */
  readonly settle?: (() => Promise<void>) | undefined;
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
  readonly ranks: Ranks;
}

/** How the ranks of a training work together. */
interface Ranks {
  readonly communicator: Communicator;
  readonly wire: Wire;
  readonly local: LocalSteps | undefined;
  /** Names of all weights. */
  readonly weights: readonly string[];
}

/**
 * Opens forward, backward, clipping and the optimiser as one session. With accumulation or several ranks there are two: one
 * sums the gradients of batches, one divides by all tokens, clips and updates.
 *
 * @throws ERR_GRAPH when `weights` lacks one, ERR_CONFIG when a pattern of `freeze` matches none, ERR_SHAPE when one has another shape or a loss is not one number.
 */
export async function openTrainingStep<M>(options: TrainingStepOptions<M>): Promise<TrainingStep> {
  const { engine, seed, accumulate = 1, communicator = alone, wire = "float32" } = options;
  const random = {
    rows: input("dropout.rows", "int32", ["dropoutRows"]),
    columns: input("dropout.columns", "int32", ["dropoutColumns"]),
  };
  const { model, weights, trained, averages } = weightsOf(options, random);
  const objective = asObjective(options.objective(model.call, model.taps));
  const isLocal = communicator.size > 1 && options.localSteps !== undefined;
  const isFused = accumulate === 1 && (communicator.size === 1 || isLocal);
  const update = { ...options, averages };
  const graphs = isFused
    ? fusedGraphs(update, objective, trained)
    : splitGraphs({ ...update, single: accumulate === 1 }, objective, trained);
  if (options.weights) checkWeights(options.weights, [...weights.values()]);
  const live = [...averages.keys()];
  const outer = isLocal ? [...trained.values()].map(outerOf) : [];
  const state = stateOf(engine, [...weights.values(), ...live, ...graphs.state, ...outer]);
  const session = options.session ? { session: options.session } : {};
  const local = isLocal
    ? localSteps({
        ...{ communicator, wire, state, every: options.localSteps as number },
        ...{ weights: namesOf(trained.values()), moments: namesOf(graphs.optimiser.state) },
      })
    : undefined;
  const ranks: Ranks = { communicator, wire, local, weights: [...weights.keys()] };
  const setting: Setting = { engine, session, seed, accumulate, model, objective, graphs, state, ranks };

  const load = (graph: Graph): Promise<Program> => compile({ engine, state, ...graph, ...session });
  const loading = Promise.all([graphs.accumulate && load(graphs.accumulate), load(graphs.update)]);
  // Sessions open on a thread of their own; meanwhile this one draws the weights.
  if (options.weights) for (const [name, { data }] of options.weights) state.write(name, data);
  else for (const [name, { data }] of initialise(model.parameters, seed)) state.adopt(name, data);
  for (const [value, average] of averages)
    state.write(leafName(value) as string, (await state.read(leafName(average) as string)).data);
  clear(state, [...graphs.state, ...outer]);
  const [gather, apply] = await loading;
  const probe = statisticsOf(setting);
  const queue = queued({
    run: updates(setting, { update: apply, gather }, probe.open),
    failed: () => clear(state, graphs.sums),
    dispose: () => {
      probe.close();
      gather?.close();
      apply.close();
      state.dispose();
    },
  });
  return {
    state,
    weights: [...weights.keys()],
    moments: namesOf([...graphs.optimiser.state, ...live, ...outer]),
    parameterCount: countParameters(model),
    run: async (step, learningRate, batches, options) => {
      queue.checkOpen();
      checkStep(step, batches, accumulate);
      return queue.run(step, learningRate, batches, options);
    },
    settle: local?.settle,
    close: queue.close,
  };
}

const namesOf = (values: Iterable<Value>): string[] =>
  Array.from(values, (value) => leafName(value) as string);

/** The momentum of a weight's outer step. */
const outerOf = (weight: Value): Value =>
  parameter(outerName(leafName(weight) as string), weight.dtype, weight.shape as readonly number[]);

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

/** Updates between two comparisons of the ranks' weights. */
const COMPARED_EVERY = 100;

/** Runs one update. With `gather`, every batch goes through that program before the update. */
function updates(
  { seed, accumulate, objective, graphs, state, ranks }: Setting,
  { update, gather }: { readonly update: Program; readonly gather: Program | undefined },
  openStatistics: () => Promise<StatisticsProbe>,
): TrainingStep["run"] {
  const sites = dropoutSites([objective.loss]);
  const { communicator, wire, local, weights } = ranks;
  const { rank, size } = communicator;
  const sums = namesOf(graphs.sums);
  return async (step, learningRate, batches, { statistics: wantsStatistics } = {}) => {
    const probe = wantsStatistics ? await openStatistics() : undefined;
    const total = { loss: 0, negativeLogLikelihood: 0, alignmentLoss: 0, linked: 0, tokens: 0 };
    let gradientNorm = 0;
    let reduction = 0;
    const count = async (results: Readonly<Record<string, Tensor>>): Promise<void> => {
      const read = await numbers(results);
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += read[name] ?? 0;
      gradientNorm = read.gradientNorm ?? 0;
    };
    const feedsOf = (batch: BatchFeeds, micro: number): Record<string, Feed> => {
      const draw = step * accumulate + micro;
      // Each rank drops other places, rank 0 those of a process alone.
      const drawn = rank === 0 ? `${draw}` : `${draw} of rank ${rank}`;
      return { ...batch, ...randomTables(sites, batch, objective.loss, seed, drawn) };
    };
    const timed = async (work: Promise<unknown>): Promise<void> => {
      const start = performance.now();
      await work;
      reduction += (performance.now() - start) / 1000;
    };
    const scalars = graphs.optimiser.feeds(step, learningRate);
    await local?.before();
    if (gather) {
      for (const [micro, batch] of batches.entries()) {
        if (!batch) continue;
        const feeds = feedsOf(batch, micro);
        await probe?.batch(feeds);
        await count(await gather(feedsFor(gather, feeds)));
      }
      // A rank without a part of the batch adds nothing, also not what an earlier batch has left.
      if (!batches.some((batch) => batch)) clear(state, graphs.sums);
      if (size > 1 && !local) await timed(sumEntries(state, sums, communicator, wire));
    }
    const feeds = gather ? {} : feedsOf(batches[0] ?? {}, 0);
    if (!gather) await probe?.batch(feeds);
    const statistics = await probe?.finish();
    // A rank that had nothing to learn from in a local update waits for the others.
    const isIdle = local !== undefined && !batches.some((batch) => batch);
    if (!isIdle) await count(await update(feedsFor(update, { ...feeds, ...scalars })));
    if (local) reduction += await local.after(step);
    if (size > 1) {
      const all = Float64Array.of(...Object.values(total), gradientNorm);
      await timed(communicator.allReduce(all, "sum"));
      Object.keys(total).forEach((name, i) => {
        total[name as keyof typeof total] = all[i] as number;
      });
      if (local) gradientNorm = (all.at(-1) as number) / size;
      const isCompared = (step === 1 || step % COMPARED_EVERY === 0) && !local;
      if (isCompared) await requireSameWeights(state, weights, communicator, step);
    }
    const { loss, negativeLogLikelihood, alignmentLoss, linked, tokens } = total;
    const result = {
      loss: loss / tokens,
      negativeLogLikelihood: negativeLogLikelihood / tokens,
      ...(objective.alignment ? { alignmentLoss: linked > 0 ? alignmentLoss / linked : 0 } : {}),
      tokens,
      gradientNorm,
      ...(size > 1 ? { reduction } : {}),
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
function checkStep(step: number, batches: readonly unknown[], accumulate: number): void {
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
