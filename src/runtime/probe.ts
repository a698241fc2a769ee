import { HeedError, heedError } from "../errors.ts";
import type { DType } from "../ir/dtype.ts";
import { encodeModel } from "../onnx/proto.ts";
import { deviceOf } from "./devices.ts";
import type { Engine, Session } from "./engine.ts";

/** An identity model from `x` to `y`, for any sizes of `rank` axes. */
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
 * Engines known to be available, each with an open session, for the lifetime of the process. All work on a GPU thus shares
 * one queue, and ONNX Runtime keeps the GPU and its compiled shaders, which it would drop with the last session.
 */
const held = new Map<string, { readonly engine: Engine; readonly session: Session }>();

/** Checks that the device is available by opening a session. @throws ERR_CONFIG with ONNX Runtime's reason if it is not. */
export async function requireAvailable(engine: Engine): Promise<Engine> {
  const key = `${engine.name} ${engine.device}`;
  const known = held.get(key);
  if (known) return known.engine;
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
      { where: "device", cause: `"${engine.device}" is not available`, remedy },
      cause,
    );
  }
}
