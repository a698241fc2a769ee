/** What a device can do: others ask this, never for a device by its name. */
interface DeviceRecord {
  /** Whether it computes with threads of the processor. */
  readonly hasThreads: boolean;
  /** Whether ONNX Runtime's Loop stays on it; a graphics card waits for the host at every condition. */
  readonly hasLoop: boolean;
  /** Where ONNX Runtime's JavaScript API can leave a tensor on it. */
  readonly location?: "gpu-buffer";
  /** What to do where it is missing, besides using another. */
  readonly remedy?: string;
}

/** Every device that a graph may run on. */
const table = {
  cpu: { hasThreads: true, hasLoop: true },
  wasm: { hasThreads: true, hasLoop: true },
  webgpu: { hasThreads: false, hasLoop: false, location: "gpu-buffer" },
  cuda: { hasThreads: false, hasLoop: false, remedy: "name a library built for it in HEED_ONNXRUNTIME" },
  coreml: { hasThreads: false, hasLoop: false },
  dml: { hasThreads: false, hasLoop: false },
} as const satisfies Readonly<Record<string, DeviceRecord>>;

export type DeviceName = keyof typeof table;

/** Every word for where a graph may run. `auto` picks one, and the engine's description says which and why. */
export type Device = "auto" | DeviceName;

export const devices: readonly Device[] = ["auto", ...(Object.keys(table) as DeviceName[])];

/** What a device can do. */
export const deviceOf = (name: DeviceName): DeviceRecord => table[name];
