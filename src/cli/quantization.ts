import { heedError } from "../errors.ts";

/** Parses the value of `--quantize`. @throws ERR_USAGE for an unknown kind */
export function quantization(kind: string | undefined): "int8" | undefined {
  if (kind === undefined || kind === "int8") return kind;
  throw heedError("ERR_USAGE", { where: "--quantize", cause: `"${kind}" is unknown`, remedy: "choose int8" });
}
