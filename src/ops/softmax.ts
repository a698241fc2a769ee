import { floatTypes } from "../ir/dtype.ts";
import { apply, defineOp, frontAxis, requireDType } from "../ir/op.ts";
import type { Value } from "../ir/value.ts";
import { sum } from "./broadcast.ts";
import { stopGradient } from "./compare.ts";
import { add, exp, log, mul, sub } from "./elementwise.ts";
import { max } from "./reduce.ts";

/**
 * Softmax along one axis: each slice becomes non-negative and sums to 1.
 *
 *   x [...]  ->  same shape
 */
export function softmax(x: Value, axis = -1): Value {
  return apply(softmaxOp, [x], { axis: frontAxis("softmax", axis, x) });
}

export const softmaxOp = defineOp<[x: Value], { axis: number }>({
  name: "softmax",
  type: ([x]) => {
    requireDType("softmax", "x", x, floatTypes);
    return x;
  },
  onnx: (emit, [x], { axis }) => emit("Softmax", [x], { axis }),
  vjp: ({ output: y, grad: dy, attrs: { axis } }) => {
    const dyY = mul(dy, y); // dx = dy·y - y·sum(dy·y)
    return [sub(dyY, mul(y, sum(dyY, [axis], { keep: true })))];
  },
});

/** log Σ exp(x) along one axis, kept with size 1. Does not overflow for large x. */
export function logSumExp(x: Value, axis = -1): Value {
  const top = stopGradient(max(x, [axis], { keep: true }));
  return add(log(sum(exp(sub(x, top)), [axis], { keep: true })), top);
}

/** log softmax(x) along one axis. */
export function logSoftmax(x: Value, axis = -1): Value {
  return sub(x, logSumExp(x, axis));
}
