import type { Body } from "./op.ts";
import type { Node, Value } from "./value.ts";

export interface Dissected {
  /** The nodes that must run for each set of bound values, every node after its inputs. */
  readonly nodes: readonly Node[];
  /** Outside values that those nodes or the results read: they do not depend on what is bound. */
  readonly captured: readonly Value[];
}

/** Separates what depends on the bound values of a body from what does not and can be computed outside. */
export function dissect({ bound, results }: Body): Dissected {
  const boundValues = new Set(bound);
  const inside = new Set<Node>();
  const seen = new Set<Node>();
  const nodes: Node[] = [];
  const isInside = (value: Value): boolean => boundValues.has(value) || inside.has(value.node);
  const stack: { node: Node; next: number }[] = [];
  const enter = (value: Value): void => {
    if (boundValues.has(value) || seen.has(value.node)) return;
    seen.add(value.node);
    stack.push({ node: value.node, next: 0 });
  };
  for (const result of results) {
    enter(result);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input) {
        enter(input);
        continue;
      }
      stack.pop();
      if (!top.node.inputs.some(isInside)) continue;
      inside.add(top.node);
      nodes.push(top.node);
    }
  }
  const read = [...nodes.flatMap(({ inputs }) => inputs), ...results];
  return { nodes, captured: [...new Set(read.filter((value) => !isInside(value)))] };
}
