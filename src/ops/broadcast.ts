import { heedError } from "../errors.ts";
import { type DType, numberTypes } from "../ir/dtype.ts";
import { apply, defineOp, frontAxis, requireDType, showOperands } from "../ir/op.ts";
import { type Shape, type Size, sameShape } from "../ir/size.ts";
import type { TensorType, Value } from "../ir/value.ts";
import { reshape } from "./reshape.ts";

/**
 * The common shape of two operands: aligned at the last axis, sizes must be equal or 1.
 *
 * @throws ERR_SHAPE naming the first axis that does not fit.
 */
export function broadcastShapes(operation: string, left: TensorType, right: TensorType): Shape {
  const rank = Math.max(left.shape.length, right.shape.length);
  return Array.from({ length: rank }, (_, i): Size => {
    const a = left.shape[i - rank + left.shape.length] ?? 1;
    const b = right.shape[i - rank + right.shape.length] ?? 1;
    if (a === b || b === 1) return a;
    if (a === 1) return b;
    throw heedError("ERR_SHAPE", {
      operation,
      problem: `axis ${i - rank} of left is ${a} but of right is ${b}; sizes must be equal or 1`,
      operands: showOperands({ left, right }),
    });
  });
}

/**
 * Repeats x along axes of size 1 until it has `shape`.
 *
 *   x [..., 1, ...]  ->  shape
 */
export function expand(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : apply(expandOp, [x], { shape });
}

export const expandOp = defineOp<[x: Value], { shape: Shape }>({
  name: "expand",
  type: ([x], { shape }) => {
    const target = { dtype: x.dtype, shape };
    if (!sameShape(broadcastShapes("expand", x, target), shape)) {
      throw heedError("ERR_SHAPE", {
        operation: "expand",
        problem: "x does not broadcast to the target",
        operands: showOperands({ x, target }),
      });
    }
    return target;
  },
  onnx: (emit, [x], { shape }) => emit("Expand", [x, emit.shape(shape)]),
  vjp: ({ inputs: [x], grad }) => [sumTo(grad, x.shape)],
});

/** Undoes broadcasting: sums x over the axes along which a tensor of `shape` was repeated. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, axis) =>
    axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
  );
  return reshape(axes.length > 0 ? sum(x, axes) : x, shape);
}

export interface Reduction {
  readonly axes: readonly number[];
  /** Keeps reduced axes with size 1. Default false. */
  readonly keep: boolean;
}

export interface ReduceOptions {
  readonly keep?: boolean;
}

/** The axes of a reduction, counted from the front and sorted. */
export function reduction(
  name: string,
  x: Value,
  axes: readonly number[] | undefined,
  keep = false,
): Reduction {
  const all = axes ?? x.shape.map((_, axis) => axis);
  return { axes: all.map((axis) => frontAxis(name, axis, x)).sort((a, b) => a - b), keep };
}

export function reducedType(
  name: string,
  allowed: readonly DType[],
  x: Value,
  { axes, keep }: Reduction,
): TensorType {
  requireDType(name, "x", x, allowed);
  const shape = x.shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
  return { dtype: x.dtype, shape };
}

/** The shape of x with reduced axes of size 1, which broadcasts against x. */
function keptShape(x: Value, axes: readonly number[]): Shape {
  return x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/** Reshapes the result of a reduction so that it broadcasts against x again. */
export const spread = (grad: Value, x: Value, axes: readonly number[]): Value =>
  reshape(grad, keptShape(x, axes));

/** Sum over `axes`. Default: all axes; an empty list returns x. */
export function sum(x: Value, axes?: readonly number[], { keep }: ReduceOptions = {}): Value {
  // ONNX takes an empty list to mean all axes.
  return axes?.length === 0 ? x : apply(sumOp, [x], reduction("sum", x, axes, keep));
}

export const sumOp = defineOp<[x: Value], Reduction>({
  name: "sum",
  type: ([x], attrs) => reducedType("sum", numberTypes, x, attrs),
  onnx: (emit, [x], { axes, keep }) => emit("ReduceSum", [x, emit.ints(axes)], { keepdims: Number(keep) }),
  vjp: ({ inputs: [x], grad, attrs: { axes } }) => [expand(spread(grad, x, axes), x.shape)],
  overSteps: ({ attrs: { axes, keep }, inputs: [x], stacked }) => {
    const all = sum(stacked(0), [0, ...axes.map((axis) => axis + 1)]);
    return keep ? reshape(all, keptShape(x, axes)) : all;
  },
});
