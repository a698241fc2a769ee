import type { ExportableModel } from "../../src/formats/huggingface/folder.ts";
import { Transformer } from "../../src/models/transformer.ts";
import { build } from "../../src/nn/layer.ts";
import { isLora, withLora } from "../../src/nn/lora.ts";
import { randomStream } from "../../src/random.ts";
import { adapterOf, merged } from "../../src/runs/adapter.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { configs, sampleWeights, tokenizer } from "./translator-samples.ts";

/** A Marian and a Blenderbot. */
export const adaptedSamples = ["tied", "pre"] as const;

const lora = {
  rank: 2,
  alpha: 3,
  on: ["**.query", "decoder.*.feedForward", "encoder.*.attention.output"],
  beside: [],
};

/** A sample model, and the same with random changes of low rank. */
export function adaptedSample(name: (typeof adaptedSamples)[number]): {
  readonly base: ExportableModel;
  readonly adapted: ExportableModel;
} {
  const config = configs[name];
  const weights = new Map<string, HostTensor>(sampleWeights(name));
  const base = { config, weights: new Map(weights), tokenizer };
  for (const [path, { spec }] of build(withLora(Transformer(config), lora)).parameters) {
    if (!isLora(path)) continue;
    const random = randomStream(2, `${name} ${path}`);
    const data = new Float32Array(spec.shape.reduce((product, n) => product * n, 1)).map(
      () => random() - 0.5,
    );
    weights.set(path, { dtype: "float32", shape: spec.shape, data });
  }
  const adapter = { ...lora, weights: adapterOf(weights, lora) };
  return { base, adapted: { config, weights: merged(weights, { lora }), tokenizer, adapter } };
}
