import { gradients } from "../../src/autodiff/gradients.ts";
import { isFloat } from "../../src/ir/dtype.ts";
import { input, parameter, scalar } from "../../src/ir/leaf.ts";
import type { Shape } from "../../src/ir/size.ts";
import type { Value } from "../../src/ir/value.ts";
import { verify } from "../../src/ir/verify.ts";
import { add, mul, sum } from "../../src/ops/index.ts";
import { randomStream } from "../../src/random.ts";
import { count, type GraphRun, type HostValue, host, lengthsOf, open } from "./graph-run.ts";
import { lengths, type OperandSpec, type Sample } from "./samples.ts";

const spec = (operand: Shape | OperandSpec): OperandSpec =>
  "shape" in operand ? operand : { shape: operand };

/** `[batch, 3] · [3] int32` */
export function describeSample({ operands, about }: Sample): string {
  const shapes = operands
    .map(spec)
    .map(({ shape, dtype }) => `[${shape.join(", ")}]${dtype ? ` ${dtype}` : ""}`);
  return `${shapes.join(" · ")}${about ? ` (${about})` : ""}`.trim();
}

interface Prepared {
  readonly operands: readonly Value[];
  /** The operands that gradients are taken of. */
  readonly wrt: readonly Value[];
  readonly feeds: Record<string, HostValue>;
  readonly outputs: readonly Value[];
}

/** The sample's operands as leaves with random numbers, and what its call makes of them. */
export function prepare(sample: Sample): Prepared {
  const uniform = randomStream(7, describeSample(sample));
  const feeds: Record<string, HostValue> = {};
  const operands = sample.operands
    .map(spec)
    .map(({ shape, dtype = "float64", between = [-1, 1], data, leaf }, i) => {
      const [low, high] = between;
      const actual = lengthsOf(shape, lengths);
      feeds[`x${i}`] = host(dtype, actual, data ?? (() => low + (high - low) * uniform()));
      return leaf === "parameter" ? parameter(`x${i}`, dtype, actual) : input(`x${i}`, dtype, shape);
    });
  const called = sample.call(...operands);
  const wrt = operands.filter(({ dtype }, i) => isFloat(dtype) && !spec(sample.operands[i] as Shape).fixed);
  return { operands, wrt, feeds, outputs: "node" in called ? [called] : called };
}

/** Σ x · r with random r: a scalar that every element of `xs` has its own part in. */
function project(xs: readonly Value[], name: string, feeds: Record<string, HostValue>): Value {
  const uniform = randomStream(11, name);
  let loss = scalar("float64", 0);
  xs.forEach((x, i) => {
    if (x.dtype !== "float64") return;
    const weight = input(`${name}${i}`, "float64", x.shape);
    const actual = lengthsOf(x.shape, lengths);
    feeds[`${name}${i}`] = host("float64", actual, () => 2 * uniform() - 1);
    loss = add(loss, sum(mul(x, weight)));
  });
  return loss;
}

/** Operands as outputs: an operand that nothing reads may still be what says how long "time" is. */
export function keep(operands: readonly Value[]): Record<string, Value> {
  return Object.fromEntries(operands.map((operand, i) => [`kept${i}`, operand]));
}

export interface Disagreement {
  readonly where: string;
  readonly gradient: number;
  readonly difference: number;
}

const STEP = 1e-5;
const TOLERANCE = 1e-6; // central differences in float64: 1e-10 from the step, 1e-11 from rounding, times the curvature

/**
 * Compares gradient and central differences for every element of every float operand: of a random projection of
 * `outputs`, and of a random projection of those gradients.
 */
export async function checkGradient(
  { operands, wrt, feeds }: Prepared,
  outputs: readonly Value[],
): Promise<Disagreement[]> {
  const fed = { ...feeds };
  const loss = project(outputs, "r", fed);
  const first = gradients(loss, wrt);
  const graph: Record<string, Value> = { loss };
  first.forEach((gradient, i) => {
    graph[`first${i}`] = gradient;
  });
  const slope = project(first, "q", fed);
  graph.slope = slope;
  gradients(slope, wrt).forEach((gradient, i) => {
    graph[`second${i}`] = gradient;
  });
  verify(Object.values(graph));
  const run = await open({ ...graph, ...keep(operands) });
  try {
    const names = wrt.map((value) => `x${operands.indexOf(value)}`);
    const firstOrder = await disagreements(run, fed, names, "loss", "first");
    return [...firstOrder, ...(await disagreements(run, fed, names, "slope", "second"))];
  } finally {
    run.close();
  }
}

async function disagreements(
  run: GraphRun,
  feeds: Record<string, HostValue>,
  names: readonly string[],
  of: string,
  prefix: string,
): Promise<Disagreement[]> {
  const exact = await run(feeds);
  const wrong: Disagreement[] = [];
  const at = async (name: string, i: number, shift: number): Promise<number> => {
    const moved = feeds[name] as HostValue;
    const data = moved.data.slice() as Float64Array;
    data[i] = (data[i] as number) + shift;
    return Number((await run({ ...feeds, [name]: { ...moved, data } }))[of]?.data[0]);
  };
  for (const [k, name] of names.entries()) {
    const gradient = exact[`${prefix}${k}`] as HostValue;
    const operand = feeds[name] as HostValue;
    if (`${gradient.shape}` !== `${operand.shape}`)
      throw new Error(`${prefix} of ${name} is [${gradient.shape}]`);
    for (let i = 0; i < count(operand.shape); i++) {
      const difference = ((await at(name, i, STEP)) - (await at(name, i, -STEP))) / (2 * STEP);
      const value = Number(gradient.data[i]);
      if (!(Math.abs(value - difference) <= TOLERANCE * Math.max(1, Math.abs(difference)))) {
        wrong.push({ where: `${prefix} ${name}[${i}]`, gradient: value, difference });
      }
    }
  }
  return wrong;
}
