import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { DType } from "../../src/ir/dtype.ts";
import { encodeModel, type OnnxGraph, type OnnxNode, type OnnxValueInfo } from "../../src/onnx/proto.ts";
import type { Session } from "../../src/runtime/engine.ts";
import type { Tensor } from "../../src/runtime/tensor.ts";

setFlagsFromString("--expose-gc");
/** Frees what nothing refers to, now. */
export const collectGarbage: () => void = runInNewContext("gc");

export const model = (graph: Partial<OnnxGraph>): Uint8Array =>
  encodeModel({ graph: { name: "test", nodes: [], initializers: [], inputs: [], outputs: [], ...graph } });

export const node = (opType: string, inputs: string[], outputs: string[], attributes = {}): OnnxNode => ({
  opType,
  inputs,
  outputs,
  attributes,
});

export const info = (name: string, dtype: DType, ...shape: (number | string)[]): OnnxValueInfo => ({
  name,
  dtype,
  shape,
});

/** y = x w + b, with w and b fixed. x [batch, 3] -> y [batch, 2] */
export const linear = model({
  nodes: [node("MatMul", ["x", "w"], ["xw"]), node("Add", ["xw", "b"], ["y"])],
  initializers: [
    { name: "w", dtype: "float32", shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { name: "b", dtype: "float32", shape: [2], data: Float32Array.of(0.5, -0.5) },
  ],
  inputs: [info("x", "float32", "batch", 3)],
  outputs: [info("y", "float32", "batch", 2)],
});

export const identity = (dtype: DType, ...shape: (number | string)[]): Uint8Array =>
  model({
    nodes: [node("Identity", ["x"], ["y"])],
    inputs: [info("x", dtype, ...shape)],
    outputs: [info("y", dtype, ...shape)],
  });

/** Runs for one output, freshly allocated. */
export async function runOne(
  session: Session,
  inputs: Record<string, Tensor>,
  output = "y",
): Promise<Tensor> {
  const results = await session.run(new Map(Object.entries(inputs)), new Map([[output, undefined]]));
  return results.get(output) as Tensor;
}
