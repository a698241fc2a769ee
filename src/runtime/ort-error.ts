import { type HeedError, heedError } from "../errors.ts";

/** Places in ONNX Runtime's source, with signatures and conditions, come before what it has to say. */
const toThePoint =
  /.*(?:\[ONNXRuntimeError\] : \d+ : \w+ : | was false\. |(?=CU\w+ failure \d+: ))(.*?)(?: ; GPU=.*)?$/;

/** ERR_RUNTIME with ONNX Runtime's own message, made into one line without a full stop at its end. */
export function ortError(doing: string, message: string, cause?: unknown): HeedError {
  const line = message.replace(/\s*\n\s*/g, " ").replace(/[\s.]+$/, "");
  const problem = line.replace(toThePoint, "$1");
  return heedError("ERR_RUNTIME", { operation: `onnxruntime ${doing}`, problem }, cause);
}
