import { toHalf } from "./half.ts";
import type { OnnxGraph, OnnxInitializer, OnnxNode } from "./proto.ts";

const FLOAT = 1;

/**
 * A graph whose matrices are stored as floats of 16 bits, in half the space. They are widened where they are read, so every
 * device computes in 32 bits and nothing overflows; ONNX Runtime widens them once, when the session opens.
 *
 * @param weights  Names of initialisers that may be halved; vectors, and what is not float32, stay as they are.
 */
export function halved(graph: OnnxGraph, weights: ReadonlySet<string>): OnnxGraph {
  const widened: OnnxNode[] = [];
  const initializers = graph.initializers.map((initializer): OnnxInitializer => {
    const { name, dtype, shape, data } = initializer;
    if (!weights.has(name) || dtype !== "float32" || shape.length < 2) return initializer;
    const stored = `${name}:fp16`;
    const to = { type: "int", value: FLOAT } as const;
    widened.push({ opType: "Cast", inputs: [stored], outputs: [name], attributes: { to } });
    return { name: stored, dtype: "float16", shape, data: Uint16Array.from(data as Float32Array, toHalf) };
  });
  return { ...graph, initializers, nodes: [...widened, ...graph.nodes] };
}
