import { type DType, floatTypes, numberTypes } from "../ir/dtype.ts";
import { apply, defineOp, type Emit, type OpRecord, requireDType } from "../ir/op.ts";
import { sameShape } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { broadcastShapes, sumTo } from "./broadcast.ts";
import { cast, less, lessOrEqual, where } from "./compare.ts";
import { asOperand, type Operand } from "./operand.ts";
import { erfFloat64 } from "./quadrature.ts";

type BinaryRecord = OpRecord<[left: Value, right: Value], Record<never, never>>;
type UnaryRecord = OpRecord<[x: Value], Record<never, never>>;

/** A binary op with broadcasting; `vjp` returns both gradients at the broadcast shape. */
function binary(
  name: string,
  opType: string,
  vjp: (grad: Value, left: Value, right: Value, output: Value) => [Value, Value],
): BinaryRecord {
  return defineOp({
    name,
    type: ([left, right]) => {
      requireDType(name, "left", left, numberTypes);
      requireDType(name, "right", right, [left.dtype]);
      return { dtype: left.dtype, shape: broadcastShapes(name, left, right) };
    },
    onnx: (emit, operands) => emit(opType, operands),
    reach: () => "element",
    vjp: ({ inputs: [left, right], grad, output }) => {
      const [dLeft, dRight] = vjp(grad, left, right, output);
      return [sumTo(dLeft, left.shape), sumTo(dRight, right.shape)];
    },
  });
}

/** A float op of one operand; `onnx` defaults to one node of type `opType`. */
function unary(
  name: string,
  opType: string | ((emit: Emit, x: string, dtype: DType) => string),
  vjp: (grad: Value, x: Value, y: Value) => Value,
): UnaryRecord {
  return defineOp({
    name,
    type: ([x]) => {
      requireDType(name, "x", x, floatTypes);
      return x;
    },
    onnx: (emit, [x], _, { inputs: [value] }) =>
      typeof opType === "string" ? emit(opType, [x]) : opType(emit, x, value.dtype),
    reach: () => "element",
    vjp: ({ inputs: [x], grad, output }) => [vjp(grad, x, output)],
  });
}

const applyBinary = (op: BinaryRecord, left: Operand, right: Operand): Value => {
  const like = typeof left === "number" ? (right as Value) : left;
  return apply(op, [asOperand(left, like), asOperand(right, like)], {});
};

/** left + right, broadcast. */
export function add(left: Operand, right: Operand): Value {
  return applyBinary(addOp, left, right);
}
export const addOp: BinaryRecord = {
  ...binary("add", "Add", (grad) => [grad, grad]),
  overSteps: ({ inputs: [left, right], summed }) => {
    const sums = sameShape(left.shape, right.shape) ? [summed(0), summed(1)] : [];
    return sums[0] && sums[1] ? add(sums[0], sums[1]) : null;
  },
};

/** left - right, broadcast. */
export function sub(left: Operand, right: Operand): Value {
  return applyBinary(subOp, left, right);
}
export const subOp = binary("sub", "Sub", (grad) => [grad, neg(grad)]);

/** left · right element by element, broadcast. */
export function mul(left: Operand, right: Operand): Value {
  return applyBinary(mulOp, left, right);
}
export const mulOp = binary("mul", "Mul", (grad, left, right) => [mul(grad, right), mul(grad, left)]);

/** left / right, broadcast. */
export function div(left: Operand, right: Operand): Value {
  return applyBinary(divOp, left, right);
}
export const divOp = binary("div", "Div", (grad, _, right, output) => {
  const dLeft = div(grad, right);
  return [dLeft, neg(mul(dLeft, output))];
});

/** The larger of the two, broadcast; where they are equal the gradient goes to the left. */
export function maximum(left: Operand, right: Operand): Value {
  return applyBinary(maximumOp, left, right);
}
export const maximumOp = binary("maximum", "Max", (grad, left, right) => {
  const isLeft = lessOrEqual(right, left);
  return [where(isLeft, grad, 0), where(isLeft, 0, grad)];
});

/** The smaller of the two, broadcast; where they are equal the gradient goes to the left. */
export function minimum(left: Operand, right: Operand): Value {
  return applyBinary(minimumOp, left, right);
}
export const minimumOp = binary("minimum", "Min", (grad, left, right) => {
  const isLeft = lessOrEqual(left, right);
  return [where(isLeft, grad, 0), where(isLeft, 0, grad)];
});

