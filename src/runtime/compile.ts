import { heedError } from "../errors.ts";
import { type DType, type HostArray, hostArray } from "../ir/dtype.ts";
import { leafName, parameterOp } from "../ir/leaf.ts";
import { evaluate, sameShape, showShape } from "../ir/size.ts";
import { type TensorType, topological, type Value } from "../ir/value.ts";
import { lower } from "../onnx/lower.ts";
import { overwritable } from "../onnx/overwritable.ts";
import type { Repetition } from "../onnx/repeated.ts";
import type { Engine, SessionOptions } from "./engine.ts";
import type { HostTensor, State } from "./state.ts";
import type { Tensor } from "./tensor.ts";

export type { Repetition } from "../onnx/repeated.ts";

/** The value fed to an input: a runtime tensor, an array on the host with its shape, or a single number. */
export type Feed = Tensor | { readonly shape: readonly number[]; readonly data: HostArray } | number;

/** The inputs of one batch, by name. */
export type BatchFeeds = Readonly<Record<string, Exclude<Feed, number>>>;

export interface CompileOptions<Name extends string = string> {
  readonly engine: Engine;
  /** The values to return from each run, by name. */
  readonly outputs: Readonly<Record<Name, Value>>;
  /** Parameter -> its next value, written into the state when a run succeeds. */
  readonly updates?: ReadonlyMap<Value, Value>;
  /** Where parameters live. Required when the graph has a parameter that is not in `constants`. */
  readonly state?: State;
  /** Parameters frozen into the graph: faster to run, but they can no longer change. */
  readonly constants?: ReadonlyMap<string, HostTensor>;
  /** Runs products with `constants` on 8-bit integers: smaller, faster, slightly less exact. Default: no quantisation. */
  readonly quantize?: "int8" | undefined;
  /**
   * Repeats the graph as one step of many in one run. It refers to inputs and `outputs` by name; a run does not return
   * the condition.
   */
  readonly repeat?: Repetition | undefined;
  readonly session?: SessionOptions;
}

/**
 * A compiled graph. The caller disposes the returned tensors. Calls may overlap: calls that update the state run one
 * after the other, and calls that only read it run between two updates.
 */
export interface Program<Name extends string = string> {
  (feeds?: Readonly<Record<string, Feed>>): Promise<Record<Name, Tensor>>;
  /** The inputs to feed, by name. */
  readonly inputs: ReadonlyMap<string, TensorType>;
  close(): void;
}

/** Selects the feeds that a program reads; it would refuse the others. */
export const feedsFor = <F extends Feed>(
  { inputs }: Program,
  feeds: Readonly<Record<string, F>>,
): Record<string, F> => Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.has(name)));

const nextName = (name: string): string => `${name}/next`;

/**
 * Compiles a graph to an async function on one ONNX Runtime session. Inputs are found in the graph. Parameters are read
 * from `state`, and `updates` are written back to it without passing through user code.
 *
 * @throws ERR_GRAPH for a parameter without a value or an invalid update, ERR_SHAPE or ERR_DTYPE when the state or a
 *   constant does not match the graph. A call throws the same codes for missing, unknown or mismatched feeds.
 */
export async function compile<Name extends string>(options: CompileOptions<Name>): Promise<Program<Name>> {
  const { engine, outputs, updates = new Map<Value, Value>(), state, constants } = options;
  if (options.repeat && updates.size > 0) {
    const problem =
      "a repeated graph cannot have updates; use `carry` for values that change from step to step";
    throw heedError("ERR_GRAPH", { operation: "compile", problem });
  }
  const wanted = new Map(Object.entries<Value>(outputs));
  const updated: string[] = [];
  for (const [target, next] of updates) {
    const name = leafName(target);
    const isSame = sameShape(target.shape, next.shape) && target.dtype === next.dtype;
    if (name === undefined || !isSame) {
      const problem = `the target of an update must be a ${next.dtype} parameter of shape ${showShape(next.shape)}`;
      throw heedError("ERR_GRAPH", { operation: "compile", problem });
    }
    if (!state?.has(name)) throw noParameter(name, state);
    if (wanted.has(nextName(name))) {
      const problem = `output "${nextName(name)}" has the name of the update of "${name}"; rename the output`;
      throw heedError("ERR_GRAPH", { operation: "compile", problem });
    }
    updated.push(name);
    wanted.set(nextName(name), next);
  }
  if (state) checkState(state, wanted.values());
  const { quantize, repeat } = options;
  // Loaded when it is needed: most pages do without.
  const narrow = quantize && (await import("../onnx/quantize.ts")).quantized;
  const model = lower({ outputs: wanted, narrow, repeat, ...(constants ? { constants } : {}) });
  const inputs = new Map<string, TensorType>();
  const stateNames: string[] = [];
  for (const [name, type] of model.inputs) {
    if (!type.isParameter) inputs.set(name, type);
    else if (state?.has(name)) stateNames.push(name);
    else throw noParameter(name, state);
  }
  const residents = { inputs: stateNames, outputs: updated.map(nextName) };
  const loading = engine.load(model.bytes, { ...options.session, residents });
  // The session may open on another thread; meanwhile, find the parameters that need no second buffer.
  const pairs = updated.map((name) => [name, nextName(name)] as const);
  const inPlace = engine.overwrites ? overwritable(model.graph, pairs) : new Set<string>();
  const swapped = updated.filter((name) => !inPlace.has(name));
  const session = await loading;
  const names = (Object.keys(outputs) as Name[]).filter((name) => name !== repeat?.while);

  const run = async (feeds: Readonly<Record<string, Feed>>): Promise<Record<Name, Tensor>> => {
    const fed = new Map<string, Tensor>();
    const temporary: Tensor[] = [];
    const lengths = new Map<string, number>();
    try {
      for (const name of Object.keys(feeds)) {
        if (inputs.has(name)) continue;
        const problem = `the graph has no input "${name}"; it reads ${[...inputs.keys()].join(", ") || "none"}`;
        throw heedError("ERR_GRAPH", { operation: "run", problem });
      }
      for (const [name, type] of inputs) {
        const feed = feeds[name];
        if (feed === undefined || feed === null) {
          const problem = `input "${name}" ${showShape(type.shape)} was not fed`;
          throw heedError("ERR_GRAPH", { operation: "run", problem });
        }
        const tensor = toTensor(engine, feed, type.dtype);
        if (tensor !== feed) temporary.push(tensor);
        fed.set(name, tensor);
      }
      const isChecked = ([name, type]: [string, TensorType]): boolean =>
        checkFeed(name, type, fed.get(name) as Tensor, lengths);
      // Sizes that depend on symbols of later inputs are checked again once those are known.
      for (const pending of [...inputs].filter((entry) => !isChecked(entry))) isChecked(pending);
      for (const name of stateNames) fed.set(name, (state as State).current(name));
      const fetches = new Map<string, Tensor | undefined>(names.map((name) => [name, undefined]));
      for (const name of inPlace) fetches.set(nextName(name), (state as State).current(name));
      for (const name of swapped) fetches.set(nextName(name), (state as State).spare(name));
      const results = await session.run(fed, fetches);
      state?.swap(swapped);
      const returned = names.map((name) => [name, results.get(name)]);
      return Object.fromEntries(returned) as Record<Name, Tensor>;
    } finally {
      for (const tensor of temporary) tensor.dispose();
    }
  };
  // Overlapping runs that read and write the same state would mix old and new values.
  const { access } = state ?? {};
  const queue = updated.length > 0 ? access?.write : stateNames.length > 0 ? access?.read : undefined;
  const program = (feeds: Readonly<Record<string, Feed>> = {}): Promise<Record<Name, Tensor>> =>
    queue ? queue(() => run(feeds)) : run(feeds);
  return Object.assign(program, { inputs, close: () => session.close() });
}

