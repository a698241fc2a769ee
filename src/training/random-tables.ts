import { evaluate } from "../ir/size.ts";
import { topological, type Value } from "../ir/value.ts";
import { dropoutMaskOp, tableSizes } from "../ops/dropout-mask.ts";
import { randomInts } from "../random.ts";
import type { Feed } from "../runtime/compile.ts";

type Batch = Readonly<Record<string, Exclude<Feed, number>>>;

/** One use of dropout in a graph. */
export type Site = Parameters<typeof tableSizes>[0];

/** The uses of dropout in the graph of `outputs`. */
export function dropoutSites(outputs: readonly Value[]): Site[] {
  return topological(outputs).flatMap((node) => (node.op === dropoutMaskOp ? [node.attrs as Site] : []));
}

/** Random tables as long as the largest site of this batch needs, drawn from (seed, draw). */
export function randomTables(
  sites: readonly Site[],
  batch: Batch,
  loss: Value,
  seed: number,
  draw: number | string,
): Record<string, Feed> {
  if (sites.length === 0) return {};
  const lengths = symbolLengths(batch, loss);
  const longest = [0, 0];
  for (const site of sites) {
    tableSizes(site).forEach((size, i) => {
      longest[i] = Math.max(longest[i] ?? 0, evaluate(size, lengths) ?? 0);
    });
  }
  const table = (name: string, length: number): Feed => {
    const next = randomInts(seed, `${name} ${draw}`);
    return { shape: [length], data: Int32Array.from({ length }, next) };
  };
  return {
    "dropout.rows": table("rows", longest[0] ?? 0),
    "dropout.columns": table("columns", longest[1] ?? 0),
  };
}

function symbolLengths(batch: Batch, loss: Value): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const node of topological([loss])) {
    const { name } = node.attrs as { name?: string };
    const fed = name === undefined ? undefined : batch[name];
    const [output] = node.outputs;
    if (!fed || !output) continue;
    output.shape.forEach((size, axis) => {
      if (typeof size === "string") lengths.set(size, fed.shape[axis] as number);
    });
  }
  return lengths;
}
