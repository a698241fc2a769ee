import { heedError } from "../errors.ts";
import { type DType, floatTypes } from "../ir/dtype.ts";
import { apply, defineOp, requireDType, showOperands } from "../ir/op.ts";
import { elements, type Size, sameShape, times } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { broadcastShapes, sum, sumTo } from "./broadcast.ts";
import { flattenLead, reshape, transpose } from "./reshape.ts";

export interface MatmulOptions {
  /** Swaps the last two axes of left. Default false. */
  readonly transposeLeft?: boolean;
  /** Swaps the last two axes of right. Default false. */
  readonly transposeRight?: boolean;
}

/**
 * Matrix product over the last two axes; axes before them broadcast.
 *
 *   left [..., n, k], right [..., k, m]  ->  [..., n, m]
 *
 * @throws ERR_SHAPE when the inner sizes differ.
 */
export function matmul(left: Value, right: Value, options: MatmulOptions = {}): Value {
  const { transposeLeft = false, transposeRight = false } = options;
  return apply(matmulOp, [left, right], { transposeLeft, transposeRight });
}

export const matmulOp = defineOp<[left: Value, right: Value], Required<MatmulOptions>>({
  name: "matmul",
  type: ([left, right], { transposeLeft, transposeRight }) => {
    requireDType("matmul", "left", left, floatTypes);
    requireDType("matmul", "right", right, [left.dtype]);
    if (left.shape.length < 2 || right.shape.length < 2) {
      throw heedError("ERR_SHAPE", {
        operation: "matmul",
        problem: "both operands need at least two axes",
        operands: showOperands({ left, right }),
      });
    }
    const [rows, inner] = lastTwo(left, transposeLeft);
    const [innerRight, columns] = lastTwo(right, transposeRight);
    if (inner !== innerRight) {
      const leftAxis = transposeLeft ? -2 : -1;
      const rightAxis = transposeRight ? -1 : -2;
      throw heedError("ERR_SHAPE", {
        operation: "matmul",
        problem: `axis ${leftAxis} of left is ${inner} but axis ${rightAxis} of right is ${innerRight}`,
        operands: showOperands({ left, right }),
      });
    }
    const lead = broadcastShapes(
      "matmul",
      { dtype: left.dtype, shape: left.shape.slice(0, -2) },
      { dtype: left.dtype, shape: right.shape.slice(0, -2) },
    );
    return { dtype: left.dtype, shape: [...lead, rows, columns] };
  },
  onnx: (emit, [left, right], { transposeLeft, transposeRight }, { inputs: [a, b] }) => {
    if (a.shape.length === 2 && b.shape.length === 2) {
      return emit("Gemm", [left, right], { transA: Number(transposeLeft), transB: Number(transposeRight) });
    }
    // ONNX Runtime folds these transposes into the product on the CPU. The no-op reshape keeps it from first merging
    // them with the transpose that splits the heads, which would give one that copies element by element.
    const swap = (name: string, { shape }: Value): string => {
      const rank = shape.length;
      const separated = emit("Reshape", [name, emit.shape(shape, { infer: true })]);
      return emit("Transpose", [separated], { perm: [...Array(rank - 2).keys(), rank - 1, rank - 2] });
    };
    return emit("MatMul", [transposeLeft ? swap(left, a) : left, transposeRight ? swap(right, b) : right]);
  },
  vjp: ({ inputs: [left, right], grad, attrs: { transposeLeft, transposeRight } }) => {
    if (right.shape.length === 2 && left.shape.length > 2 && !transposeLeft) {
      // One matrix for a whole batch: its gradient is one product over all rows.
      const rows = flattenLead(left);
      const dRows = flattenLead(grad);
      return [
        matmul(grad, right, { transposeRight: !transposeRight }),
        transposeRight
          ? matmul(dRows, rows, { transposeLeft: true })
          : matmul(rows, dRows, { transposeLeft: true }),
      ];
    }
    const dLeft = transposeLeft
      ? matmul(right, grad, { transposeLeft: transposeRight, transposeRight: true })
      : matmul(grad, right, { transposeRight: !transposeRight });
    const dRight = transposeRight
      ? matmul(grad, left, { transposeLeft: true, transposeRight: transposeLeft })
      : matmul(left, grad, { transposeLeft: !transposeLeft });
    return [sumTo(dLeft, left.shape), sumTo(dRight, right.shape)];
  },
  // Σ Lᵀ R over steps, the gradient of a recurrent weight, is one product over the rows of all steps.
  overSteps: ({ inputs: [left, right], attrs, stacked }) => {
    const sameLead = sameShape(left.shape.slice(0, -2), right.shape.slice(0, -2));
    if (!attrs.transposeLeft || attrs.transposeRight || !sameLead) return null;
    return matmul(joinSteps(stacked(0)), joinSteps(stacked(1)), { transposeLeft: true });
  },
});

