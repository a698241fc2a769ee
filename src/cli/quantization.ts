import { heedError } from "../errors.ts";

/** The kind that `--quantize` names. @throws ERR_USAGE for a word that names none. */
export function quantization(kind: string | undefined): "int8" | undefined {
  if (kind === undefined || kind === "int8") return kind;
  throw heedError("ERR_USAGE", { where: "--quantize", cause: `"${kind}" is unknown`, remedy: "choose int8" });
}
