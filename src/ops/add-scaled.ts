import { heedError } from "../errors.ts";
import { floatTypes } from "../ir/dtype.ts";
import { apply, defineOp, requireDType, showOperands } from "../ir/op.ts";
import { elements, sameShape } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { sum } from "./broadcast.ts";
import { mul } from "./elementwise.ts";
import { asOperand, type Operand } from "./operand.ts";

/**
 * y + s · x, of one shape; s is one number. BLAS calls it axpy.
 *
 * Where results are written over what they update, ONNX Runtime's CPU kernels do it in one pass over the memory of y: as
 * a convolution of one channel with a kernel of one element, added to what the output already holds. A product and a sum
 * take two.
 */
export function addScaled(y: Value, s: Operand, x: Value): Value {
  return apply(addScaledOp, [y, asOperand(s, y), x], {});
}
export const addScaledOp = defineOp<[y: Value, s: Value, x: Value]>({
  name: "addScaled",
  type: ([y, s, x]) => {
    requireDType("addScaled", "y", y, floatTypes);
    requireDType("addScaled", "s", s, [y.dtype]);
    requireDType("addScaled", "x", x, [y.dtype]);
    if (!sameShape(y.shape, x.shape) || s.shape.length > 0) {
      throw heedError("ERR_SHAPE", {
        operation: "addScaled",
        problem: "y and x must have one shape, and s none",
        operands: showOperands({ y, s, x }),
      });
    }
    return y;
  },
  onnx: (emit, [y, s, x], _, { inputs: [{ dtype, shape }] }) => {
    const size = elements(shape);
    if (!emit.overwrites || dtype !== "float32" || typeof size === "string") {
      return emit("Add", [y, emit("Mul", [x, s])]);
    }
    const line = [1, 1, size];
    const operands = [
      emit.reshape(x, shape, line),
      emit.reshape(s, [], [1, 1, 1]),
      "",
      emit.reshape(y, shape, line),
    ];
    const sum = emit("com.microsoft.FusedConv", operands, { kernel_shape: [1] });
    return emit.reshape(sum, line, shape);
  },
  vjp: ({ inputs: [, s, x], grad }) => [grad, sum(mul(grad, x)), mul(grad, s)],
});
