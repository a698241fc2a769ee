import { heedError } from "../errors.ts";
import { type DType, isFloat, numberTypes } from "../ir/dtype.ts";
import { apply, defineOp, type OpRecord, requireDType } from "../ir/op.ts";
import type { Value } from "../ir/value.ts";
import { broadcastShapes, sumTo } from "./broadcast.ts";
import { asOperand, type Operand } from "./operand.ts";
import { onnxType } from "./range.ts";

type Binary = OpRecord<[left: Value, right: Value], Record<never, never>>;

function comparison(name: string, opType: string, allowed: readonly DType[]): Binary {
  return defineOp({
    name,
    type: ([left, right]) => {
      requireDType(name, "left", left, allowed);
      requireDType(name, "right", right, [left.dtype]);
      return { dtype: "bool", shape: broadcastShapes(name, left, right) };
    },
    onnx: (emit, operands) => emit(opType, operands),
    vjp: null,
  });
}

/** left = right, element by element -> bool */
export function equal(left: Value, right: Operand): Value {
  return apply(equalOp, [left, asOperand(right, left)], {});
}
export const equalOp = comparison("equal", "Equal", numberTypes);

/** left < right, element by element -> bool */
export function less(left: Value, right: Operand): Value {
  return apply(lessOp, [left, asOperand(right, left)], {});
}
export const lessOp = comparison("less", "Less", numberTypes);

/** left <= right, element by element -> bool */
export function lessOrEqual(left: Value, right: Operand): Value {
  return apply(lessOrEqualOp, [left, asOperand(right, left)], {});
}
export const lessOrEqualOp = comparison("lessOrEqual", "LessOrEqual", numberTypes);

/** Both true, element by element. */
export function and(left: Value, right: Value): Value {
  return apply(andOp, [left, right], {});
}
export const andOp = comparison("and", "And", ["bool"]);

/** Either true, element by element. */
export function or(left: Value, right: Value): Value {
  return apply(orOp, [left, right], {});
}
export const orOp = comparison("or", "Or", ["bool"]);

/** True where x is false. */
export function not(x: Value): Value {
  return apply(notOp, [x], {});
}
export const notOp = defineOp<[x: Value]>({
  name: "not",
  type: ([x]) => {
    requireDType("not", "x", x, ["bool"]);
    return x;
  },
  onnx: (emit, [x]) => emit("Not", [x]),
  vjp: null,
});

/**
 * `yes` where the condition holds, `no` elsewhere; all three broadcast.
 *
 *   condition bool, yes, no  ->  common shape
 */
export function where(condition: Value, yes: Operand, no: Operand): Value {
  const typed = typeof yes === "number" ? no : yes;
  if (typeof typed === "number") {
    throw heedError("ERR_DTYPE", {
      operation: "where",
      problem: "yes and no are both numbers; one must be a value",
    });
  }
  return apply(whereOp, [condition, asOperand(yes, typed), asOperand(no, typed)], {});
}

export const whereOp = defineOp<[condition: Value, yes: Value, no: Value]>({
  name: "where",
  type: ([condition, yes, no]) => {
    requireDType("where", "condition", condition, ["bool"]);
    requireDType("where", "no", no, [yes.dtype]);
    const values = { dtype: yes.dtype, shape: broadcastShapes("where", yes, no) };
    return { dtype: yes.dtype, shape: broadcastShapes("where", condition, values) };
  },
  onnx: (emit, operands) => emit("Where", operands),
  vjp: ({ inputs: [condition, yes, no], grad }) => [
    null,
    sumTo(where(condition, grad, 0), yes.shape),
    sumTo(where(condition, 0, grad), no.shape),
  ],
});

/** Converts x to another element type. Gradients pass between float types only. */
export function cast(x: Value, dtype: DType): Value {
  return x.dtype === dtype ? x : apply(castOp, [x], { dtype });
}

export const castOp = defineOp<[x: Value], { dtype: DType }>({
  name: "cast",
  type: ([x], { dtype }) => ({ dtype, shape: x.shape }),
  onnx: (emit, [x], { dtype }) => emit("Cast", [x], { to: onnxType[dtype] }),
  vjp: ({ inputs: [x], grad, attrs: { dtype } }) => [
    isFloat(x.dtype) && isFloat(dtype) ? cast(grad, x.dtype) : null,
  ],
});

/** x itself, but no gradient passes through it. */
export function stopGradient(x: Value): Value {
  return apply(stopGradientOp, [x], {});
}

export const stopGradientOp = defineOp<[x: Value]>({
  name: "stopGradient",
  type: ([x]) => x,
  onnx: (emit, [x]) => emit("Identity", [x]),
  vjp: null,
});
