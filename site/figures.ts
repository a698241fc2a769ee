/**
 * Draws the figures of docs/inside/: graphs as they are built, and two boxes-and-arrows diagrams.
 *
 *   npx tsx site/figures.ts [FOLDER]
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gradients } from "../src/autodiff/gradients.ts";
import { input, leafName } from "../src/ir/leaf.ts";
import { showShape } from "../src/ir/size.ts";
import { type Node, topological, type Value } from "../src/ir/value.ts";
import { sum } from "../src/ops/broadcast.ts";
import { mul, tanh } from "../src/ops/elementwise.ts";
import { matmul } from "../src/ops/matmul.ts";
import { softmax } from "../src/ops/softmax.ts";
import { diagram } from "./diagram.ts";

const folder = process.argv[2] ?? join(import.meta.dirname, "../docs/inside/figures");

const query = input("query", "float32", ["n", 8]);
const key = input("key", "float32", ["m", 8]);
const value = input("value", "float32", ["m", 8]);
const weights = softmax(mul(matmul(query, key, { transposeRight: true }), 8 ** -0.5));
const context = matmul(weights, value);

const x = input("x", "float32", ["batch", 4]);
const w = input("w", "float32", [4, 2]);
const loss = sum(tanh(matmul(x, w)));
const [slope] = gradients(loss, [w]) as [Value];

/** A graph as a diagram, inputs on the left; nodes that only `added` depends on are marked. */
function graph(title: string, values: readonly Value[], added: readonly Value[] = []): string {
  const nodes = topological([...values, ...added]);
  const first = new Set(topological(values));
  const depth = new Map<Node, number>();
  for (const node of nodes) {
    depth.set(node, Math.max(-1, ...node.inputs.map(({ node: from }) => depth.get(from) ?? 0)) + 1);
  }
  // A leaf stands beside the op that reads it.
  for (const node of nodes.filter(({ inputs }) => inputs.length === 0)) {
    const readers = nodes.filter(({ inputs }) => inputs.some(({ node: from }) => from === node));
    depth.set(node, Math.min(...readers.map((reader) => depth.get(reader) ?? 1)) - 1);
  }
  const columns = new Map<number, number>();
  const boxes = nodes.map((node) => {
    const column = depth.get(node) ?? 0;
    const row = columns.get(column) ?? 0;
    columns.set(column, row + 1);
    const [output] = node.outputs as [Value];
    const data = (node.attrs as { readonly data?: ArrayLike<number> }).data;
    const name =
      leafName(output) ?? (data?.length === 1 ? String(Number(Number(data[0]).toFixed(3))) : node.op.name);
    return {
      name,
      note: showShape(output.shape),
      column,
      row,
      isLeaf: node.inputs.length === 0,
      isNew: !first.has(node),
    };
  });
  const arrows = nodes.flatMap((node, to) =>
    node.inputs.map(({ node: from }) => ({ from: nodes.indexOf(from), to })),
  );
  return diagram({ title, boxes, arrows });
}

const box = (name: string, note: string, column: number, row: number, isLeaf = false) => ({
  ...{ name, note, column, row, isLeaf, isNew: false },
});

const figures: Readonly<Record<string, string>> = {
  graph: graph("Attention as a graph", [context]),
  gradients: graph("A loss and its gradient", [loss], [slope]),
  step: diagram({
    title: "One ONNX graph per training step",
    boxes: [
      box("batch", "fed", 0, 0, true),
      box("weights", "state", 0, 1, true),
      box("moments", "state", 0, 2, true),
      box("forward", "loss", 1, 0),
      box("backward", "gradients", 2, 0),
      box("clip", "global norm", 3, 0),
      box("AdamW", "next values", 3, 1),
      box("weights'", "state", 4, 1, true),
      box("moments'", "state", 4, 2, true),
      box("loss", "returned", 4, 0, true),
    ],
    arrows: [
      ...[
        [0, 3],
        [1, 3],
        [3, 4],
        [4, 5],
        [5, 6],
        [1, 6],
        [2, 6],
        [6, 7],
        [6, 8],
        [3, 9],
      ].map(([from, to]) => ({
        from: from as number,
        to: to as number,
      })),
    ],
  }),
  state: diagram({
    title: "State is kept twice",
    boxes: [
      box("copy A", "step 7", 0, 0, true),
      box("run", "step 8", 1, 0),
      box("copy B", "step 8", 2, 0, true),
      box("run", "step 9", 3, 0),
      box("copy A", "step 9", 4, 0, true),
    ],
    arrows: [0, 1, 2, 3].map((from) => ({ from, to: from + 1 })),
  }),
};
mkdirSync(folder, { recursive: true });
for (const [name, svg] of Object.entries(figures)) writeFileSync(join(folder, `${name}.svg`), `${svg}\n`);
