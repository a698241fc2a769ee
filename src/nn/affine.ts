import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { expand } from "../ops/broadcast.ts";
import { add } from "../ops/elementwise.ts";
import { zeros } from "../ops/gather.ts";
import { linear } from "../ops/matmul.ts";
import { concat, reshape, slice } from "../ops/reshape.ts";

/**
 * An affine map as a linear one, for readers that multiply by a matrix alone:
 *
 *   W x + b = [W | b] · [x, 1]
 *
 * @param weight  [out, dim].
 * @param bias    [out].
 * @returns [W | b], of shape [out, dim + 1]; `withOne` appends the 1.
 */
export function withBias(weight: Value, bias: Value): Value {
  const matrix = concat([weight, reshape(bias, [bias.shape[0] as Size, 1])]);
  parts.set(matrix, [weight, bias]);
  return matrix;
}

const parts = new WeakMap<Value, readonly [weight: Value, bias: Value]>();

/** x [...lead, dim]  ->  [...lead, dim + 1], with a 1 at the end of each vector */
export function withOne(x: Value): Value {
  const lead = x.shape.slice(0, -1);
  const one = add(zeros(x.dtype, lead.map(() => 1).concat(1)), 1);
  return concat([x, expand(one, [...lead, 1])]);
}

/**
 * x [...lead, dim], matrix [out, dim]  ->  x matrixᵀ [...lead, out]
 *
 * What `withBias` has joined is multiplied and added apart: W stays a constant of the graph, and may be stored in 8 bits.
 */
export function affine(x: Value, matrix: Value): Value {
  const [weight, bias] = parts.get(matrix) ?? [];
  if (!weight) return linear(x, matrix);
  return linear(slice(x, x.shape.length - 1, 0, weight.shape[1] as Size), weight, bias);
}
