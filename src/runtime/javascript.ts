/** An engine over ONNX Runtime's JavaScript API, which onnxruntime-node and onnxruntime-web share. */

import type { InferenceSession } from "onnxruntime-node";
import { deviceOf } from "./devices.ts";
import type { Engine, SessionOptions } from "./engine.ts";
import { GpuMemory } from "./gpu-memory.ts";
import { hostData } from "./host-data.ts";
import { JavaScriptSession, runtimeError } from "./javascript-session.ts";
import { JavaScriptTensor } from "./javascript-tensor.ts";
import { atOnce, type InTurn, turns } from "./turns.ts";

export interface JavaScriptEngineOptions extends Pick<Engine, "name" | "device" | "description"> {
  /** The exports of the package. */
  readonly ort: Pick<typeof import("onnxruntime-node"), "InferenceSession" | "Tensor">;
  /** Session options specific to the package. */
  readonly session: (options: SessionOptions) => InferenceSession.SessionOptions;
  /** Orders calls to the package. Default: one after the other on a GPU, all at once elsewhere. */
  readonly inTurn?: InTurn;
}

/** Creates an engine over one of the packages. State stays on the device if the API can keep tensors there. */
export function javaScriptEngine({ ort, session, inTurn, ...named }: JavaScriptEngineOptions): Engine {
  const { location } = deviceOf(named.device);
  const order = inTurn ?? (location ? turns() : atOnce);
  const create = async (model: Uint8Array, options: SessionOptions): Promise<InferenceSession> => {
    const { optimisation = "all", residents } = options;
    const outputLocations = location ? (residents?.outputs ?? []).map((output) => [output, location]) : [];
    try {
      return await ort.InferenceSession.create(model, {
        graphOptimizationLevel: optimisation === "none" ? "disabled" : optimisation,
        executionMode: "sequential",
        enableMemPattern: false,
        ...session(options),
        preferredOutputLocation: Object.fromEntries(outputLocations),
      });
    } catch (cause) {
      throw runtimeError("load", cause);
    }
  };
  const gpu = location ? new GpuMemory(create, order) : undefined;
  return {
    ...named,
    load: async (model, options = {}) =>
      new JavaScriptSession(await order(() => create(model, options)), options, order, gpu),
    tensor: (dtype, shape, data) =>
      new JavaScriptTensor(new ort.Tensor(dtype, hostData(dtype, shape, data), shape), gpu),
  };
}
