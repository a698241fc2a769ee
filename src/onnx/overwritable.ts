import { namesRead, type OnnxGraph, type OnnxNode } from "./proto.ts";

/** Ops whose result may share the memory of their first operand. */
const views = new Set(["Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Cast", "Transpose"]);

/**
 * Finds the inputs whose memory an output may overwrite: every node that reads the input must run before the node that
 * writes the output. Only graph edges count, because a runtime may choose any order that they allow. A node that both
 * reads the input and writes the output must be elementwise; only Sub is allowed, as it is known not to be fused.
 *
 * @param pairs  [input, output], of the same shape.
 * @returns The inputs that may be overwritten.
 */
export function overwritable(graph: OnnxGraph, pairs: Iterable<readonly [string, string]>): Set<string> {
  const producer = new Map<string, OnnxNode>();
  const readers = new Map<string, OnnxNode[]>();
  for (const node of graph.nodes) {
    for (const name of node.outputs) producer.set(name, node);
    for (const name of namesRead(node)) {
      const known = readers.get(name);
      if (known) known.push(node);
      else readers.set(name, [node]);
    }
  }
  /** The nodes that each node reads from: they are asked for once for every pair. */
  const sources = new Map(
    graph.nodes.map((node) => [node, namesRead(node).flatMap((name) => producer.get(name) ?? [])]),
  );
  const outputs = new Set(graph.outputs.map(({ name }) => name));

  /** All nodes that read the memory of a value; undefined when a view of it is an output. */
  const readersOf = (name: string): OnnxNode[] | undefined => {
    const nodes: OnnxNode[] = [];
    for (const node of readers.get(name) ?? []) {
      nodes.push(node);
      if (!views.has(node.opType)) continue;
      for (const view of node.outputs) {
        const viewReaders = outputs.has(view) ? undefined : readersOf(view);
        if (!viewReaders) return undefined;
        nodes.push(...viewReaders);
      }
    }
    return nodes;
  };

  const isLast = (input: string, output: string): boolean => {
    const writer = producer.get(output);
    const inputReaders = readersOf(input);
    // A runtime may drop a view as the last node and write its operand there instead.
    if (!writer || views.has(writer.opType) || !inputReaders) return false;
    const remaining = new Set(inputReaders);
    if (writer.opType === "Sub") remaining.delete(writer);
    const seen = new Set<OnnxNode>();
    const before = [writer];
    for (let node = before.pop(); node && remaining.size > 0; node = before.pop()) {
      for (const earlier of sources.get(node) ?? []) {
        if (seen.has(earlier)) continue;
        seen.add(earlier);
        remaining.delete(earlier);
        before.push(earlier);
      }
    }
    return remaining.size === 0;
  };
  return new Set(Array.from(pairs).flatMap(([input, output]) => (isLast(input, output) ? [input] : [])));
}
