import type { Adapter } from "../../src/formats/huggingface/adapter.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { isLora, withLora } from "../../src/nn/lora.ts";
import { randomStream } from "../../src/random.ts";
import { adapterOf, merged } from "../../src/runs/adapter.ts";
import type { OpenedRun } from "../../src/runs/open-run.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { imported } from "../import/imported.ts";

/** Imported models, and what is trained of each: matrices stored alone, turned, joined, and in another order; heads as a whole. */
export const adaptedImports: Readonly<Record<string, { on: string[]; beside: string[] }>> = {
  marian: { on: ["**.query", "decoder.*.cross.output", "encoder.*.feedForward"], beside: [] },
  t5: { on: ["**.value"], beside: ["encoderNorm"] },
  gpt2: { on: ["**.query", "**.value", "layers.*.feedForward.outer"], beside: [] },
  llama: { on: ["**.key", "layers.*.feedForward.gate"], beside: ["norm"] },
  bert: { on: ["**.query", "**.value"], beside: ["project", "projectBias"] },
};

/** A run as it was imported, and the same with random changes. */
export function adaptedImport(name: string): {
  readonly base: OpenedRun;
  readonly adapted: OpenedRun;
  readonly adapter: Adapter;
} {
  const base = imported(name);
  const { on = [], beside = [] } = adaptedImports[name] ?? {};
  const lora = { rank: 2, alpha: 3, on, beside };
  const weights = new Map<string, HostTensor>(base.weights as ReadonlyMap<string, HostTensor>);
  const noise = (path: string, size: number): Float32Array => {
    const random = randomStream(2, `${name} ${path}`);
    return new Float32Array(size).map(() => (random() - 0.5) / 2);
  };
  for (const [path, { spec }] of build(withLora(base.model as Layer<unknown>, lora)).parameters) {
    if (!isLora(path)) continue;
    const data = noise(
      path,
      spec.shape.reduce((product, n) => product * n, 1),
    );
    weights.set(path, { dtype: "float32", shape: spec.shape, data });
  }
  for (const path of adapterOf(weights, lora).keys()) {
    if (isLora(path)) continue;
    const { dtype, shape, data } = weights.get(path) as HostTensor;
    weights.set(path, { dtype, shape, data: noise(path, data.length) } as HostTensor);
  }
  return {
    base,
    adapted: { ...base, weights: merged(weights, { lora }) } as OpenedRun,
    adapter: { ...lora, weights: adapterOf(weights, lora) },
  };
}
