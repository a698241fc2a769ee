import { heedError } from "../errors.ts";
import { type DType, type HostArray, hostArray } from "../ir/dtype.ts";

/**
 * The array behind a tensor on the CPU: `data` itself, checked against `dtype` and `shape`, or zeros by default.
 *
 * @throws ERR_DTYPE for the wrong kind of array, ERR_SHAPE for the wrong number of elements or an invalid
 *   size.
 */
export function hostData(dtype: DType, shape: readonly number[], data?: HostArray): HostArray {
  const operation = "tensor";
  const shown = `[${shape.join(", ")}]`;
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw heedError("ERR_SHAPE", {
      operation,
      problem: `sizes must be whole numbers, 0 or more, but shape is ${shown}`,
    });
  }
  const length = shape.reduce((product, size) => product * size, 1);
  if (!data) return hostArray(dtype, length);
  const expected = hostArray(dtype, 0).constructor.name;
  if (data.constructor.name !== expected) {
    throw heedError("ERR_DTYPE", {
      operation,
      problem: `${dtype} takes a ${expected} but got a ${data.constructor.name}`,
    });
  }
  if (data.length !== length) {
    throw heedError("ERR_SHAPE", {
      operation,
      problem: `shape ${shown} has ${length} elements but data has ${data.length}`,
    });
  }
  return data;
}
