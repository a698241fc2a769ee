import { HeedError, heedError } from "../errors.ts";
import type { DType } from "../ir/dtype.ts";
import { encodeModel } from "../onnx/proto.ts";
import { deviceOf } from "./devices.ts";
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
 * The engines that were found to be there, each with a session, for as long as the process lives. Whatever is asked of a
 * GPU then stands in one queue, whoever opened the engine; and ONNX Runtime keeps the GPU, which it gives back with the
 * last session on it, compiled shaders and all.
 */
const held = new Map<string, { readonly engine: Engine; readonly session: Session }>();

/** The engine for this device, if it is there, which only a session tells. @throws ERR_CONFIG with ONNX Runtime's reason. */
export async function present(engine: Engine): Promise<Engine> {
  const key = `${engine.name} ${engine.device}`;
  const found = held.get(key);
  if (found) return found.engine;
  try {
    const session = await engine.load(copyModel("float32", 0));
    held.set(key, { engine, session });
    return engine;
  } catch (cause) {
    const reason = cause instanceof HeedError ? cause.message : String(cause);
    const { remedy: first } = deviceOf(engine.device);
    const remedy = `${first ? `${first}, or ` : ""}use another device (${reason})`;
    throw heedError(
      "ERR_CONFIG",
      { where: "device", cause: `"${engine.device}" is not here`, remedy },
      cause,
    );
  }
}
