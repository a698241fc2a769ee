/** Element types a value may have. Ids are int32 everywhere; float64 is for gradient checks. */
export type DType = "float32" | "float64" | "int32" | "int64" | "bool";

/** The array that holds elements of `D` on the host; a bool is one byte, 0 or 1. */
export type ArrayOf<D extends DType> = D extends "float32"
  ? Float32Array
  : D extends "float64"
    ? Float64Array
    : D extends "int32"
      ? Int32Array
      : D extends "int64"
        ? BigInt64Array
        : Uint8Array;

export type HostArray = ArrayOf<DType>;

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

/** A zero-filled host array of `length` elements. */
export function hostArray<D extends DType>(dtype: D, length: number): ArrayOf<D> {
  return new constructors[dtype](length) as ArrayOf<D>;
}

/** Whether `data` is the kind of array that holds elements of `dtype`. */
export const isArrayOf = (dtype: DType, data: HostArray): boolean => data.constructor === constructors[dtype];

/** A view of `length` elements of `buffer` from byte `at`, a multiple of the element size. */
export function hostView(dtype: DType, buffer: ArrayBufferLike, at: number, length: number): HostArray {
  return new constructors[dtype](buffer as ArrayBuffer, at, length);
}

export const bytesPerElement = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  bool: 1,
} as const satisfies Record<DType, number>;

export const floatTypes: readonly DType[] = ["float32", "float64"];
export const numberTypes: readonly DType[] = [...floatTypes, "int32", "int64"];

export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}
