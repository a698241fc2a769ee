/** ONNX Runtime's JavaScript API, which onnxruntime-node and onnxruntime-web share, as an engine. */

import type { InferenceSession } from "onnxruntime-node";
import { deviceOf } from "./devices.ts";
import type { Engine, SessionOptions } from "./engine.ts";
import { GpuMemory } from "./gpu-memory.ts";
import { hostData } from "./host-data.ts";
import { failed, JavaScriptSession } from "./javascript-session.ts";
import { JavaScriptTensor } from "./javascript-tensor.ts";
import { atOnce, type InTurn, turns } from "./turns.ts";

export interface JavaScriptEngineOptions extends Pick<Engine, "name" | "device" | "description"> {
  /** What the package exports. */
  readonly ort: Pick<typeof import("onnxruntime-node"), "InferenceSession" | "Tensor">;
  /** Options of every session that are the package's own. */
  readonly session: (options: SessionOptions) => InferenceSession.SessionOptions;
  /** The order of what is asked of the package. Default: on a GPU one after the other, elsewhere at once. */
  readonly inTurn?: InTurn;
}

/** An engine over one of the packages; state stays on the device where the API can leave tensors there. */
export function javaScriptEngine({ ort, session, inTurn, ...named }: JavaScriptEngineOptions): Engine {
  const { location } = deviceOf(named.device);
  const order = inTurn ?? (location ? turns() : atOnce);
  const create = async (model: Uint8Array, options: SessionOptions): Promise<InferenceSession> => {
    const { optimisation = "all", residents } = options;
    const stays = location ? (residents?.outputs ?? []).map((output) => [output, location]) : [];
    try {
      return await ort.InferenceSession.create(model, {
        graphOptimizationLevel: optimisation === "none" ? "disabled" : optimisation,
        executionMode: "sequential",
        enableMemPattern: false,
        ...session(options),
        preferredOutputLocation: Object.fromEntries(stays),
      });
    } catch (cause) {
      throw failed("load", cause);
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
