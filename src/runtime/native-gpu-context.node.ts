import type { NativeMemory, NativeTensor } from "./native-tensor.node.ts";
import type { OrtApi } from "./ort-api.node.ts";
import type { InTurn } from "./turns.ts";

/** What sessions and tensors on one GPU share. */
export interface NativeGpuContext {
  readonly api: OrtApi;
  readonly memory: NativeMemory;
  /** Where outputs are put: OrtMemoryInfo. */
  readonly onDevice: bigint;
  readonly allocator: bigint;
  /** Runs on one GPU go one after the other. */
  readonly inTurn: InTurn;
  /** A copy on the other side. */
  copy(tensor: NativeTensor, to: "host" | "device"): Promise<NativeTensor>;
}