const noParameter = (name: string, state: State | undefined): Error =>
  heedError("ERR_GRAPH", {
    operation: "compile",
    problem: state
      ? `the state has no parameter "${name}"`
      : `parameter "${name}" has no value; pass it in the state or the constants`,
  });

/** @throws ERR_SHAPE, ERR_DTYPE when a parameter has another type in the state than in the graph. */
function checkState(state: State, wanted: Iterable<Value>): void {
  for (const { op, outputs } of topological([...wanted])) {
    const [leaf] = outputs;
    const name = op === parameterOp && leaf ? leafName(leaf) : undefined;
    if (!leaf || name === undefined || !state.has(name)) continue;
    const { dtype, shape } = state.type(name);
    const operation = `state "${name}"`;
    if (dtype !== leaf.dtype) {
      throw heedError("ERR_DTYPE", {
        operation,
        problem: `${leaf.dtype} was declared but the state has ${dtype}`,
      });
    }
    if (!sameShape(shape, leaf.shape)) {
      const problem = `${showShape(leaf.shape)} was declared but the state has ${showShape(shape)}`;
      throw heedError("ERR_SHAPE", { operation, problem });
    }
  }
}

function toTensor(engine: Engine, feed: Feed, dtype: DType): Tensor {
  if (typeof feed === "number") {
    const data = hostArray(dtype, 1);
    data[0] = data instanceof BigInt64Array ? BigInt(feed) : feed;
    return engine.tensor(dtype, [], data);
  }
  if ("data" in feed) return engine.tensor(dtype, feed.shape, feed.data);
  if ("dtype" in feed) return feed;
  const problem = "a feed must be a tensor, a number or { shape, data }";
  throw heedError("ERR_GRAPH", { operation: "run", problem });
}

/** Checks a feed against its type; a symbol must have one length throughout. Returns whether all sizes were known. */
function checkFeed(name: string, type: TensorType, feed: Tensor, lengths: Map<string, number>): boolean {
  const fail = (problem: string): never => {
    const operands = `declared ${showShape(type.shape)} · fed ${showShape(feed.shape)}`;
    throw heedError("ERR_SHAPE", { operation: `feed "${name}"`, problem, operands });
  };
  if (feed.dtype !== type.dtype) {
    const problem = `${type.dtype} was declared but ${feed.dtype} was fed`;
    throw heedError("ERR_DTYPE", { operation: `feed "${name}"`, problem });
  }
  if (feed.shape.length !== type.shape.length) fail(`rank ${type.shape.length} was declared`);
  let isKnown = true;
  type.shape.forEach((size, axis) => {
    const length = feed.shape[axis] as number;
    const expected = evaluate(size, lengths);
    if (expected === undefined) {
      if (typeof size === "string" && !/[+*]/.test(size)) lengths.set(size, length);
      else isKnown = false;
    } else if (expected !== length) {
      fail(`axis ${axis} is ${length} but ${typeof size === "number" ? "" : `"${size}" is `}${expected}`);
    }
  });
  return isKnown;
}

/** The number in a tensor of one element. */
export async function toNumber(tensor: Tensor): Promise<number> {
  return Number((await tensor.read())[0]);
}
