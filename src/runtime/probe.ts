import { HeedError, heedError } from "../errors.ts";
import type { DType } from "../ir/dtype.ts";
import { encodeModel } from "../onnx/proto.ts";
import type { Engine, Session } from "./engine.ts";

/** A model that gives its input `x` back as `y`: any sizes on `rank` axes. */
export function copyModel(dtype: DType, rank: number): Uint8Array {
  const shape = Array.from({ length: rank }, (_, axis) => `n${axis}`);
  return encodeModel({
    graph: {
      name: "copy",
      nodes: [{ opType: "Identity", inputs: ["x"], outputs: ["y"] }],
      initializers: [],
      inputs: [{ name: "x", dtype, shape }],
      outputs: [{ name: "y", dtype, shape }],
    },
  });
}

/**
 * One session on each device for as long as the process lives: ONNX Runtime gives a GPU back with the last session on it,
 * and a tensor that is freed after that crashes the process. Compiled shaders are kept with it.
 */
const held = new Map<Engine["device"], Session>();

/** The engine, if its device is there, which only a session tells. @throws ERR_CONFIG with ONNX Runtime's reason. */
export async function present(engine: Engine): Promise<Engine> {
  try {
    if (!held.has(engine.device)) held.set(engine.device, await engine.load(copyModel("float32", 0)));
    return engine;
  } catch (cause) {
    const reason = cause instanceof HeedError ? cause.message : String(cause);
    const remedy = `use another device (${reason})`;
    throw heedError(
      "ERR_CONFIG",
      { where: "device", cause: `"${engine.device}" is not here`, remedy },
      cause,
    );
  }
}
