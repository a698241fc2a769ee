/** Which folder of src/ may import which; `errors.ts`, `random.ts` and `work.ts` are importable by all. Held by test/house. */
const ground = ["ir", "text", "evaluation"] as const;
const graph = ["ir", "ops", "nn"] as const;
/** What it takes to build a model and run it. */
const running = [...graph, "models", "onnx", "runtime", "text"] as const;
/** What it takes to look into a trained model. */
const looking = [...running, "autodiff", "data", "evaluation", "config", "decoding", "formats"] as const;

export const layers = {
  ir: [],
  text: [],
  evaluation: [],
  ops: ["ir"],
  data: ["text"],
  phrasebook: ["text"],
  autodiff: ["ir", "ops"],
  onnx: ["ir"],
  nn: ["ir", "ops"],
  runtime: ["ir", "onnx"],
  distributed: ["runtime"],
  models: graph,
  config: [...graph, "models", "text"],
  decoding: running,
  formats: running,
  inspect: looking,
  pictures: [...ground, "inspect"],
  training: [...looking, "distributed", "inspect", "pictures"],
  tasks: [...looking, "distributed", "phrasebook", "inspect", "pictures", "training"],
  runs: [...looking, "distributed", "phrasebook", "inspect", "pictures", "training", "tasks"],
  server: [...looking, "distributed", "phrasebook", "inspect", "pictures", "training", "tasks", "runs"],
  cli: "*",
} as const satisfies Readonly<Record<string, readonly string[] | "*">>;

/** Which folders may import which npm package. Whatever is not listed, none may. */
export const packages = {
  "@huggingface/tokenizers": ["text"],
  koffi: ["runtime", "distributed"],
  "onnxruntime-node": ["runtime"],
  "onnxruntime-web": ["runtime"],
  yaml: ["config"],
  zod: ["config", "server"],
  commander: ["cli"],
  fastify: ["server"],
  "fastify-type-provider-zod": ["server"],
  "@fastify/rate-limit": ["server"],
  "@fastify/swagger": ["server"],
  "@fastify/under-pressure": ["server"],
  "prom-client": ["server"],
  domhandler: ["server"],
  eld: ["server"],
  htmlparser2: ["server"],
  "@resvg/resvg-js": ["cli"],
  "d3-scale": ["pictures"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Modules at the top of src/ that every folder may import. */
export const foundations = ["errors.ts", "random.ts", "work.ts"] as const;

/** Folders that only ever run in Node; elsewhere `node:` modules belong in files named *.node.ts. */
export const nodeFolders = ["server", "cli"] as const;
