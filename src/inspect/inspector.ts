import { gradients } from "../autodiff/gradients.ts";
import { heedError } from "../errors.ts";
import { input } from "../ir/leaf.ts";
import { evaluate, type Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { matchTaps, splitTap, type TapPattern } from "../nn/match-taps.ts";
import { type Observer, type TapName, tapAxes } from "../nn/taps.ts";
import { sum } from "../ops/broadcast.ts";
import { mul, sub } from "../ops/elementwise.ts";
import { gatherLast, topK } from "../ops/gather.ts";
import { reshape } from "../ops/reshape.ts";
import { logSoftmax } from "../ops/softmax.ts";
import { compile, type Feed, type Program } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor, State } from "../runtime/state.ts";
import type { Tensor } from "../runtime/tensor.ts";
import {
  type Changeable,
  changeable,
  changeOf,
  feedsOf,
  type Intervention,
  timeBack,
} from "./intervention.ts";
import {
  type AxisTokens,
  type EncodedExample,
  type Example,
  type Inspected,
  isRowAxis,
  subjectOf,
} from "./subject.ts";

/** One axis of a tensor: what it counts, and the tokens at its places where it counts tokens. */
export interface Axis {
  /** batch, heads, queries, keys, length, dim, … */
  readonly name: string;
  readonly size: number;
  readonly tokens?: AxisTokens;
}

/** Numbers from inside a model, for one example: the batch axis has size 1. */
export interface NamedTensor {
  readonly path: string;
  readonly axes: readonly Axis[];
  readonly data: Float32Array;
}

/** What the model says at each place that it writes: target tokens, next tokens, or the label. */
export interface Said {
  /** The tokens that are expected there. */
  readonly expected: readonly string[];
  /** ln p of the expected token at each place. */
  readonly logProbabilities: Float32Array;
  /** The likeliest token at each place. */
  readonly likeliest: readonly string[];
}

/** A number that the model gives out, to differentiate: Σ ln p(of) - Σ ln p(against). */
export interface ChosenOutput {
  /** The place of the token, from 0. Default: all places, added up. */
  readonly place?: number;
  /** The token's id. Default: the expected one. */
  readonly of?: number;
  /** Why that one and not this? Its log probability is taken off. */
  readonly against?: number;
}

export interface LookOptions {
  /** Taps to read, by pattern. */
  readonly taps?: readonly TapPattern[];
  readonly intervene?: readonly Intervention[];
  /** Taps whose gradients are wanted, by pattern, and of what. */
  readonly gradients?: readonly TapPattern[];
  readonly output?: ChosenOutput;
}

export interface Look {
  /** The taps asked for, by path, in the model's order; with interventions, as they went on. */
  readonly taps: ReadonlyMap<string, NamedTensor>;
  /** d output / d tap, by path. */
  readonly gradients: ReadonlyMap<string, NamedTensor>;
  /** The output that was differentiated; NaN where no gradient was asked for. */
  readonly output: number;
  readonly said: Said;
  /** With interventions: what is said without them, and taps whose interventions changed no number. */
  readonly without?: { readonly said: Said; readonly unchanged: readonly string[] };
}

export interface InspectorOptions {
  readonly engine: Engine;
  /** The model with its tokenizers; a run that was opened is one. */
  readonly of: Inspected;
  /** Weights frozen into the graph… */
  readonly weights?: ReadonlyMap<string, HostTensor>;
  /** …or those of a model in training. */
  readonly state?: State;
  readonly session?: SessionOptions;
}

export interface Inspector {
  /** The paths of all taps. */
  readonly paths: readonly string[];
  /**
   * Looks into the model as it reads one example.
   *
   * @throws ERR_GRAPH for a pattern that matches no tap, naming similar ones; ERR_USAGE for an intervention that does not
   *   fit, ERR_DATA for an example without anything to read.
   */
  run(example: Example | EncodedExample, options?: LookOptions): Promise<Look>;
  /** An example as the ids that `run` takes as well: to change them. */
  encode(example: Example): EncodedExample;
  close(): void;
}

interface Plan {
  readonly program: Program;
  readonly taps: readonly string[];
  readonly changed: ReadonlyMap<string, Changeable>;
  readonly derived: readonly string[];
  readonly shapes: ReadonlyMap<string, readonly Size[]>;
}

/**
 * Opens a model to look into it: any tap, changed or not, and the gradient of an output with respect to it. Only what is
 * asked for is computed. A session is opened for each set of paths; other examples, numbers and outputs are other feeds.
 */
