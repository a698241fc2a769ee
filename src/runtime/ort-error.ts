import { type HeedError, heedError } from "../errors.ts";

/** ERR_RUNTIME with ONNX Runtime's own message, made into one line without a full stop at its end. */
export function ortError(doing: string, message: string, cause?: unknown): HeedError {
  const problem = message.replace(/\s*\n\s*/g, " ").replace(/[\s.]+$/, "");
  return heedError("ERR_RUNTIME", { operation: `onnxruntime ${doing}`, problem }, cause);
}
