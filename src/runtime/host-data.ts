import { heedError } from "../errors.ts";
import { type DType, type HostArray, hostArray } from "../ir/dtype.ts";

/**
 * The array behind a tensor on the CPU: `data` itself, held against `dtype` and `shape`, or else zeros.
 *
 * @throws ERR_DTYPE for the wrong kind of array, ERR_SHAPE for the wrong number of elements or a size that is
 *   no count.
 */
export function hostData(dtype: DType, shape: readonly number[], data?: HostArray): HostArray {
  const operation = "tensor";
  const printed = `[${shape.join(", ")}]`;
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw heedError("ERR_SHAPE", {
      operation,
      problem: `sizes are whole numbers, 0 or more, but shape is ${printed}`,
    });
  }
  const length = shape.reduce((product, size) => product * size, 1);
  if (!data) return hostArray(dtype, length);
  const wanted = hostArray(dtype, 0).constructor.name;
  if (data.constructor.name !== wanted) {
    throw heedError("ERR_DTYPE", {
      operation,
      problem: `${dtype} takes a ${wanted} but got a ${data.constructor.name}`,
    });
  }
  if (data.length !== length) {
    throw heedError("ERR_SHAPE", {
      operation,
      problem: `shape ${printed} has ${length} elements but data ${data.length}`,
    });
  }
  return data;
}
