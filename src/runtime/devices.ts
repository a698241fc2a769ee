/** Capabilities of a device. Other code asks these instead of comparing device names. */
interface DeviceRecord {
  /** Whether it computes on CPU threads. */
  readonly hasThreads: boolean;
  /** Whether ONNX Runtime runs a Loop without leaving the device; a GPU waits for the host at every condition. */
  readonly hasLoop: boolean;
  /** Where ONNX Runtime's JavaScript API can keep tensors on the device; absent if it cannot. */
  readonly location?: "gpu-buffer";
  /** What to do when it is unavailable, other than using another device. */
  readonly remedy?: string;
}

/** Every device that a graph can run on. */
const table = {
  cpu: { hasThreads: true, hasLoop: true },
  wasm: { hasThreads: true, hasLoop: true },
  webgpu: { hasThreads: false, hasLoop: false, location: "gpu-buffer" },
  cuda: { hasThreads: false, hasLoop: false, remedy: "set HEED_ONNXRUNTIME to a library built for it" },
  coreml: { hasThreads: false, hasLoop: false },
  dml: { hasThreads: false, hasLoop: false },
} as const satisfies Readonly<Record<string, DeviceRecord>>;

export type DeviceName = keyof typeof table;

/** A device, or `auto`, which picks one; the engine's description says which and why. */
export type Device = "auto" | DeviceName;

export const devices: readonly Device[] = ["auto", ...(Object.keys(table) as DeviceName[])];

/** The capabilities of a device. */
export const deviceOf = (name: DeviceName): DeviceRecord => table[name];
