/** Where WebGPU runs each node of a model, as ONNX Runtime's own log tells it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { onnx } = createRequire(import.meta.url)("onnx-proto") as typeof import("onnx-proto");

export interface Placement {
  /** Nodes that run on the GPU. */
  readonly gpu: number;
  /** Operators that run on the CPU with nothing but sizes in and out. */
  readonly shapes: readonly string[];
  /** Operators that run on the CPU on anything else. */
  readonly fallbacks: readonly string[];
  /** Copies that were put between the two. */
  readonly copies: readonly string[];
}

// A process of its own: the log goes to standard error, and only from sessions opened with this severity.
const script = `
  import ort from ${JSON.stringify(import.meta.resolve("onnxruntime-node"))};
  const options = { executionProviders: ["webgpu"], logSeverityLevel: 0, logVerbosityLevel: 1 };
  await ort.InferenceSession.create(process.argv[1], options);
`;

export function placementOf(model: Uint8Array): Placement {
  const folder = mkdtempSync(join(tmpdir(), "heed-placement-"));
  try {
    const file = join(folder, "model.onnx");
    writeFileSync(file, withNames(model));
    const shell = '"$0" --input-type=module --eval "$1" "$2" 2>&1';
    const log = execFileSync("sh", ["-c", shell, process.execPath, script, file], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    return parse(log);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The model with a name for each node that says whether it only works on sizes. */
function withNames(bytes: Uint8Array): Uint8Array {
  const model = onnx.ModelProto.decode(bytes);
  const known = new Set(model.graph?.initializer?.map(({ name }) => name));
  model.graph?.node?.forEach((node, i) => {
    const isShape = node.opType === "Shape" || node.input?.every((name) => name === "" || known.has(name));
    node.name = `${isShape ? "shape" : "numbers"} ${i}`;
    if (isShape) for (const name of node.output ?? []) known.add(name);
  });
  return onnx.ModelProto.encode(model).finish();
}

/** Reads `Node(s) placed on [P]. Number of nodes: N`, then a line `Op (name)` for each. */
function parse(log: string): Placement {
  let provider: string | undefined;
  let gpu = 0;
  const shapes: string[] = [];
  const fallbacks: string[] = [];
  const copies: string[] = [];
  for (const line of log.split("\n")) {
    if (!line.includes("VerifyEachNodeIsAssignedToAnEp")) continue;
    const heading = /placed on \[(\w+)\]\. Number of nodes: (\d+)/.exec(line);
    if (heading) {
      provider = heading[1];
      if (provider === "WebGpuExecutionProvider") gpu = Number(heading[2]);
    }
    const node = /\]\s+(\w+) \((.*)\)/.exec(line);
    if (!node) continue;
    const [, op = "", name = ""] = node;
    if (op.startsWith("Memcpy")) copies.push(op);
    else if (provider === "CPUExecutionProvider") (name.startsWith("shape") ? shapes : fallbacks).push(op);
  }
  if (provider === undefined)
    throw new Error(`ONNX Runtime's log tells no placement:\n${log.slice(0, 2000)}`);
  return { gpu, shapes, fallbacks, copies };
}
