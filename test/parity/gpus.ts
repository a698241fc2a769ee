import { openEngine } from "../../src/runtime/open-engine.node.ts";

const absent = (device: "webgpu" | "cuda"): Promise<string | undefined> =>
  openEngine(device).then(
    () => undefined,
    (error: Error) => error.message,
  );

/** Why WebGPU is not here; undefined where it is, on a graphics card or computed by the CPU. */
export const absentWebGpu = await absent("webgpu");

/** Why CUDA is not here: it needs a card and, in HEED_ONNXRUNTIME, a library built for it. */
export const absentCuda = await absent("cuda");
