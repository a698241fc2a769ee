import { heedError } from "../errors.ts";
import { hostArray } from "../ir/dtype.ts";
import { leafName } from "../ir/leaf.ts";
import { sameShape, showShape } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { liesIn } from "../nn/match-taps.ts";
import type { Engine } from "../runtime/engine.ts";
import { createState, type HostTensor, type State } from "../runtime/state.ts";

const nameOf = (value: Value): string => leafName(value) as string;

/** Creates a state that holds these parameters. */
export function stateOf(engine: Engine, parameters: readonly Value[]): State {
  return createState(
    engine,
    parameters.map((value) => [
      nameOf(value),
      { dtype: value.dtype, shape: value.shape as readonly number[] },
    ]),
  );
}

/** Fills entries with zeros, in memory allocated now rather than page by page during the first step. */
export function clear(state: State, entries: readonly Value[]): void {
  for (const value of entries) {
    const count = (value.shape as number[]).reduce((n, size) => n * size, 1);
    state.adopt(nameOf(value), (hostArray(value.dtype, count) as Float32Array).fill(0));
  }
}

/** Checks weights. @throws ERR_GRAPH for a weight that is missing, ERR_SHAPE for one of another shape. */
export function checkWeights(weights: ReadonlyMap<string, HostTensor>, parameters: readonly Value[]): void {
  const operation = "openTrainingStep";
  for (const value of parameters) {
    const name = nameOf(value);
    const { shape } = value;
    const given = weights.get(name);
    if (!given) throw heedError("ERR_GRAPH", { operation, problem: `weights lack "${name}"` });
    if (sameShape(given.shape, shape)) continue;
    const problem = `weight "${name}" is ${showShape(given.shape)} and should be ${showShape(shape)}`;
    throw heedError("ERR_SHAPE", { operation, problem });
  }
}

/** What stays as it is: weights that patterns name, or all others. */
export type Frozen = readonly string[] | { readonly except: readonly string[] };

/** The weights that are not frozen. @throws ERR_CONFIG for a pattern that matches none, and when all are frozen */
export function unfrozen(weights: ReadonlyMap<string, Value>, freeze: Frozen): ReadonlyMap<string, Value> {
  const paths = [...weights.keys()];
  const patterns = "except" in freeze ? freeze.except : freeze;
  const refuse = (cause: string, remedy: string): never => {
    throw heedError("ERR_CONFIG", { where: "training.freeze", cause, remedy });
  };
  for (const pattern of patterns) {
    if (paths.some((path) => liesIn(path, pattern))) continue;
    const tops = [...new Set(paths.map((path) => path.split(".")[0]))];
    refuse(`no weight matches "${pattern}"`, `weights begin with ${tops.join(", ")}`);
  }
  const isNamed = (path: string): boolean => patterns.some((pattern) => liesIn(path, pattern));
  const trained = [...weights].filter(([path]) => isNamed(path) === "except" in freeze);
  if (trained.length === 0) refuse("every weight is frozen", "leave some to train");
  return new Map(trained);
}
