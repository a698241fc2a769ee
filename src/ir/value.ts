import type { DType } from "./dtype.ts";
import type { AnyOp } from "./op.ts";
import type { Shape } from "./size.ts";

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** One application of an op. Building an expression is building the graph: nodes hold their inputs, nothing else does. */
export interface Node {
  readonly op: AnyOp;
  readonly inputs: readonly Value[];
  readonly attrs: unknown;
  readonly outputs: readonly Value[];
}

/** One tensor of the graph: output `index` of `node`. Never mutated. */
export interface Value extends TensorType {
  readonly node: Node;
  readonly index: number;
}

/** The nodes that `values` depend on, each once, every node after its inputs; the order depends on the graph alone. */
export function topological(values: Iterable<Value>): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  for (const value of values) {
    if (!seen.has(value.node)) {
      seen.add(value.node);
      stack.push({ node: value.node, next: 0 });
    }
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (!input) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(input.node)) {
        seen.add(input.node);
        stack.push({ node: input.node, next: 0 });
      }
    }
  }
  return order;
}