export async function openInspector(options: InspectorOptions): Promise<Inspector> {
  const subject = subjectOf(options.of);
  const { model: plain } = subject.graph({});
  const paths = [...plain.taps.keys()];
  const matching = (patterns: readonly TapPattern[]): string[] => {
    const wanted = new Set(
      patterns.flatMap((pattern) => matchTaps(plain.taps, pattern).map(([path]) => path)),
    );
    return paths.filter((path) => wanted.has(path));
  };
  const plans = new Map<string, Promise<Plan>>();
  const planOf = (
    taps: readonly string[],
    changed: readonly string[],
    derived: readonly string[],
  ): Promise<Plan> => {
    const key = JSON.stringify([taps, changed, derived]);
    const known = plans.get(key) ?? openPlan(options, subject, { taps, changed, derived });
    plans.set(key, known);
    return known;
  };
  return {
    paths,
    encode: (example) => subject.encode(example),
    run: async (example, { taps = [], intervene = [], gradients: wanted = [], output = {} } = {}) => {
      const encoded = isEncoded(example) ? example : subject.encode(example);
      const byPath = interventionsByPath(intervene, (pattern) => matching([pattern]));
      const changed = [...byPath.keys()];
      const plan = await planOf([...new Set([...matching(taps), ...changed])], changed, matching(wanted));
      const look = (isChanged: boolean): Promise<Read> =>
        read(plan, subject, encoded, output, isChanged ? byPath : new Map());
      const found = await look(true);
      const asked = new Set(matching(taps));
      const result = {
        taps: new Map([...found.taps].filter(([path]) => asked.has(path))),
        gradients: found.gradients,
        output: found.output,
        said: found.said,
      };
      if (changed.length === 0) return result;
      const before = await look(false);
      const unchanged = changed.filter((path) => isEqual(found.taps.get(path), before.taps.get(path)));
      return { ...result, without: { said: before.said, unchanged } };
    },
    close: () => {
      for (const plan of plans.values())
        plan.then(
          ({ program }) => program.close(),
          () => undefined,
        );
    },
  };
}

const isEncoded = (example: Example | EncodedExample): example is EncodedExample =>
  typeof example.source !== "string";

function interventionsByPath(
  interventions: readonly Intervention[],
  matching: (pattern: TapPattern) => string[],
): Map<string, Intervention[]> {
  const byPath = new Map<string, Intervention[]>();
  for (const one of interventions)
    for (const path of matching(one.at)) byPath.set(path, [...(byPath.get(path) ?? []), one]);
  return byPath;
}

const isEqual = (a: NamedTensor | undefined, b: NamedTensor | undefined): boolean =>
  a !== undefined && b !== undefined && a.data.every((value, i) => Object.is(value, b.data[i]));

const PICKS = {
  of: "of",
  ofWeight: "of.weight",
  against: "against",
  againstWeight: "against.weight",
} as const;

async function openPlan(
  { engine, weights, state, session }: InspectorOptions,
  subject: ReturnType<typeof subjectOf>,
  {
    taps,
    changed,
    derived,
  }: { taps: readonly string[]; changed: readonly string[]; derived: readonly string[] },
): Promise<Plan> {
  const fed = new Set([...changed, ...derived]);
  const changeables = new Map<string, Changeable>();
  const at: Observer = (path, value, position) => {
    if (!fed.has(path)) return value;
    const made = changeable(path, value, subject.timeAt(path), position);
    changeables.set(path, made.changeable);
    return made.answer;
  };
  const { model, logits } = subject.graph(fed.size > 0 ? { at } : {});
  const outputs: Record<string, Value> = { ...saidOutputs(logits) };
  for (const path of taps) outputs[`tap ${path}`] = model.taps.get(path) as Value;
  if (derived.length > 0) {
    outputs.output = chosenOutput(logits);
    const puts = derived.map((path) => (changeables.get(path) as Changeable).put);
    gradients(outputs.output, puts).forEach((gradient, i) => {
      outputs[`gradient ${derived[i]}`] = gradient;
    });
  }
  const program = await compile({
    engine,
    outputs,
    ...(weights ? { constants: weights } : {}),
    ...(state ? { state } : {}),
    ...(session ? { session } : {}),
  });
  const shapes = new Map(taps.map((path) => [path, (model.taps.get(path) as Value).shape]));
  return { program, taps, changed: changeables, derived, shapes };
}

function saidOutputs(logits: Value): { logProbabilities: Value; likeliest: Value } {
  const [batch, places] = logits.shape as [Size, Size];
  const expected = input("expected", "int32", [batch, places, 1]);
  const picked = gatherLast(logSoftmax(logits), expected);
  return {
    logProbabilities: reshape(picked, [batch, places]),
    likeliest: topK(logits, 1).indices,
  };
}

/** Σ w ln p(of) - Σ w ln p(against), over all places. */
function chosenOutput(logits: Value): Value {
  const [batch, places] = logits.shape as [Size, Size];
  const logProbabilities = logSoftmax(logits);
  const side = (ids: string, weight: string): Value => {
    const picked = gatherLast(logProbabilities, input(ids, "int32", [batch, places, 1]));
    return sum(mul(picked, input(weight, "float32", [batch, places, 1])));
  };
  return sub(side(PICKS.of, PICKS.ofWeight), side(PICKS.against, PICKS.againstWeight));
}

