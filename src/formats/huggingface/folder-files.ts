/** What the folders of all models have: files of JSON, and each graph once per way of storing its weights. */
import type { Quantization } from "../../onnx/lower-narrow.ts";

export type Files = Map<string, Uint8Array>;

/** How the names of files end, as transformers.js looks for them: its dtypes q8 and fp16. */
const suffixes = { int8: "_quantized", fp16: "_fp16" } as const satisfies Record<Quantization, string>;

export const textFile = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content);

export const jsonFile = (content: object): Uint8Array<ArrayBuffer> =>
  textFile(`${JSON.stringify(content, null, 2)}\n`);

/** Writes a graph with its weights as trained, and once more for each narrower kind of weights. */
export function addGraphs(
  files: Files,
  name: string,
  kinds: readonly Quantization[],
  graph: (quantize: Quantization | undefined) => Uint8Array,
): void {
  files.set(`onnx/${name}.onnx`, graph(undefined));
  for (const kind of kinds) files.set(`onnx/${name}${suffixes[kind]}.onnx`, graph(kind));
}

/** The last keys of config.json. The WebAssembly backend of transformers.js loads 8-bit files unless told otherwise. */
export const lastKeys = (kinds: readonly Quantization[]): Readonly<Record<string, unknown>> => ({
  dtype: "float32",
  ...(kinds.includes("int8") ? {} : { "transformers.js_config": { dtype: "fp32" } }),
});
