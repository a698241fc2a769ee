import { heedError } from "../errors.ts";
import { apply, defineOp, frontAxis, showOperands } from "../ir/op.ts";
import { elements, plus, type Shape, type Size, sameShape, showShape } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";

/** The same elements, in row-major order, with another shape. Free at run time. */
export function reshape(x: Value, shape: Shape): Value {
  // Only the last of several reshapes counts: a gradient often undoes the one before it.
  const source = x.node.op === reshapeOp ? (x.node.inputs[0] as Value) : x;
  return sameShape(source.shape, shape) ? source : apply(reshapeOp, [source], { shape });
}

export const reshapeOp = defineOp<[x: Value], { shape: Shape }>({
  name: "reshape",
  type: ([x], { shape }) => {
    if (elements(x.shape) !== elements(shape)) {
      throw heedError("ERR_SHAPE", {
        operation: "reshape",
        problem: `${elements(x.shape)} elements do not fit ${showShape(shape)}`,
        operands: showOperands({ x }),
      });
    }
    return { dtype: x.dtype, shape };
  },
  onnx: (emit, [x], { shape }, { inputs: [value] }) => emit.reshape(x, value.shape, shape),
  vjp: ({ inputs: [x], grad }) => [reshape(grad, x.shape)],
  overSteps: ({ attrs: { shape }, summed }) => {
    const sum = summed(0);
    return sum && reshape(sum, shape);
  },
});

/** [...lead, dim] -> [prod(lead), dim] */
export function flattenLead(x: Value): Value {
  return reshape(x, [elements(x.shape.slice(0, -1)), x.shape.at(-1) as Size]);
}

/** Permutes the axes: axis i of the result is axis `order[i]` of x. */
export function transpose(x: Value, order: readonly number[]): Value {
  return apply(transposeOp, [x], { order });
}

/** Swaps the last two axes. */
export function swapLast(x: Value): Value {
  const rank = x.shape.length;
  return transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}

export const transposeOp = defineOp<[x: Value], { order: readonly number[] }>({
  name: "transpose",
  type: ([x], { order }) => {
    if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== x.shape.length) {
      throw heedError("ERR_SHAPE", {
        operation: "transpose",
        problem: `order [${order.join(", ")}] is not a permutation of the axes`,
        operands: showOperands({ x }),
      });
    }
    return { dtype: x.dtype, shape: order.map((axis) => x.shape[axis] as Size) };
  },
  onnx: (emit, [x], { order }) => emit("Transpose", [x], { perm: order }),
  vjp: ({ grad, attrs: { order } }) => [
    transpose(
      grad,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
});

/** Joins tensors along one axis; their other sizes must be equal. */
export function concat(parts: readonly Value[], axis = -1): Value {
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  return apply(concatOp, parts as Value[], { axis });
}

export const concatOp = defineOp<Value[], { axis: number }>({
  name: "concat",
  type: (parts, { axis }) => {
    const [first, ...rest] = parts;
    if (!first) throw heedError("ERR_SHAPE", { operation: "concat", problem: "there is nothing to join" });
    const at = frontAxis("concat", axis, first);
    let total = first.shape[at] as Size;
    for (const part of rest) {
      const fits = part.shape.length === first.shape.length && part.dtype === first.dtype;
      if (!fits || part.shape.some((size, i) => i !== at && size !== first.shape[i])) {
        throw heedError("ERR_SHAPE", {
          operation: "concat",
          problem: `parts differ outside axis ${at}`,
          operands: showOperands({ first, part }),
        });
      }
      total = plus(total, part.shape[at] as Size);
    }
    return { dtype: first.dtype, shape: first.shape.map((size, i) => (i === at ? total : size)) };
  },
  onnx: (emit, parts, { axis }) => emit("Concat", parts, { axis }),
  vjp: ({ inputs, grad, attrs: { axis } }) => {
    let from: Size = 0;
    return inputs.map((part) => {
      const size = part.shape[frontAxis("concat", axis, part)] as Size;
      const piece = slice(grad, axis, from, size);
      from = plus(from, size);
      return piece;
    });
  },
});

/** `size` entries of one axis, starting at index `from`, 0 or more. @throws ERR_SHAPE outside the axis. */
export function slice(x: Value, axis: number, from: Size, size: Size): Value {
  return apply(sliceOp, [x], { axis: frontAxis("slice", axis, x), from, size });
}

export const sliceOp = defineOp<[x: Value], { axis: number; from: Size; size: Size }>({
  name: "slice",
  type: ([x], { axis, from, size }) => {
    const whole = x.shape[axis] as Size;
    const end = plus(from, size);
    const isNegative = (typeof from === "number" && from < 0) || (typeof size === "number" && size < 0);
    if (isNegative || (typeof whole === "number" && typeof end === "number" && end > whole)) {
      throw heedError("ERR_SHAPE", {
        operation: "slice",
        problem: `${from} to ${end} is outside axis ${axis} of size ${whole}`,
        operands: showOperands({ x }),
      });
    }
    return { dtype: x.dtype, shape: x.shape.map((s, i) => (i === axis ? size : s)) };
  },
  onnx: (emit, [x], { axis, from, size }) =>
    emit("Slice", [x, emit.size(from), emit.size(plus(from, size)), emit.ints([axis])]),
  vjp: ({ inputs: [x], grad, attrs: { axis, from } }) => [place(grad, axis, from, x.shape[axis] as Size)],
});

/** The adjoint of slice: x placed at `from` among zeros, with size `whole` along one axis. */
export function place(x: Value, axis: number, from: Size, whole: Size): Value {
  return apply(placeOp, [x], { axis: frontAxis("place", axis, x), from, whole });
}

export const placeOp = defineOp<[x: Value], { axis: number; from: Size; whole: Size }>({
  name: "place",
  type: ([x], { axis, from, whole }) => {
    const end = plus(from, x.shape[axis] as Size);
    if (typeof end === "number" && typeof whole === "number" && end > whole) {
      throw heedError("ERR_SHAPE", {
        operation: "place",
        problem: `${from} to ${end} is outside a whole of ${whole}`,
        operands: showOperands({ x }),
      });
    }
    return { dtype: x.dtype, shape: x.shape.map((s, i) => (i === axis ? whole : s)) };
  },
  onnx: (emit, [x], { axis, from, whole }, { inputs: [value] }) => {
    const end = plus(from, value.shape[axis] as Size);
    const after = emit("Sub", [emit.size(whole), emit.size(end)]);
    const pads = emit("Concat", [emit.size(from), after], { axis: 0 });
    return emit("Pad", [x, pads, emit.scalar(value.dtype, 0), emit.ints([axis])]);
  },
  vjp: ({ inputs: [x], grad, attrs: { axis, from } }) => [slice(grad, axis, from, x.shape[axis] as Size)],
});
