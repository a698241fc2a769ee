import { namesRead, type OnnxGraph, renamed } from "./proto.ts";

/**
 * The graph whose inputs of these names have, where they are only read through one Reshape to a constant shape, that shape
 * themselves: for who feeds memory that can be given in any shape.
 */
export function reshapedInputs(graph: OnnxGraph, names: Iterable<string>): OnnxGraph {
  const among = new Set(names);
  const readers = new Map<string, number>();
  for (const node of graph.nodes)
    for (const name of namesRead(node)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const constants = new Map(graph.initializers.map(({ name, data }) => [name, data]));
  const shapes = new Map<string, number[]>();
  const instead = new Map<string, string>();
  const nodes = graph.nodes.filter(({ opType, inputs: [from = "", to = ""], outputs: [result = ""] }) => {
    const shape = Array.from(constants.get(to) ?? [-1], Number);
    const isOnly = opType === "Reshape" && among.has(from) && readers.get(from) === 1;
    if (!isOnly || outputs.has(result) || shape.some((size) => size < 0)) return true;
    shapes.set(from, shape);
    instead.set(result, from);
    return false;
  });
  return {
    ...graph,
    nodes: nodes.map((node) => renamed(node, instead)),
    inputs: graph.inputs.map((input) => ({ ...input, shape: shapes.get(input.name) ?? input.shape })),
  };
}
