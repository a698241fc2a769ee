import { heedError } from "../errors.ts";
import { namesRead, type OnnxGraph, type OnnxNode, type OnnxValueInfo, renamed } from "./proto.ts";

/** How a graph becomes one step of many. */
export interface Repetition {
  /** Input -> the output that it is in the next step. The size of an axis may change from step to step. */
  readonly carry: ReadonlyMap<string, string>;
  /** Output bool []: whether another step follows. */
  readonly while: string;
  /** Name of a further input, int64 []: the most steps. */
  readonly limit: string;
}

/**
 * The graph that takes steps of `graph` in one run, as an ONNX Loop. Outputs that are carried are given as the last step
 * left them; of the others, on a new first axis "steps", what each step gave. What depends on nothing carried is computed
 * once, outside. A limit of 0 makes no step.
 *
 * @throws ERR_GRAPH for names that are not there, or there twice.
 */
export function repeated(graph: OnnxGraph, { carry, while: goesOn, limit }: Repetition): OnnxGraph {
  const outputs = new Map(graph.outputs.map((output) => [output.name, output]));
  check(graph, outputs, { carry, while: goesOn, limit });
  const changing = new Set(carry.keys());
  const inside: OnnxNode[] = [];
  const outside: OnnxNode[] = [];
  for (const node of graph.nodes) {
    const isInside = namesRead(node).some((name) => changing.has(name));
    if (isInside) for (const name of node.outputs) changing.add(name);
    (isInside ? inside : outside).push(node);
  }
  const carried = Array.from(carry.values(), (name) => outputs.get(name) as OnnxValueInfo);
  // What no node reads is carried all the same.
  const read = new Map(graph.inputs.map((input) => [input.name, input]));
  const inputs = Array.from(carry.keys(), (name, i): OnnxValueInfo => {
    return read.get(name) ?? { ...(carried[i] as OnnxValueInfo), name };
  });
  const last = new Set(carried.map(({ name }) => name));
  const given = graph.outputs.filter(({ name }) => name !== goesOn);
  const stacked = given.filter(({ name }) => !last.has(name));

  // All names are of one scope: what a step reads and gives is called otherwise than what the run reads and gives.
  const own = new Map([...inputs, ...graph.outputs].map(({ name }) => [name, `${name}/step`]));
  const nodes = inside.map((node) => renamed(node, own));
  const made = new Set(inside.flatMap((node) => node.outputs));
  const results = [outputs.get(goesOn) as OnnxValueInfo, ...carried, ...stacked].map((result) => {
    let name = own.get(result.name) as string;
    if (!made.has(result.name)) {
      // A result must be the output of a node inside.
      nodes.push({ opType: "Identity", inputs: [name], outputs: [`${name}/same`] });
      name += "/same";
    }
    return { ...result, name, shape: result.shape.map((size) => ownSize(size, "after")) };
  });
  const body: OnnxGraph = {
    name: "step",
    nodes,
    initializers: [],
    inputs: [
      { name: "#step", dtype: "int64", shape: [] },
      { name: "#going", dtype: "bool", shape: [] },
      ...inputs.map(({ name, shape, ...rest }) => ({
        ...rest,
        name: own.get(name) as string,
        shape: shape.map((size) => ownSize(size, "before")),
      })),
    ],
    outputs: results,
  };
  const loop: OnnxNode = {
    opType: "Loop",
    inputs: [limit, "", ...inputs.map(({ name }) => name)],
    outputs: [...carried, ...stacked].map(({ name }) => name),
    attributes: { body: { type: "graph", value: body } },
  };
  return {
    ...graph,
    nodes: [...outside.map((node) => renamed(node, own)), loop],
    inputs: [
      ...graph.inputs,
      ...inputs.filter(({ name }) => !read.has(name)),
      { name: limit, dtype: "int64", shape: [] },
    ],
    outputs: given.map((output) => ({
      ...output,
      shape: last.has(output.name)
        ? output.shape.map((size) => ownSize(size, "last"))
        : ["steps", ...output.shape],
    })),
  };
}

function check(
  graph: OnnxGraph,
  outputs: ReadonlyMap<string, unknown>,
  { carry, while: goesOn, limit }: Repetition,
): void {
  const problems = [
    ...[...carry.values(), goesOn].flatMap((name) =>
      outputs.has(name) ? [] : [`it has no output "${name}"`],
    ),
    ...(new Set(carry.values()).size < carry.size ? ["an output is carried to two inputs"] : []),
    ...(graph.inputs.some(({ name }) => name === limit) || carry.has(limit)
      ? [`"${limit}" is an input of its own`]
      : []),
  ];
  const [problem] = problems;
  if (problem) throw heedError("ERR_GRAPH", { operation: "repeat", problem });
}

/** A symbol is another size at every step, and ONNX Runtime must not take it for one. */
const ownSize = (size: number | string, when: string): number | string =>
  typeof size === "number" ? size : `${size} ${when}`;
