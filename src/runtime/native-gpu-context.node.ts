import type { NativeMemory, NativeTensor } from "./native-tensor.node.ts";
import type { OrtApi } from "./ort-api.node.ts";
import type { InTurn } from "./turns.ts";

/** Resources that sessions and tensors on one GPU share. */
export interface NativeGpuContext {
  readonly api: OrtApi;
  readonly memory: NativeMemory;
  /** OrtMemoryInfo of the GPU, where resident outputs go. */
  readonly onDevice: bigint;
  readonly allocator: bigint;
  /** Runs work on the GPU one after the other. */
  readonly inTurn: InTurn;
  /** Copies a tensor to the host or the device. */
  copy(tensor: NativeTensor, to: "host" | "device"): Promise<NativeTensor>;
}
