import { heedError } from "../errors.ts";
import type { Quantization } from "../onnx/lower-narrow.ts";

/** Parses the value of `--quantize`. @throws ERR_USAGE for an unknown kind */
export function quantization(kind: string | undefined): "int8" | undefined {
  if (kind === undefined || kind === "int8") return kind;
  throw heedError("ERR_USAGE", { where: "--quantize", cause: `"${kind}" is unknown`, remedy: "choose int8" });
}

/** Parses kinds of weights that are written beside those as trained: "int8,fp16". @throws ERR_USAGE for an unknown kind */
export function quantizations(kinds: string | undefined): Quantization[] {
  const chosen = new Set((kinds ?? "").split(",").filter(Boolean));
  const unknown = [...chosen].find((kind) => kind !== "int8" && kind !== "fp16");
  if (unknown === undefined) return [...chosen] as Quantization[];
  const remedy = "choose int8, fp16 or int8,fp16";
  throw heedError("ERR_USAGE", { where: "--quantize", cause: `"${unknown}" is unknown`, remedy });
}