interface Read {
  readonly taps: Map<string, NamedTensor>;
  readonly gradients: Map<string, NamedTensor>;
  readonly output: number;
  readonly said: Said;
}

async function read(
  plan: Plan,
  subject: ReturnType<typeof subjectOf>,
  example: EncodedExample,
  output: ChosenOutput,
  byPath: ReadonlyMap<string, readonly Intervention[]>,
): Promise<Read> {
  const expected = subject.expected(example);
  const batch = subject.feeds(example);
  if (expected.length === 0 || example.source.length === 0)
    throw heedError("ERR_DATA", { where: "inspector", cause: "the example has nothing to read" });
  const lengths = lengthsOf(batch);
  const feeds: Record<string, Feed> = { ...batch, expected: picks(expected) };
  if (plan.derived.length > 0) Object.assign(feeds, outputFeeds(output, expected));
  const sizes = (shape: readonly Size[]): number[] => shape.map((size) => evaluate(size, lengths) as number);
  for (const [path, one] of plan.changed) {
    const shape = sizes(one.shape);
    Object.assign(feeds, feedsOf(path, one, shape, changeOf(path, shape, byPath.get(path) ?? [])));
  }
  const results = await plan.program(feeds as never);
  const numbers = async (name: string): Promise<Float32Array> => {
    const tensor = (results as Record<string, Tensor>)[name] as Tensor;
    const data = ((await tensor.read()) as Float32Array).slice();
    tensor.dispose();
    return data;
  };
  const named = (path: string, shape: readonly number[], data: Float32Array): NamedTensor => {
    const { rows, columns } = subject.tokens(path, example);
    const names: readonly string[] = tapAxes[splitTap(path)[1] as TapName];
    const axes = names.map((name, i): Axis => {
      const tokens = isRowAxis(name) ? rows : name === "keys" ? columns : undefined;
      const size = shape[i] as number;
      return { name, size, ...(tokens?.reads.length === size ? { tokens } : {}) };
    });
    return { path, axes, data };
  };
  const taps = new Map<string, NamedTensor>();
  for (const path of plan.taps) {
    const shape = sizes(plan.shapes.get(path) as readonly Size[]);
    taps.set(path, named(path, shape, await numbers(`tap ${path}`)));
  }
  const derived = new Map<string, NamedTensor>();
  for (const path of plan.derived) {
    const { shape: symbolic, time } = plan.changed.get(path) as Changeable;
    const shape = sizes(symbolic);
    const data = await numbers(`gradient ${path}`);
    derived.set(path, named(path, shape, time === undefined ? data : timeBack(data, shape, time)));
  }
  const chosen = plan.derived.length > 0 ? ((await numbers("output"))[0] as number) : Number.NaN;
  const likeliest = await numbers("likeliest");
  const said: Said = {
    expected: Array.from(expected, (id) => (id < 0 ? "" : subject.nameOf(id))),
    logProbabilities: await numbers("logProbabilities"),
    likeliest: Array.from(likeliest, (id) => subject.nameOf(id)),
  };
  return { taps, gradients: derived, output: chosen, said };
}

/** What the symbols of a graph stand for in a batch of one. */
function lengthsOf(
  batch: Readonly<Record<string, { readonly shape: readonly number[] }>>,
): Map<string, number> {
  const lengths = new Map([["batch", 1]]);
  const symbols: Readonly<Record<string, string>> = { source: "source", target: "target", text: "time" };
  for (const [name, { shape }] of Object.entries(batch)) {
    const symbol = symbols[name];
    if (symbol) lengths.set(symbol, shape[1] as number);
  }
  return lengths;
}

const picks = (ids: Int32Array): Feed => ({
  shape: [1, ids.length, 1],
  data: ids.map((id) => Math.max(0, id)),
});

function outputFeeds({ place, of, against }: ChosenOutput, expected: Int32Array): Record<string, Feed> {
  if (place !== undefined && !(Number.isInteger(place) && place >= 0 && place < expected.length)) {
    const cause = `there is no place ${place}; places are 0 to ${expected.length - 1}`;
    throw heedError("ERR_USAGE", { where: "output", cause });
  }
  const chosen = expected.map((id) => of ?? id);
  const weight = Float32Array.from(expected, (_, at) => (place === undefined || place === at ? 1 : 0));
  const shape = [1, expected.length, 1];
  return {
    [PICKS.of]: picks(chosen),
    [PICKS.ofWeight]: { shape, data: weight },
    [PICKS.against]: picks(expected.map(() => against ?? 0)),
    [PICKS.againstWeight]: {
      shape,
      data: against === undefined ? new Float32Array(expected.length) : weight,
    },
  };
}
