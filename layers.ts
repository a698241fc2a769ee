/** Which folder of src/ may import which; `errors.ts` and `random.ts` are importable by all. Held by test/house. */
export const layers = {
  ir: [],
  ops: ["ir"],
  autodiff: ["ir", "ops"],
  onnx: ["ir"],
  runtime: ["ir", "onnx"],
  nn: ["ir", "ops"],
  models: ["ir", "ops", "nn"],
  text: [],
  data: ["text"],
  evaluation: [],
  formats: ["ir", "ops", "nn", "models", "onnx", "text"],
  decoding: ["ir", "ops", "nn", "models", "runtime", "text"],
  inspect: ["ir", "ops", "autodiff", "nn", "models", "runtime", "text", "data", "evaluation"],
  training: [
    "ir",
    "ops",
    "autodiff",
    "nn",
    "models",
    "runtime",
    "text",
    "data",
    "evaluation",
    "formats",
    "decoding",
    "inspect",
  ],
  cli: "*",
} as const satisfies Readonly<Record<string, readonly string[] | "*">>;

/** Which folders may import which npm package. Whatever is not listed, none may. */
export const packages = {
  koffi: ["runtime"],
  "onnxruntime-node": ["runtime"],
  "onnxruntime-web": ["runtime"],
  yaml: ["training"],
  zod: ["training"],
  commander: ["cli"],
  "d3-scale": ["inspect"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Modules at the top of src/ that every folder may import. */
export const foundations = ["errors.ts", "random.ts"] as const;

/** Folders that only ever run in Node; elsewhere `node:` modules belong in files named *.node.ts. */
export const nodeFolders = ["cli"] as const;
