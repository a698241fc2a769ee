import { heedError } from "../errors.ts";
import { applyMany, defineOp, frontAxis, showOperands } from "../ir/op.ts";
import type { Value } from "../ir/value.ts";
import { zeros } from "./gather.ts";
import { concat } from "./reshape.ts";

/** Splits x along one axis into `count` parts of equal size. */
export function split(x: Value, count: number, axis = -1): readonly Value[] {
  return applyMany(splitOp, [x], { count, axis: frontAxis("split", axis, x) });
}

export const splitOp = defineOp<[x: Value], { count: number; axis: number }>({
  name: "split",
  type: ([x], { count, axis }) => {
    const whole = x.shape[axis];
    if (typeof whole !== "number" || whole % count !== 0) {
      throw heedError("ERR_SHAPE", {
        operation: "split",
        problem: `axis ${axis} of size ${whole} cannot be split into ${count} equal parts`,
        operands: showOperands({ x }),
      });
    }
    const shape = x.shape.map((size, i) => (i === axis ? whole / count : size));
    return Array.from({ length: count }, () => ({ dtype: x.dtype, shape }));
  },
  onnx: (emit, [x], { count, axis }) => emit.many("Split", [x], { axis, num_outputs: count }, count),
  vjp: ({ outputs, grads, attrs: { axis } }) => [
    concat(
      outputs.map(({ dtype, shape }, i) => grads[i] ?? zeros(dtype, shape)),
      axis,
    ),
  ],
});
