import type { DType } from "../ir/dtype.ts";
import { apply, defineOp } from "../ir/op.ts";
import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";

/**
 * 0, 1, 2, … as int32.
 *
 *   -> [size]
 */
export function range(size: Size): Value {
  return apply(rangeOp, [], { size });
}

export const rangeOp = defineOp<[], { size: Size }>({
  name: "range",
  type: (_, { size }) => ({ dtype: "int32", shape: [size] }),
  onnx: (emit, _, { size }) => {
    if (typeof size === "number")
      return emit.constant(
        "int32",
        [size],
        Int32Array.from({ length: size }, (_, i) => i),
      );
    const count = emit("Squeeze", [emit("Cast", [emit.size(size)], { to: 6 })]);
    return emit("Range", [emit.scalar("int32", 0), count, emit.scalar("int32", 1)]);
  },
  vjp: null,
});

/**
 * A size as a number of the graph.
 *
 *   -> [] of `dtype`
 */
export function sizeAsTensor(size: Size, dtype: DType): Value {
  return apply(sizeOp, [], { size, dtype });
}

export const sizeOp = defineOp<[], { size: Size; dtype: DType }>({
  name: "size",
  type: (_, { dtype }) => ({ dtype, shape: [] }),
  onnx: (emit, _, { size, dtype }) =>
    emit("Squeeze", [emit("Cast", [emit.size(size)], { to: onnxType[dtype] })]),
  vjp: null,
});

/** ONNX's numbers for element types (TensorProto.DataType). */
export const onnxType = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const satisfies Record<
  DType,
  number
>;
