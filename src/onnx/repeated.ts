import { heedError } from "../errors.ts";
import { namesRead, type OnnxGraph, type OnnxNode, type OnnxValueInfo, renamed } from "./proto.ts";

/** How a graph is repeated as the step of a loop. */
export interface Repetition {
  /** Input -> the output that becomes its value in the next step. Axes may change in size from step to step. */
  readonly carry: ReadonlyMap<string, string>;
  /** Name of a bool [] output: whether another step follows. */
  readonly while: string;
  /** Name of an extra int64 [] input: the maximum number of steps. */
  readonly limit: string;
}

/**
 * A graph that repeats `graph` in one run, as an ONNX Loop. Carried outputs have their values after the last step; the
 * others are stacked over all steps on a new first axis "steps". Whatever does not depend on carried inputs is computed
 * once, outside the loop. A limit of 0 runs no step.
 *
 * @throws ERR_GRAPH for unknown or duplicate names.
 */
export function repeated(graph: OnnxGraph, { carry, while: condition, limit }: Repetition): OnnxGraph {
  const outputs = new Map(graph.outputs.map((output) => [output.name, output]));
  check(graph, outputs, { carry, while: condition, limit });
  const varying = new Set(carry.keys());
  const inside: OnnxNode[] = [];
  const outside: OnnxNode[] = [];
  for (const node of graph.nodes) {
    const isInside = namesRead(node).some((name) => varying.has(name));
    if (isInside) for (const name of node.outputs) varying.add(name);
    (isInside ? inside : outside).push(node);
  }
  const carried = Array.from(carry.values(), (name) => outputs.get(name) as OnnxValueInfo);
  // A carried input may be one that no node reads.
  const graphInputs = new Map(graph.inputs.map((input) => [input.name, input]));
  const inputs = Array.from(carry.keys(), (name, i): OnnxValueInfo => {
    return graphInputs.get(name) ?? { ...(carried[i] as OnnxValueInfo), name };
  });
  const carriedNames = new Set(carried.map(({ name }) => name));
  const returned = graph.outputs.filter(({ name }) => name !== condition);
  const stacked = returned.filter(({ name }) => !carriedNames.has(name));

  // The body shares the scope of the run, so inputs and outputs of a step need names of their own.
  const stepNames = new Map([...inputs, ...graph.outputs].map(({ name }) => [name, `${name}/step`]));
  const nodes = inside.map((node) => renamed(node, stepNames));
  const produced = new Set(inside.flatMap((node) => node.outputs));
  const results = [outputs.get(condition) as OnnxValueInfo, ...carried, ...stacked].map((result) => {
    let name = stepNames.get(result.name) as string;
    if (!produced.has(result.name)) {
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
        name: stepNames.get(name) as string,
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
    nodes: [...outside.map((node) => renamed(node, stepNames)), loop],
    inputs: [
      ...graph.inputs,
      ...inputs.filter(({ name }) => !graphInputs.has(name)),
      { name: limit, dtype: "int64", shape: [] },
    ],
    outputs: returned.map((output) => ({
      ...output,
      shape: carriedNames.has(output.name)
        ? output.shape.map((size) => ownSize(size, "last"))
        : ["steps", ...output.shape],
    })),
  };
}

function check(
  graph: OnnxGraph,
  outputs: ReadonlyMap<string, unknown>,
  { carry, while: condition, limit }: Repetition,
): void {
  const problems = [
    ...[...carry.values(), condition].flatMap((name) =>
      outputs.has(name) ? [] : [`the graph has no output "${name}"`],
    ),
    ...(new Set(carry.values()).size < carry.size ? ["an output is carried to two inputs"] : []),
    ...(graph.inputs.some(({ name }) => name === limit) || carry.has(limit)
      ? [`the limit "${limit}" is already an input`]
      : []),
  ];
  const [problem] = problems;
  if (problem) throw heedError("ERR_GRAPH", { operation: "repeat", problem });
}

/** A symbol may have another value at every step, so ONNX Runtime must not unify them. */
const ownSize = (size: number | string, when: string): number | string =>
  typeof size === "number" ? size : `${size} ${when}`;
