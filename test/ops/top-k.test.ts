/** TopK in two rounds against a sort: the same elements in the same order, also among equal ones. */
import { expect, test } from "vitest";
import { input } from "../../src/ir/leaf.ts";
import type { Shape } from "../../src/ir/size.ts";
import { lower } from "../../src/onnx/lower.ts";
import { topK } from "../../src/ops/gather.ts";
import { randomStream } from "../../src/random.ts";
import type { HostValue } from "./graph-run.ts";
import { open } from "./native-run.ts";

/** Rows of numbers among which many are equal, and in the last row all. */
function rowsOf(count: number, size: number): number[][] {
  const random = randomStream(1, `top-k ${size}`);
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: size }, () => (row === count - 1 ? 7 : Math.floor(40 * random()))),
  );
}

function sorted(row: readonly number[], k: number): { values: number[]; indices: number[] } {
  const indices = row.map((_, i) => i).sort((a, b) => (row[b] as number) - (row[a] as number) || a - b);
  return { values: indices.slice(0, k).map((i) => row[i] as number), indices: indices.slice(0, k) };
}

async function found(
  x: number[][],
  shape: Shape,
  lead: number[],
  k: number,
  isAsked: boolean,
): Promise<unknown> {
  const size = (x[0] as number[]).length;
  const wanted = isAsked ? input("wanted", "int32", ["k"]) : k;
  const graph = topK(input("x", "float32", shape), wanted, { inRounds: true });
  const run = await open({ ...graph });
  const { values, indices } = await run({
    x: { dtype: "float32", shape: [...lead, size], data: Float32Array.from(x.flat()) },
    wanted: { dtype: "int32", shape: [k], data: new Int32Array(k) },
  });
  run.close();
  expect(values?.shape).toEqual([...lead, k]);
  const rows = (tensor: HostValue | undefined): number[][] =>
    x.map((_, row) => Array.from(tensor?.data.slice(row * k, (row + 1) * k) ?? [], Number));
  return rows(values).map((row, i) => ({ values: row, indices: rows(indices)[i] }));
}

const shapes: Readonly<Record<string, readonly [Shape, number[]]>> = {
  rows: [["rows"], [6]],
  "two axes before": [
    ["a", "b"],
    [2, 3],
  ],
};

test.each(
  Object.entries(shapes).flatMap(([name, lead]) =>
    [1056, 1500, 4000].flatMap((size) =>
      [1, 8, 200].flatMap((k) => [false, true].map((isAsked) => ({ name, lead, size, k, isAsked }))),
    ),
  ),
)(
  "$name, $k of $size, asked when the graph runs: $isAsked",
  async ({ lead: [shape, sizes], size, k, isAsked }) => {
    const x = rowsOf(6, size);
    expect(await found(x, [...shape, size], sizes, k, isAsked)).toEqual(x.map((row) => sorted(row, k)));
  },
);

test.each([
  ["long enough", 4000, 3],
  ["short", 800, 1],
  ["a prime", 4001, 1],
  ["of unknown length", "size", 1],
] as const)("an axis that is %s", (_, size, searches) => {
  const { values } = topK(input("x", "float32", ["rows", size]), 8, { inRounds: true });
  const { graph } = lower({ outputs: new Map([["values", values]]) });
  expect(graph.nodes.filter(({ opType }) => opType === "TopK")).toHaveLength(searches);
});
