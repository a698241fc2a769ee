/**
 * Claim: one scale a row costs an 8-bit product little beside one scale for all rows, and blocks of 8 bits cost more.
 *
 *   npx tsx bench/decoding/int8-products.ts [--rounds 40]
 *
 * x [rows, in] · W [in, out] + b on one thread; milliseconds, median (best), the four in turn. "all rows" is what ONNX
 * Runtime makes of DynamicQuantizeLinear and MatMulInteger, "each row" what Heed writes, "blocks" MatMulNBits.
 */
import { parseArgs } from "node:util";
import { encodeModel, type OnnxInitializer, type OnnxNode } from "../../src/onnx/proto.ts";
import { quantized } from "../../src/onnx/quantize.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { machine, median } from "../machine.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "40" } } });
const engine = openNativeEngine({ threads: 1 });
const BLOCK = 128;
console.log(
  `${machine()}; 1 thread\n\n| rows · in · out | float32 | all rows | each row | blocks |\n|---|---|---|---|---|`,
);
for (const [rows, size, out] of [
  [32, 256, 256],
  [32, 256, 8000],
  [128, 128, 6000],
  [32, 512, 2048],
  [1, 512, 16000],
] as const) {
  const sessions = [];
  for (const make of [plain, allRows, eachRow, blocks])
    sessions.push(await opened(make(size, out), rows, size));
  const times: number[][] = sessions.map(() => []);
  for (let round = -3; round < Number(values.rounds); round++)
    for (const [i, run] of sessions.entries()) {
      const ms = await run();
      if (round >= 0) times[i]?.push(ms);
    }
  const shown = times.map((each) => `${median(each).toFixed(3)} (${Math.min(...each).toFixed(3)})`);
  console.log(`| ${[`${rows} · ${size} · ${out}`, ...shown].join(" | ")} |`);
}

interface Graph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
}

function plain(size: number, out: number): Graph {
  const data = Float32Array.from({ length: size * out }, (_, i) => Math.sin(i));
  return {
    nodes: [{ opType: "Gemm", inputs: ["x", "w", "b"], outputs: ["y"] }],
    initializers: [
      { name: "w", dtype: "float32", shape: [size, out], data },
      { name: "b", dtype: "float32", shape: [out], data: new Float32Array(out) },
    ],
  };
}

function eachRow(size: number, out: number): Graph {
  const info = { inputs: [], outputs: [], name: "product" };
  return quantized({ ...info, ...plain(size, out) }, new Set(["w"]));
}

function allRows(size: number, out: number): Graph {
  const { initializers } = eachRow(size, out);
  return {
    initializers: initializers.filter(({ name }) => ["b", "w:int8", "w:scale"].includes(name)),
    nodes: [
      {
        opType: "DynamicQuantizeMatMul",
        domain: "com.microsoft",
        inputs: ["x", "w:int8", "w:scale", "", "b"],
        outputs: ["y"],
      },
    ],
  };
}

function blocks(size: number, out: number): Graph {
  const int = (value: number) => ({ type: "int", value }) as const;
  const count = size / BLOCK;
  return {
    initializers: [
      { name: "q", dtype: "uint8", shape: [out, count, BLOCK], data: new Uint8Array(size * out).fill(130) },
      { name: "s", dtype: "float32", shape: [out, count], data: new Float32Array(out * count).fill(0.01) },
      { name: "b", dtype: "float32", shape: [out], data: new Float32Array(out) },
    ],
    nodes: [
      {
        opType: "MatMulNBits",
        domain: "com.microsoft",
        inputs: ["x", "q", "s"],
        outputs: ["product"],
        attributes: {
          ...{ K: int(size), N: int(out), bits: int(8), block_size: int(BLOCK), accuracy_level: int(4) },
        },
      },
      { opType: "Add", inputs: ["product", "b"], outputs: ["y"] },
    ],
  };
}

async function opened(graph: Graph, rows: number, size: number): Promise<() => Promise<number>> {
  const inputs = [{ name: "x", dtype: "float32", shape: ["rows", size] }] as const;
  const outputs = [{ name: "y", dtype: "float32", shape: ["rows", "out"] }] as const;
  const session = await engine.load(encodeModel({ graph: { ...graph, name: "product", inputs, outputs } }));
  const data = Float32Array.from({ length: rows * size }, (_, i) => Math.cos(i));
  const x = engine.tensor("float32", [rows, size], data);
  return async () => {
    const began = performance.now();
    const results = await session.run(new Map([["x", x]]), new Map([["y", undefined]]));
    const ms = performance.now() - began;
    for (const tensor of results.values()) tensor.dispose();
    return ms;
  };
}
