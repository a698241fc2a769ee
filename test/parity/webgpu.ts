import { openEngine } from "../../src/runtime/open-engine.node.ts";

/** Why WebGPU is not here; undefined where it is, on a graphics card or computed by the CPU. */
export const absentWebGpu: string | undefined = await openEngine("webgpu").then(
  () => undefined,
  (error: Error) => error.message,
);
