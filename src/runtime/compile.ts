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

/** What an input may be given: a tensor of the runtime, host numbers with their shape, or one number. */
export type Feed = Tensor | { readonly shape: readonly number[]; readonly data: HostArray } | number;

/** The inputs of one batch by name, as data. */
export type BatchFeeds = Readonly<Record<string, Exclude<Feed, number>>>;

export interface CompileOptions<Name extends string = string> {
  readonly engine: Engine;
  /** The values wanted from each run, by name. */
  readonly outputs: Readonly<Record<Name, Value>>;
  /** Parameter -> its next value: written into the state when a run succeeds. */
  readonly updates?: ReadonlyMap<Value, Value>;
  /** Where parameters live. Required when the graph has a parameter that is not in `constants`. */
  readonly state?: State;
  /** Parameters frozen into the graph: faster to run, fixed for ever. */
  readonly constants?: ReadonlyMap<string, HostTensor>;
  /** Products with `constants` on 8-bit integers: smaller and faster, a little less exact. Default: as they are. */
  readonly quantize?: "int8" | undefined;
  /**
   * The graph is one step of many in one run. Names in it are those of inputs and `outputs`; the condition is not among
   * what a run returns.
   */
  readonly repeat?: Repetition | undefined;
  readonly session?: SessionOptions;
}

/**
 * A compiled graph. Disposing the returned tensors is up to the caller. Calls may overlap: those that update the state go
 * one after the other, and those that only read it see it between two updates.
 */
export interface Program<Name extends string = string> {
  (feeds?: Readonly<Record<string, Feed>>): Promise<Record<Name, Tensor>>;
  /** The inputs to feed, by name. */
  readonly inputs: ReadonlyMap<string, TensorType>;
  close(): void;
}

/** Of feeds that were made for any model, those that one graph reads. A program refuses the others. */
export const feedsFor = <F extends Feed>(
  { inputs }: Program,
  feeds: Readonly<Record<string, F>>,
): Record<string, F> => Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.has(name)));

const nextName = (name: string): string => `${name}/next`;

/**
 * Turns a graph into an async function on one ONNX Runtime session. Inputs are found in the graph; parameters are read
 * from `state`, and `updates` writes them back without the numbers passing through user code.
 *
 * @throws ERR_GRAPH for a parameter without state and for a feed that the graph does not read, ERR_SHAPE and ERR_DTYPE for feeds that do not fit.
 */
export async function compile<Name extends string>(options: CompileOptions<Name>): Promise<Program<Name>> {
  const { engine, outputs, updates = new Map<Value, Value>(), state, constants } = options;
  if (options.repeat && updates.size > 0) {
    const problem = "a graph that is repeated has no updates: what changes from step to step is carried";
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
      const problem = `"${nextName(name)}" is what the update of "${name}" is called: name the output otherwise`;
      throw heedError("ERR_GRAPH", { operation: "compile", problem });
    }
    updated.push(name);
    wanted.set(nextName(name), next);
  }
  if (state) checkState(state, wanted.values());
  const { quantize, repeat } = options;
  const model = lower({ outputs: wanted, quantize, repeat, ...(constants ? { constants } : {}) });
  const inputs = new Map<string, TensorType>();
  const held: string[] = [];
  for (const [name, type] of model.inputs) {
    if (!type.isParameter) inputs.set(name, type);
    else if (state?.has(name)) held.push(name);
    else throw noParameter(name, state);
  }
  const residents = { inputs: held, outputs: updated.map(nextName) };
  const loading = engine.load(model.bytes, { ...options.session, residents });
  // A session may open on a thread of its own; meanwhile this one finds out what needs no second buffer.
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
      const check = ([name, type]: [string, TensorType]): boolean =>
        checkFeed(name, type, fed.get(name) as Tensor, lengths);
      // What is made of symbols that come later is checked once they are known.
      for (const one of [...inputs].filter((one) => !check(one))) check(one);
      for (const name of held) fed.set(name, (state as State).current(name));
      const fetches = new Map<string, Tensor | undefined>(names.map((name) => [name, undefined]));
      for (const name of inPlace) fetches.set(nextName(name), (state as State).current(name));
      for (const name of swapped) fetches.set(nextName(name), (state as State).spare(name));
      const results = await session.run(fed, fetches);
      state?.swap(swapped);
      const read = names.map((name) => [name, results.get(name)]);
      return Object.fromEntries(read) as Record<Name, Tensor>;
    } finally {
      for (const tensor of temporary) tensor.dispose();
    }
  };
  // Runs that write what others read would see and leave half of it, side by side.
  const { access } = state ?? {};
  const inOrder = updated.length > 0 ? access?.write : held.length > 0 ? access?.read : undefined;
  const program = (feeds: Readonly<Record<string, Feed>> = {}): Promise<Record<Name, Tensor>> =>
    inOrder ? inOrder(() => run(feeds)) : run(feeds);
  return Object.assign(program, { inputs, close: () => session.close() });
}

const noParameter = (name: string, state: State | undefined): Error =>
  heedError("ERR_GRAPH", {
    operation: "compile",
    problem: state
      ? `the state has no parameter "${name}"`
      : `nothing gives parameter "${name}": there is no state, and it is not among the constants`,
  });

/** @throws ERR_SHAPE, ERR_DTYPE when the state has a parameter of the graph otherwise. */
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
  const problem = "a feed is a tensor, a number, or numbers with their shape: { shape, data }";
  throw heedError("ERR_GRAPH", { operation: "run", problem });
}

/** Holds a feed against its declared shape; symbols must mean the same number everywhere. Whether all were known. */
function checkFeed(name: string, type: TensorType, feed: Tensor, lengths: Map<string, number>): boolean {
  const wrong = (problem: string): never => {
    const operands = `declared ${showShape(type.shape)} · fed ${showShape(feed.shape)}`;
    throw heedError("ERR_SHAPE", { operation: `feed "${name}"`, problem, operands });
  };
  if (feed.dtype !== type.dtype) {
    const problem = `${type.dtype} was declared but ${feed.dtype} was fed`;
    throw heedError("ERR_DTYPE", { operation: `feed "${name}"`, problem });
  }
  if (feed.shape.length !== type.shape.length) wrong(`rank ${type.shape.length} was declared`);
  let isKnown = true;
  type.shape.forEach((size, axis) => {
    const length = feed.shape[axis] as number;
    const expected = evaluate(size, lengths);
    if (expected === undefined) {
      if (typeof size === "string" && !/[+*]/.test(size)) lengths.set(size, length);
      else isKnown = false;
    } else if (expected !== length) {
      wrong(`axis ${axis} is ${length} but ${typeof size === "number" ? "" : `"${size}" is `}${expected}`);
    }
  });
  return isKnown;
}

/** The one number of a tensor of one element. */
export async function toNumber(tensor: Tensor): Promise<number> {
  return Number((await tensor.read())[0]);
}
