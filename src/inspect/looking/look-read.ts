import { heedError } from "../../errors.ts";
import { evaluate, type Size } from "../../ir/size.ts";
import { splitTap } from "../../nn/match-taps.ts";
import { type TapName, tapAxes } from "../../nn/taps.ts";
import type { Feed } from "../../runtime/compile.ts";
import type { Tensor } from "../../runtime/tensor.ts";
import { type Changeable, changeOf, feedsOf, type Intervention, timeBack } from "./intervention.ts";
import type { Axis, ChosenOutput, NamedTensor, Said } from "./look.ts";
import { PICKS, type Plan } from "./look-plan.ts";
import { type EncodedExample, isRowAxis, type Subject } from "./subject.ts";

/** One run of a plan. */
export interface Read {
  readonly taps: Map<string, NamedTensor>;
  readonly gradients: Map<string, NamedTensor>;
  readonly output: number;
  readonly said: Said;
  /** The ids of the likeliest tokens. */
  readonly likeliest: Int32Array;
  /** What arrived at taps that can be changed, before their change; in the order of their axes. */
  readonly arrived: Map<string, Float32Array>;
}

/**
 * Runs a plan on one example, with its interventions.
 *
 * @throws ERR_USAGE for an intervention or a place that does not fit, ERR_DATA for an example without anything to read.
 */
export async function readPlan(
  plan: Plan,
  subject: Subject,
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
  if (plan.differentiated.length > 0) Object.assign(feeds, outputFeeds(output, expected));
  const sizes = (shape: readonly Size[]): number[] => shape.map((size) => evaluate(size, lengths) as number);
  for (const [path, one] of plan.fed) {
    const shape = sizes(one.shape);
    Object.assign(feeds, feedsOf(path, one, shape, changeOf(path, shape, byPath.get(path) ?? [])));
  }
  const results = await plan.program(feeds as never);
  const numbers = async (name: string): Promise<Float32Array> => {
    const tensor = (results as Record<string, Tensor>)[name] as Tensor;
    const data = Float32Array.from((await tensor.read()) as Float32Array);
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
  for (const path of plan.read) {
    const shape = sizes(plan.shapes.get(path) as readonly Size[]);
    taps.set(path, named(path, shape, await numbers(`tap ${path}`)));
  }
  const gradients = new Map<string, NamedTensor>();
  for (const path of plan.differentiated) {
    const { shape: symbolic, time } = plan.fed.get(path) as Changeable;
    const shape = sizes(symbolic);
    const data = await numbers(`gradient ${path}`);
    gradients.set(path, named(path, shape, time === undefined ? data : timeBack(data, shape, time)));
  }
  const arrived = new Map<string, Float32Array>();
  for (const path of plan.changed)
    if (plan.fed.get(path)?.arriving) arrived.set(path, await numbers(`arriving ${path}`));
  const chosen = plan.differentiated.length > 0 ? ((await numbers("output"))[0] as number) : Number.NaN;
  const likeliest = Int32Array.from(await numbers("likeliest"));
  const said: Said = {
    expected: Array.from(expected, (id) => subject.nameOf(id)),
    logProbabilities: await numbers("logProbabilities"),
    likeliest: Array.from(likeliest, (id) => subject.nameOf(id)),
  };
  return { taps, gradients, output: chosen, said, likeliest, arrived };
}

/** The sizes of a graph's symbols, in a batch of one. */
export function lengthsOf(
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