/** [time, ...lead, rows, columns]  ->  [...lead, time · rows, columns] */
function joinSteps(x: Value): Value {
  if (x.shape.length === 3) return flattenLead(x);
  const [time, ...rest] = x.shape as [Size, ...Size[]];
  const [rows, columns] = rest.slice(-2) as [Size, Size];
  const lead = rest.slice(0, -2);
  const order = [...lead.map((_, i) => i + 1), 0, lead.length + 1, lead.length + 2];
  return reshape(transpose(x, order), [...lead, times(time, rows), columns]);
}

function lastTwo(x: Value, transposed: boolean): [Size, Size] {
  const [rows, columns] = x.shape.slice(-2) as [Size, Size];
  return transposed ? [columns, rows] : [rows, columns];
}

/**
 * A linear map as layers store it: the weight has one row per output.
 *
 *   x [...lead, in], weight [out, in], bias [out]  ->  [...lead, out]        y = x Wᵀ + b
 */
export function linear(x: Value, weight: Value, bias?: Value): Value {
  return bias ? apply(linearOp, [x, weight, bias], {}) : apply(linearOp, [x, weight], {});
}

export const linearOp = defineOp<[x: Value, weight: Value, bias: Value] | [x: Value, weight: Value]>({
  name: "linear",
  type: ([x, weight, bias]) => {
    requireDType("linear", "x", x, floatTypes);
    requireDType("linear", "weight", weight, [x.dtype]);
    const [out, inner] = weight.shape;
    if (weight.shape.length !== 2 || out === undefined) {
      throw heedError("ERR_SHAPE", {
        operation: "linear",
        problem: `weight must have two axes, [out, in], and has ${weight.shape.length}`,
        operands: showOperands({ x, weight }),
      });
    }
    if (x.shape.at(-1) !== inner) {
      throw heedError("ERR_SHAPE", {
        operation: "linear",
        problem: `axis -1 of x is ${x.shape.at(-1)} but axis -1 of weight is ${weight.shape.at(-1)}`,
        operands: showOperands({ x, weight }),
      });
    }
    if (bias) requireDType("linear", "bias", bias, [x.dtype]);
    if (bias && !sameShape(bias.shape, [out])) {
      throw heedError("ERR_SHAPE", {
        operation: "linear",
        problem: `bias must be [${out}]`,
        operands: showOperands({ weight, bias }),
      });
    }
    return { dtype: x.dtype, shape: [...x.shape.slice(0, -1), out] };
  },
  onnx: (emit, [x, ...weights], _, { inputs: [{ shape }, w] }) => {
    const lead = shape.slice(0, -1);
    const [out, inner] = w.shape as [Size, Size];
    const rows = emit.reshape(x, shape, [elements(lead), inner]);
    const product = emit("Gemm", [rows, ...weights], { transB: 1 });
    return emit.reshape(product, [elements(lead), out], [...lead, out]);
  },
  vjp: ({ inputs, grad }) => {
    const [x, weight, bias] = inputs;
    const dRows = flattenLead(grad);
    const dx = reshape(matmul(dRows, weight), x.shape);
    const dWeight = matmul(dRows, flattenLead(x), { transposeLeft: true });
    return bias ? [dx, dWeight, sum(dRows, [0])] : [dx, dWeight];
  },
});

export interface GemmAttrs {
  readonly transposeLeft: boolean;
  readonly transposeRight: boolean;
}

/**
 * Product of two matrices plus a broadcast matrix, in one pass over the result.
 *
 *   left [n, k], right [k, m], plus [n or 1, m or 1]  ->  [n, m]
 */
export function gemm(left: Value, right: Value, plus: Value, options: MatmulOptions = {}): Value {
  const { transposeLeft = false, transposeRight = false } = options;
  return apply(gemmOp, [left, right, plus], { transposeLeft, transposeRight });
}

export const gemmOp = defineOp<[left: Value, right: Value, plus: Value], GemmAttrs>({
  name: "gemm",
  type: ([left, right, plus], attrs) => {
    const product = matmulOp.type([left, right], attrs) as { dtype: DType; shape: readonly Size[] };
    requireDType("gemm", "plus", plus, [product.dtype]);
    const lead = 2 - plus.shape.length;
    const broadcasts =
      lead >= 0 && plus.shape.every((size, axis) => size === 1 || size === product.shape[lead + axis]);
    if (product.shape.length !== 2 || !broadcasts) {
      throw heedError("ERR_SHAPE", {
        operation: "gemm",
        problem: "the operands must be matrices, and plus must broadcast to their product",
        operands: showOperands({ left, right, plus }),
      });
    }
    return product;
  },
  onnx: (emit, operands, { transposeLeft, transposeRight }) =>
    emit("Gemm", operands, { transA: Number(transposeLeft), transB: Number(transposeRight) }),
  vjp: ({ inputs: [left, right, plus], grad, attrs, needs, pullback }) => {
    const product = matmul(left, right, attrs);
    const gradients = matmulOp.vjp?.({
      inputs: [left, right],
      attrs,
      output: product,
      grad,
      outputs: [product],
      grads: [grad],
      needs,
      pullback,
    });
    return [gradients?.[0] ?? null, gradients?.[1] ?? null, sumTo(grad, plus.shape)];
  },
});
