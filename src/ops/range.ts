import type { DType } from "../ir/dtype.ts";
import { apply, defineOp, type Emit } from "../ir/op.ts";
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
  onnx: (emit, _, { size }) => emitRange(emit, size),
  vjp: null,
});

/** The nodes of `range`, for lowerings that gather rows by index. */
export function emitRange(emit: Emit, size: Size): string {
  if (typeof size !== "number") {
    const count = emitNumber(emit, size, "int32");
    return emit("Range", [emit.scalar("int32", 0), count, emit.scalar("int32", 1)]);
  }
  const numbers = Int32Array.from({ length: size }, (_, i) => i);
  return emit.constant("int32", [size], numbers);
}

/**
 * A size as a value of the graph.
 *
 *   -> [] of `dtype`
 */
export function sizeAsTensor(size: Size, dtype: DType): Value {
  return apply(sizeOp, [], { size, dtype });
}

export const sizeOp = defineOp<[], { size: Size; dtype: DType }>({
  name: "size",
  type: (_, { dtype }) => ({ dtype, shape: [] }),
  onnx: (emit, _, { size, dtype }) => emitNumber(emit, size, dtype),
  vjp: null,
});

/** Sizes are int64, which WebGPU leaves to the CPU. The cast comes last, or the ops after it would run there too. */
const emitNumber = (emit: Emit, size: Size, dtype: DType): string =>
  emit("Cast", [emit("Squeeze", [emit.size(size)])], { to: onnxType[dtype] });

/** ONNX's numbers for element types (TensorProto.DataType). */
export const onnxType = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const satisfies Record<
  DType,
  number
>;
