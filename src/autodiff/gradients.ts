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
 * over the nodes from `loss` back. A result is an ordinary expression, so it can be differentiated again.
 *
 * @param loss  A value of shape [].
 * @param wrt   Float values. One that `loss` does not depend on gets zeros.
 * @throws ERR_SHAPE when the loss is not a scalar; ERR_DTYPE when something in `wrt` is not a float.
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
  const found = pullback(topological([loss]), new Map([[loss, one(loss)]]), wrt);
  return wrt.map((value) => found.get(value) ?? zeros(value.dtype, value.shape));
}

const pullback: Pullback = (nodes, grads, wrt) => {
  const needed = dependents(nodes, wrt);
  const sums = new Map(grads);
  for (const node of nodes.toReversed()) {
    const [output] = node.outputs;
    const found = node.outputs.map((value) => sums.get(value));
    if (!output || !node.op.vjp || !needed.has(output) || found.every((grad) => grad === undefined)) continue;
    if (!node.inputs.some((operand) => needed.has(operand))) continue;
    const results: readonly (Value | null)[] = node.op.vjp({
      inputs: node.inputs,
      attrs: node.attrs,
      output,
      outputs: node.outputs,
      grad: found[0] ?? zeros(output.dtype, output.shape),
      grads: found,
      needs: (operand: Value) => needed.has(operand),
      pullback,
    });
    node.inputs.forEach((operand, i) => {
      const result = results[i];
      if (!result || !needed.has(operand)) return;
      const sum = sums.get(operand);
      sums.set(operand, sum ? joined(sum, result) : result);
    });
  }
  return sums;
};

/** The sum of two gradients of one value. Rows on zeros are added where the sum is, or a large table would pass by twice. */
function joined(sum: Value, gradient: Value): Value {
  const [table, rows, indices] = gradient.node.op === scatterAddRowsOp ? gradient.node.inputs : [];
  if (table?.node.op === zerosOp && rows && indices) return scatterAddRows(sum, rows, indices);
  return add(sum, gradient);
}

const one = (loss: Value): Value => scalar(loss.dtype, 1);

/** The values that depend on `wrt`: no gradient is computed elsewhere. */
function dependents(order: readonly Node[], wrt: readonly Value[]): Set<Value> {
  const needed = new Set<Value>(wrt);
  for (const node of order) {
    if (node.inputs.some((operand) => needed.has(operand)))
      for (const value of node.outputs) needed.add(value);
  }
  return needed;
}
