import { type HeedError, heedError } from "../errors.ts";

/** ONNX Runtime puts source locations, signatures and conditions before the message proper. */
const messageProper =
  /.*(?:\[ONNXRuntimeError\] : \d+ : \w+ : | was false\. |(?=CU\w+ failure \d+: ))(.*?)(?: ; GPU=.*)?$/;

/** ERR_RUNTIME with ONNX Runtime's own message, on one line and without a final full stop. */
export function ortError(doing: string, message: string, cause?: unknown): HeedError {
  const line = message.replace(/\s*\n\s*/g, " ").replace(/[\s.]+$/, "");
  const problem = line.replace(messageProper, "$1");
  return heedError("ERR_RUNTIME", { operation: `onnxruntime ${doing}`, problem }, cause);
}
