import { apply, defineOp } from "../ir/op.ts";
import type { Node, Value } from "../ir/value.ts";

/**
 * f(from), computed again where the gradient of a scan needs it instead of being kept for every step. Use it for large
 * but cheap values, such as the energies of additive attention.
 */
export function recompute(from: readonly Value[], f: (...from: readonly Value[]) => Value): Value {
  return apply(recomputeOp, [f(...from), ...from], {});
}

export const recomputeOp = defineOp<Value[]>({
  name: "recompute",
  type: ([result]) => result as Value,
  onnx: (_, [result]) => result as string,
  vjp: ({ inputs, grad }) => [grad, ...inputs.slice(1).map(() => null)],
});

/** The nodes between the results of `recompute` and the values they are computed from. */
export function recomputed(nodes: readonly Node[]): Set<Node> {
  const inside = new Set(nodes);
  const again = new Set<Node>();
  for (const node of nodes) {
    if (node.op !== recomputeOp) continue;
    const [, ...from] = node.inputs;
    again.add(node);
    const stack = [node.inputs[0] as Value];
    for (let value = stack.pop(); value; value = stack.pop()) {
      if (from.includes(value) || !inside.has(value.node) || again.has(value.node)) continue;
      again.add(value.node);
      stack.push(...value.node.inputs);
    }
  }
  return again;
}
