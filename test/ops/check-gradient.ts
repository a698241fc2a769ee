import { gradients } from "../../src/autodiff/gradients.ts";
import type { Value } from "../../src/ir/value.ts";
import { verify } from "../../src/ir/verify.ts";
import { count, type GraphRun, type HostValue } from "./graph-run.ts";
import { open } from "./native-run.ts";
import { keep, type Prepared, project } from "./prepare.ts";

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
