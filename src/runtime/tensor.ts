import type { DType, HostArray } from "../ir/dtype.ts";

/**
 * A block of numbers that the runtime can read and write without a copy. On the CPU the memory is ordinary;
 * on a GPU it stays there until `read` is called.
 */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The elements in row-major order. On the CPU this is a view: copy it before the tensor is disposed or written. */
  read(): Promise<HostArray> | HostArray;
  /** Gives the memory back. Using the tensor afterwards is an error. Idempotent. */
  dispose(): void;
}
