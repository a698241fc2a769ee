import { heedError } from "../errors.ts";
import { isFloat } from "../ir/dtype.ts";
import { scalar } from "../ir/leaf.ts";
import type { Pullback } from "../ir/op.ts";
import { showShape } from "../ir/size.ts";
import { type Node, topological, type Value } from "../ir/value.ts";
import { add } from "../ops/elementwise.ts";
import { scatterAddRows, scatterAddRowsOp, zeros, zerosOp } from "../ops/gather.ts";

/**
 * The gradients of a scalar with respect to values of its graph, as values of the same graph: reverse mode, one sweep
 * back over the nodes from `loss`. A gradient is an ordinary expression, so it can be differentiated again.
 *
 * @param loss  A value of shape [].
 * @param wrt   Float values. One that `loss` does not depend on gets zeros.
 * @throws ERR_SHAPE when the loss is not a float scalar; ERR_DTYPE when a value in `wrt` is not a float.
 */
export function gradients(loss: Value, wrt: readonly Value[]): Value[] {
  if (loss.shape.length !== 0 || !isFloat(loss.dtype)) {
    throw heedError("ERR_SHAPE", {
      operation: "gradients",
      problem: `the loss must be a float scalar but is ${loss.dtype} ${showShape(loss.shape)}`,
    });
  }
  for (const value of wrt) {
    if (isFloat(value.dtype)) continue;
    const problem = `cannot differentiate with respect to ${value.dtype} ${showShape(value.shape)}`;
    throw heedError("ERR_DTYPE", { operation: "gradients", problem });
  }
  const grads = pullback(topological([loss]), new Map([[loss, scalar(loss.dtype, 1)]]), wrt);
  return wrt.map((value) => grads.get(value) ?? zeros(value.dtype, value.shape));
}

const pullback: Pullback = (nodes, grads, wrt) => {
  const needed = dependents(nodes, wrt);
  const sums = new Map(grads);
  for (const node of nodes.toReversed()) {
    const [output] = node.outputs;
    const outputGrads = node.outputs.map((value) => sums.get(value));
    if (!output || !node.op.vjp || !needed.has(output) || outputGrads.every((grad) => grad === undefined))
      continue;
    if (!node.inputs.some((operand) => needed.has(operand))) continue;
    const results: readonly (Value | null)[] = node.op.vjp({
      inputs: node.inputs,
      attrs: node.attrs,
      output,
      outputs: node.outputs,
      grad: outputGrads[0] ?? zeros(output.dtype, output.shape),
      grads: outputGrads,
      needs: (operand: Value) => needed.has(operand),
      pullback,
    });
    node.inputs.forEach((operand, i) => {
      const result = results[i];
      if (!result || !needed.has(operand)) return;
      const sum = sums.get(operand);
      sums.set(operand, sum ? addGradients(sum, result) : result);
    });
  }
  return sums;
};

/** The sum of two gradients of one value. Scattered rows go straight into the sum, to save a pass over a large table. */
function addGradients(sum: Value, gradient: Value): Value {
  const [table, rows, indices] = gradient.node.op === scatterAddRowsOp ? gradient.node.inputs : [];
  if (table?.node.op === zerosOp && rows && indices) return scatterAddRows(sum, rows, indices);
  return add(sum, gradient);
}

/** The values that depend on `wrt`, the only ones whose gradients are computed. */
function dependents(order: readonly Node[], wrt: readonly Value[]): Set<Value> {
  const needed = new Set<Value>(wrt);
  for (const node of order) {
    if (node.inputs.some((operand) => needed.has(operand)))
      for (const value of node.outputs) needed.add(value);
  }
  return needed;
}
