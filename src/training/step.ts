import { alone, type Communicator } from "../distributed/communicator.ts";
import type { Wire } from "../distributed/sum.ts";
import { heedError } from "../errors.ts";
import {
  forwardStatistics,
  gradientStatistics,
  openProbe,
  type StatisticsProbe,
} from "../inspect/training/layer-statistics.ts";
import { input, leafName, parameter } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import type { Objective } from "../models/objective.ts";
import { initialise } from "../nn/initialise.ts";
import { type BuildOptions, build, type Layer, type Model } from "../nn/layer.ts";
import { compile, type Program } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";
import { turns } from "../runtime/turns.ts";
import { fusedGraphs, type Graph, splitGraphs } from "./graphs.ts";
import { localSteps, outerName } from "./local-steps.ts";
import { asObjective } from "./mean-objective.ts";
import type { StepResult, TrainingStep } from "./training-step.ts";
import type { OptimiserConfig } from "./update.ts";
import { namesOf, type Ranks, type Setting, updates } from "./updates.ts";
import { LIVE } from "./weight-average.ts";
import { checkWeights, clear, type Frozen, stateOf, unfrozen } from "./weights.ts";

export type { StepResult, TrainingStep } from "./training-step.ts";

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
