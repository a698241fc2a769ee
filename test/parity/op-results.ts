/** What every op sample gives in float32 on an engine, with its gradient. For Node and for the page. */
import { gradients } from "../../src/autodiff/gradients.ts";
import type { Value } from "../../src/ir/value.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { openOn } from "../ops/graph-run.ts";
import { describeSample, keep, prepare, project } from "../ops/prepare.ts";
import { type Sample, samples } from "../ops/samples.ts";

export interface OpResult {
  readonly title: string;
  /** Numbers of each output and of each gradient; or why there are none. */
  readonly numbers: Readonly<Record<string, readonly number[]>> | string;
}

export async function opResults(engine: Engine): Promise<OpResult[]> {
  const results: OpResult[] = [];
  for (const [name, list] of Object.entries(samples)) {
    for (const sample of list) {
      const graph = graphOf(sample);
      if (!graph) continue;
      const title = `${name} ${describeSample(sample)}`;
      results.push({ title, numbers: await numbersOf(engine, graph).catch(String) });
    }
  }
  return results;
}

type Graph = Pick<ReturnType<typeof prepare>, "operands" | "feeds"> & {
  readonly values: Readonly<Record<string, Value>>;
};

/** Undefined where the sample is about float64 itself. */
function graphOf(sample: Sample): Graph | undefined {
  const { operands, wrt, feeds, outputs } = prepare(sample, "float32");
  if (outputs.some(({ dtype }) => dtype === "float64")) return undefined;
  const values = Object.fromEntries(outputs.map((output, i) => [`y${i}`, output]));
  gradients(project(outputs, "r", feeds, "float32"), wrt).forEach((gradient, i) => {
    values[`dx${i}`] = gradient;
  });
  return { operands, feeds, values };
}

async function numbersOf(
  engine: Engine,
  { operands, feeds, values }: Graph,
): Promise<Record<string, number[]>> {
  const run = await openOn(engine, { ...values, ...keep(operands) });
  try {
    const results = await run(feeds);
    return Object.fromEntries(
      Object.keys(values).map((name) => [name, Array.from(results[name]?.data ?? [], Number)]),
    );
  } finally {
    run.close();
  }
}