/** -x */
export function neg(x: Value): Value {
  return apply(negOp, [x], {});
}
export const negOp = unary("neg", "Neg", (grad) => neg(grad));

/** e^x */
export function exp(x: Value): Value {
  return apply(expOp, [x], {});
}
export const expOp = unary("exp", "Exp", (grad, _, y) => mul(grad, y));

/** Natural logarithm; x > 0. */
export function log(x: Value): Value {
  return apply(logOp, [x], {});
}
export const logOp = unary("log", "Log", (grad, x) => div(grad, x));

/** Square root; x >= 0, no gradient at 0. */
export function sqrt(x: Value): Value {
  return apply(sqrtOp, [x], {});
}
export const sqrtOp = unary("sqrt", "Sqrt", (grad, _, y) => div(mul(grad, 0.5), y));

/** Sine of x in radians. */
export function sin(x: Value): Value {
  return apply(sinOp, [x], {});
}
export const sinOp = unary("sin", "Sin", (grad, x) => mul(grad, cos(x)));

/** Cosine of x in radians. */
export function cos(x: Value): Value {
  return apply(cosOp, [x], {});
}
export const cosOp = unary(
  "cos",
  // ONNX Runtime's CPU kernel for Cos is float32 only; other types use cos x = sin(x + π/2).
  (emit, x, dtype) =>
    dtype === "float32" ? emit("Cos", [x]) : emit("Sin", [emit("Add", [x, emit.scalar(dtype, Math.PI / 2)])]),
  (grad, x) => neg(mul(grad, sin(x))),
);

/** Hyperbolic tangent. */
export function tanh(x: Value): Value {
  return apply(tanhOp, [x], {});
}
export const tanhOp = unary("tanh", "Tanh", (grad, _, y) => mul(grad, sub(1, mul(y, y))));

/** Logistic function 1 / (1 + e^-x). */
export function sigmoid(x: Value): Value {
  return apply(sigmoidOp, [x], {});
}
export const sigmoidOp = unary("sigmoid", "Sigmoid", (grad, _, y) => mul(grad, mul(y, sub(1, y))));

/** max(x, 0); the gradient at 0 is 0. */
export function relu(x: Value): Value {
  return apply(reluOp, [x], {});
}
export const reluOp = unary("relu", "Relu", (grad, _, y) => reluGradient(y, grad));

/** dy where y > 0, else 0: `Mul(dy, Clip(y · 1e30, 0, 1))` is the fastest equivalent form on every device. */
function reluGradient(y: Value, dy: Value): Value {
  return apply(reluGradientOp, [y, dy], {});
}
export const reluGradientOp = defineOp<[y: Value, dy: Value]>({
  name: "reluGradient",
  type: ([y]) => y,
  onnx: (emit, [y, dy], _, { inputs: [value] }) => {
    const { dtype } = value;
    const steep = emit("Mul", [y, emit.scalar(dtype, 1e30)]);
    return emit("Mul", [dy, emit("Clip", [steep, emit.scalar(dtype, 0), emit.scalar(dtype, 1)])]);
  },
  reach: () => "element",
  vjp: ({ inputs: [y], grad }) => [null, reluGradient(y, grad)],
});

/** The error function, (2/√π) ∫₀ˣ e^{-t²} dt. */
export function erf(x: Value): Value {
  return apply(erfOp, [x], {});
}
export const erfOp = unary(
  "erf",
  (emit, x, dtype) => (dtype === "float32" ? emit("Erf", [x]) : erfFloat64(emit, x)),
  (grad, x) => mul(grad, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
);

/**
 * Gaussian error linear unit, x Φ(x).
 *
 * @see Hendrycks & Gimpel 2016 - https://arxiv.org/abs/1606.08415
 */
export function gelu(x: Value): Value {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}

/** The tanh approximation of GELU that GPT-2 uses: x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))). */
export function geluTanh(x: Value): Value {
  const inner = mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}

/**
 * Sigmoid linear unit, also called swish: x · sigmoid(x).
 *
 * @see Hendrycks & Gimpel 2016, section 2 - https://arxiv.org/abs/1606.08415
 */
export function silu(x: Value): Value {
  return mul(x, sigmoid(x));
}

/** |x|; the gradient at 0 is 0. */
export function abs(x: Value): Value {
  return apply(absOp, [x], {});
}
export const absOp = unary("abs", "Abs", (grad, x) =>
  mul(grad, sub(cast(less(neg(x), 0), x.dtype), cast(less(x, 0), x.dtype))),
);
