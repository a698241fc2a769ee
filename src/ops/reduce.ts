import { floatTypes, numberTypes } from "../ir/dtype.ts";
import { apply, defineOp, requireDType } from "../ir/op.ts";
import { elements, type Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import {
  expand,
  type ReduceOptions,
  type Reduction,
  reducedType,
  reduction,
  spread,
  sum,
} from "./broadcast.ts";
import { cast, equal } from "./compare.ts";
import { div, mul } from "./elementwise.ts";
import { sizeAsTensor } from "./range.ts";

/** Mean over `axes`. Default: all axes; an empty list returns x. */
export function mean(x: Value, axes?: readonly number[], { keep }: ReduceOptions = {}): Value {
  return axes?.length === 0 ? x : apply(meanOp, [x], reduction("mean", x, axes, keep));
}

export const meanOp = defineOp<[x: Value], Reduction>({
  name: "mean",
  type: ([x], attrs) => reducedType("mean", floatTypes, x, attrs),
  reach: ([x], { axes, keep }) => (keep && axes.join() === `${x.shape.length - 1}` ? "row" : undefined),
  onnx: (emit, [x], { axes, keep }, { inputs: [value] }) => {
    const fromEnd = axes.map((axis) => axis - value.shape.length);
    return emit("ReduceMean", [x, emit.ints(fromEnd)], { keepdims: Number(keep) });
  },
  vjp: ({ inputs: [x], grad, attrs: { axes } }) => {
    const count = elements(axes.map((axis) => x.shape[axis] as Size));
    const share = typeof count === "number" ? mul(grad, 1 / count) : div(grad, sizeAsTensor(count, x.dtype));
    return [expand(spread(share, x, axes), x.shape)];
  },
});

/**
 * The sum of the squares of all elements, in one pass over x.
 *
 *   x [...]  ->  []        Σ x²
 */
export function sumOfSquares(x: Value): Value {
  return apply(sumOfSquaresOp, [x], {});
}

export const sumOfSquaresOp = defineOp<[x: Value]>({
  name: "sumOfSquares",
  type: ([x]) => {
    requireDType("sumOfSquares", "x", x, floatTypes);
    return { dtype: x.dtype, shape: [] };
  },
  onnx: (emit, [x]) => emit("ReduceSumSquare", [x], { keepdims: 0 }),
  vjp: ({ inputs: [x], grad }) => [mul(mul(x, 2), grad)],
});

/** The largest element over `axes`. Default: all axes; an empty list returns x. Ties share the gradient evenly. */
export function max(x: Value, axes?: readonly number[], { keep }: ReduceOptions = {}): Value {
  return axes?.length === 0 ? x : apply(maxOp, [x], reduction("max", x, axes, keep));
}

export const maxOp = defineOp<[x: Value], Reduction>({
  name: "max",
  type: ([x], attrs) => reducedType("max", numberTypes, x, attrs),
  onnx: (emit, [x], { axes, keep }) => emit("ReduceMax", [x, emit.ints(axes)], { keepdims: Number(keep) }),
  vjp: ({ inputs: [x], output, grad, attrs: { axes } }) => {
    const hit = cast(equal(x, spread(output, x, axes)), x.dtype);
    const share = div(spread(grad, x, axes), sum(hit, axes, { keep: true }));
    return [mul(hit, share)];
  },
});
