import type { Body } from "./op.ts";
import type { Node, Value } from "./value.ts";

export interface Dissected {
  /** The nodes that have to run for each set of bound values, every node after its inputs. */
  readonly nodes: readonly Node[];
  /** Values that those nodes, or the results, take from around: the same whatever is bound. */
  readonly captured: readonly Value[];
}

/** Parts what depends on the bound values of a body from what does not, which need not be computed inside. */
export function dissect({ bound, results }: Body): Dissected {
  const given = new Set(bound);
  const inside = new Set<Node>();
  const seen = new Set<Node>();
  const nodes: Node[] = [];
  const isInside = (value: Value): boolean => given.has(value) || inside.has(value.node);
  const stack: { node: Node; next: number }[] = [];
  const enter = (value: Value): void => {
    if (given.has(value) || seen.has(value.node)) return;
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
