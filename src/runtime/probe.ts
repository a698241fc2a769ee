import { HeedError, heedError } from "../errors.ts";
import type { DType } from "../ir/dtype.ts";
import { encodeModel } from "../onnx/proto.ts";
import type { Engine } from "./engine.ts";

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

/** The engine, if its device is there, which only a session tells. @throws ERR_CONFIG with ONNX Runtime's reason. */
export async function present(engine: Engine): Promise<Engine> {
  try {
    (await engine.load(copyModel("float32", 0))).close();
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
