import { heedError } from "../errors.ts";
import { dissect } from "./body.ts";
import { leafName } from "./leaf.ts";
import { sameShape, showShape } from "./size.ts";
import { type Node, type TensorType, topological, type Value } from "./value.ts";

/**
 * Infers the type of every node again and compares it with the graph; also refuses leaves that share a name but not a
 * type.
 *
 * @throws ERR_GRAPH naming the first node with a mismatch.
 */
export function verify(outputs: Iterable<Value>): void {
  const named = new Map<string, Value>();
  for (const node of topological(outputs)) {
    verifyNode(node);
    for (const output of node.outputs) {
      const name = leafName(output);
      if (name === undefined) continue;
      const other = named.get(name);
      if (other && (other.dtype !== output.dtype || !sameShape(other.shape, output.shape))) {
        throw heedError("ERR_GRAPH", {
          operation: node.op.name,
          problem: `"${name}" is both ${other.dtype} ${showShape(other.shape)} and ${output.dtype} ${showShape(output.shape)}`,
        });
      }
      named.set(name, output);
    }
  }
}

function verifyNode(node: Node): void {
  const inferred: TensorType | readonly TensorType[] = node.op.type(node.inputs, node.attrs);
  const types: readonly TensorType[] = Array.isArray(inferred) ? inferred : [inferred];
  node.outputs.forEach((output, index) => {
    const type = types[index];
    if (type && type.dtype === output.dtype && sameShape(type.shape, output.shape)) return;
    const inferredType = type ? `${type.dtype} ${showShape(type.shape)}` : "nothing";
    throw heedError("ERR_GRAPH", {
      operation: node.op.name,
      problem: `output ${index} is ${output.dtype} ${showShape(output.shape)} but its inputs give ${inferredType}`,
    });
  });
  const body = node.op.body?.(node.attrs);
  if (body) for (const inner of dissect(body).nodes) verifyNode(inner);
}
