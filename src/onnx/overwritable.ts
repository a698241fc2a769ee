import { namesRead, type OnnxGraph, type OnnxNode } from "./proto.ts";

/** Ops whose result may lie in the memory of their first operand. */
const views = new Set(["Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Cast", "Transpose"]);

/**
 * Which outputs may be written into the memory of an input: those that are computed last, when all that reads the input
 * has been. Only what follows from the edges counts, for a runtime may choose any order that they allow. A node that reads
 * the input and writes the output itself must do so element by element; of these Sub is known not to be fused into others.
 *
 * @param pairs  [input, output], the same shape.
 * @returns the inputs
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
  const outputs = new Set(graph.outputs.map(({ name }) => name));

  /** All that reads the memory of a value; none where that cannot be told. */
  const readersOf = (name: string): OnnxNode[] | undefined => {
    const found: OnnxNode[] = [];
    for (const node of readers.get(name) ?? []) {
      found.push(node);
      if (!views.has(node.opType)) continue;
      for (const view of node.outputs) {
        const further = outputs.has(view) ? undefined : readersOf(view);
        if (!further) return undefined;
        found.push(...further);
      }
    }
    return found;
  };

  const isLast = (input: string, output: string): boolean => {
    const writer = producer.get(output);
    const reading = readersOf(input);
    // A view as the last node may be left out, and then what it views is written there.
    if (!writer || views.has(writer.opType) || !reading) return false;
    const left = new Set(reading);
    if (writer.opType === "Sub") left.delete(writer);
    const seen = new Set<OnnxNode>();
    const before = [writer];
    for (let node = before.pop(); node && left.size > 0; node = before.pop()) {
      for (const name of namesRead(node)) {
        const earlier = producer.get(name);
        if (!earlier || seen.has(earlier)) continue;
        seen.add(earlier);
        left.delete(earlier);
        before.push(earlier);
      }
    }
    return left.size === 0;
  };
  return new Set(Array.from(pairs).flatMap(([input, output]) => (isLast(input, output) ? [input] : [])));
}
