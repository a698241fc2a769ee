import { gradients } from "../autodiff/gradients.ts";
import { heedError } from "../errors.ts";
import { hostArray } from "../ir/dtype.ts";
import { input, inputOp, leafName, parameterOp, scalar } from "../ir/leaf.ts";
import { evaluate } from "../ir/size.ts";
import { topological, type Value } from "../ir/value.ts";
import { verify } from "../ir/verify.ts";
import { lower } from "../onnx/lower.ts";
import { sum } from "../ops/broadcast.ts";
import { add, mul } from "../ops/elementwise.ts";
import { randomStream } from "../random.ts";
import type { Engine } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";

export interface GradientCheckOptions {
  /** A CPU: other devices have no float64. */
  readonly engine: Engine;
  /** What is differentiated. Outputs of other types than float64 take no part. */
  readonly outputs: Value | readonly Value[];
  /** Numbers of every input and parameter of the graph, by name. */
  readonly feeds: Readonly<Record<string, HostTensor>>;
  /** The leaves to differentiate with respect to. Default: every float64 input and parameter of the graph. */
  readonly wrt?: readonly Value[];
}

/** An element of a gradient that differs from the central difference. */
export interface GradientDisagreement {
  /** The leaf and the place in it, row-major. */
  readonly where: string;
  /** 1 for the gradient, 2 for the gradient of the gradient. */
  readonly order: 1 | 2;
  readonly gradient: number;
  readonly difference: number;
}

const STEP = 1e-5;
/** Central differences in float64: 1e-10 from the step, 1e-11 from rounding, times the curvature. */
const TOLERANCE = 1e-6;

/**
 * Compares the gradient of a graph with central differences in float64, element by element, of first and second order:
 *
 *   ∂L/∂x_i against (L(x + h e_i) - L(x - h e_i)) / 2h,   L = Σ r · outputs with random r,   h = 1e-5
 *
 * The second order compares the gradient of Σ q · ∂L/∂x in the same way, so an op whose gradient cannot be
 * differentiated is found too. Functions must be smooth within h of the numbers that are fed.
 *
 * @returns What disagrees by more than 1e-6, absolute below 1 and relative above; empty when all is well.
 * @throws ERR_GRAPH for a leaf that is not fed, or when no leaf or no output is float64.
 */
export async function checkGradient({
  engine,
  outputs,
  feeds,
  wrt,
}: GradientCheckOptions): Promise<readonly GradientDisagreement[]> {
  const values = Array.isArray(outputs) ? (outputs as readonly Value[]) : [outputs as Value];
  const leaves = leavesOf(values);
  const differentiated = wrt ?? leaves.filter(({ dtype }) => dtype === "float64");
  const isEmpty = differentiated.length === 0 || !values.some(({ dtype }) => dtype === "float64");
  if (isEmpty) {
    const problem = "there is no float64 leaf, or no float64 output; build the graph from float64 inputs";
    throw heedError("ERR_GRAPH", { operation: "checkGradient", problem });
  }
  const fed: Record<string, HostTensor> = { ...feeds };
  const lengths = lengthsIn([...leaves, ...differentiated], feeds);
  const loss = projection(values, "project", lengths, fed);
  const first = gradients(loss, differentiated);
  const slope = projection(first, "projectGradient", lengths, fed);
  const second = gradients(slope, differentiated);
  // A leaf that nothing reads may still be what says how long an axis is.
  const graph = new Map<string, Value>([
    ["loss", loss],
    ["slope", slope],
    ...first.map((value, i) => [`first${i}`, value] as const),
    ...second.map((value, i) => [`second${i}`, value] as const),
    ...[...leaves, ...differentiated].map((value, i) => [`leaf${i}`, value] as const),
  ]);
  verify([...graph.values()]);
  const run = await open(engine, graph);
  try {
    const names = differentiated.map((value) => leafName(value) as string);
    const numbers = await run(fed, [...graph.keys()]);
    const compare = (order: 1 | 2, of: string, prefix: string) =>
      disagreements({ run, fed, names, order, of, gradientOf: (k) => numbers.get(`${prefix}${k}`) });
    return [...(await compare(1, "loss", "first")), ...(await compare(2, "slope", "second"))];
  } finally {
    run.close();
  }
}

const leavesOf = (values: readonly Value[]): Value[] =>
  topological(values)
    .filter(({ op }) => op === inputOp || op === parameterOp)
    .map(({ outputs: [leaf] }) => leaf as Value);

