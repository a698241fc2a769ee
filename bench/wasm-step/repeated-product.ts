import { encodeModel, type OnnxGraph } from "../../src/onnx/proto.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import type { Product } from "../train-step/products.ts";

/**
 * Milliseconds of one product among `times` in one run. onnxruntime-web copies every input and output of a run, so this
 * one has numbers alone: the matrices are made inside, and of each result one number is kept. The right matrix is no
 * constant, as in a training step: ONNX Runtime cannot pack it in advance.
 */
export async function timeRepeated(engine: Engine, product: Product, times: number): Promise<number> {
  const session = await engine.load(encodeModel({ graph: repeated(product) }));
  const number = (value: number) => engine.tensor("float32", [1], Float32Array.of(value));
  const inputs = new Map([
    ["times", engine.tensor("int64", [], BigInt64Array.of(BigInt(times)))],
    ["left", number(0.5)],
    ["right", number(0.25)],
    ["before", number(0)],
  ]);
  const outputs = new Map([["last", number(0)]]);
  await session.run(inputs, outputs);
  const start = performance.now();
  await session.run(inputs, outputs);
  const ms = performance.now() - start;
  for (const tensor of [...inputs.values(), ...outputs.values()]) tensor.dispose();
  session.close();
  return ms / times;
}

function repeated({ count, m, k, n }: Product): OnnxGraph {
  const one = { dtype: "float32", shape: [1] } as const;
  const flag = { dtype: "bool", shape: [] } as const;
  const step = { dtype: "int64", shape: [] } as const;
  const sizes = (name: string, each: readonly number[]) =>
    ({ name, dtype: "int64", shape: [each.length], data: BigInt64Array.from(each, BigInt) }) as const;
  const lead = count === 1 ? [] : [count];
  const rank = lead.length + 2;
  const body: OnnxGraph = {
    name: "once",
    nodes: [
      { opType: "Identity", inputs: ["going"], outputs: ["goesOn"] },
      { opType: "MatMul", inputs: ["a", "b"], outputs: ["y"] },
      { opType: "Slice", inputs: ["y", "corner:from", "corner:to"], outputs: ["corner"] },
      { opType: "Reshape", inputs: ["corner", "flat"], outputs: ["kept"] },
    ],
    initializers: [],
    inputs: [
      { name: "step", ...step },
      { name: "going", ...flag },
      { name: "seen", ...one },
    ],
    outputs: [
      { name: "goesOn", ...flag },
      { name: "kept", ...one },
    ],
  };
  return {
    name: "products",
    nodes: [
      { opType: "Expand", inputs: ["left", "a:shape"], outputs: ["a"] },
      { opType: "Expand", inputs: ["right", "b:shape"], outputs: ["b"] },
      {
        opType: "Loop",
        inputs: ["times", "", "before"],
        outputs: ["last"],
        attributes: { body: { type: "graph", value: body } },
      },
    ],
    initializers: [
      sizes("a:shape", [...lead, m, k]),
      sizes("b:shape", [...lead, k, n]),
      sizes("corner:from", Array(rank).fill(0)),
      sizes("corner:to", Array(rank).fill(1)),
      sizes("flat", [1]),
    ],
    inputs: [
      { name: "times", ...step },
      { name: "left", ...one },
      { name: "right", ...one },
      { name: "before", ...one },
    ],
    outputs: [{ name: "last", ...one }],
  };
}