/** The lengths of symbolic sizes, as the numbers that are fed have them. @throws ERR_GRAPH for a leaf without numbers */
function lengthsIn(
  leaves: readonly Value[],
  feeds: Readonly<Record<string, HostTensor>>,
): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  for (const leaf of leaves) {
    const name = leafName(leaf) as string;
    const given = feeds[name];
    if (!given) throw heedError("ERR_GRAPH", { operation: "checkGradient", problem: `"${name}" is not fed` });
    leaf.shape.forEach((size, axis) => {
      if (typeof size === "string") lengths.set(size, given.shape[axis] as number);
    });
  }
  return lengths;
}

/** Σ x · r over the float64 ones among `xs`, with random r that is fed: a scalar in which every element has a part. */
function projection(
  xs: readonly Value[],
  name: string,
  lengths: ReadonlyMap<string, number>,
  feeds: Record<string, HostTensor>,
): Value {
  const uniform = randomStream(11, name);
  let total = scalar("float64", 0);
  xs.forEach((x, i) => {
    if (x.dtype !== "float64") return;
    const shape = x.shape.map((size) => evaluate(size, lengths) ?? 1);
    const data = hostArray("float64", elementsOf(shape)) as Float64Array;
    feeds[`${name}.${i}`] = { dtype: "float64", shape, data: data.map(() => 2 * uniform() - 1) };
    total = add(total, sum(mul(x, input(`${name}.${i}`, "float64", x.shape))));
  });
  return total;
}

const elementsOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

interface Run {
  (
    feeds: Readonly<Record<string, HostTensor>>,
    wanted: readonly string[],
  ): Promise<ReadonlyMap<string, Float64Array>>;
  readonly close: () => void;
}

/** Graph optimisation stays "basic": what comes after it fuses nodes into kernels that have no float64. */
async function open(engine: Engine, outputs: ReadonlyMap<string, Value>): Promise<Run> {
  const model = lower({ outputs });
  const session = await engine.load(model.bytes, { optimisation: "basic", threads: 1 });
  const run = async (feeds: Readonly<Record<string, HostTensor>>, wanted: readonly string[]) => {
    const inputs = [...model.inputs.keys()].map((name) => {
      const { dtype, shape, data } = feeds[name] as HostTensor;
      return [name, engine.tensor(dtype, shape, data)] as const;
    });
    const fetched = await session.run(new Map(inputs), new Map(wanted.map((name) => [name, undefined])));
    const numbers = new Map<string, Float64Array>();
    for (const [name, tensor] of fetched) {
      numbers.set(name, Float64Array.from(await tensor.read(), Number));
      tensor.dispose();
    }
    for (const [, tensor] of inputs) tensor.dispose();
    return numbers;
  };
  return Object.assign(run, { close: () => session.close() });
}

interface Comparison {
  readonly run: Run;
  readonly fed: Readonly<Record<string, HostTensor>>;
  /** The leaves that are moved. */
  readonly names: readonly string[];
  readonly order: 1 | 2;
  /** The scalar whose differences are taken. */
  readonly of: string;
  readonly gradientOf: (leaf: number) => Float64Array | undefined;
}

async function disagreements(comparison: Comparison): Promise<GradientDisagreement[]> {
  const { run, fed, names, order, of, gradientOf } = comparison;
  const wrong: GradientDisagreement[] = [];
  const at = async (name: string, i: number, shift: number): Promise<number> => {
    const moved = fed[name] as HostTensor;
    const data = moved.data.slice() as Float64Array;
    data[i] = (data[i] as number) + shift;
    return (await run({ ...fed, [name]: { ...moved, data } }, [of])).get(of)?.[0] ?? Number.NaN;
  };
  for (const [k, name] of names.entries()) {
    const exact = gradientOf(k);
    for (let i = 0; i < (fed[name] as HostTensor).data.length; i++) {
      const difference = ((await at(name, i, STEP)) - (await at(name, i, -STEP))) / (2 * STEP);
      const gradient = exact?.[i] ?? Number.NaN;
      const isClose = Math.abs(gradient - difference) <= TOLERANCE * Math.max(1, Math.abs(difference));
      if (!isClose) wrong.push({ where: `${name}[${i}]`, order, gradient, difference });
    }
  }
  return wrong;
}
