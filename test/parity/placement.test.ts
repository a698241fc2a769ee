/** On WebGPU nothing of a training step runs on the CPU but arithmetic of sizes. */
import { expect, test } from "vitest";
import { input } from "../../src/ir/leaf.ts";
import { TransformerClassifier } from "../../src/models/classifier.ts";
import { TransformerLanguageModel } from "../../src/models/language-model.ts";
import {
  classificationObjective,
  languageModelObjective,
  translationObjective,
} from "../../src/models/objective.ts";
import { Transformer } from "../../src/models/transformer.ts";
import { add, scan, sin } from "../../src/ops/index.ts";
import { compile } from "../../src/runtime/compile.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { openTrainingStep } from "../../src/training/step.ts";
import { absentWebGpu } from "./gpus.ts";
import { placementOf } from "./placement.ts";

const native = await openEngine("cpu");
const skipped = absentWebGpu ? ` (skipped: ${absentWebGpu})` : "";

/** The models that `open` loads. */
async function modelsOf(open: (engine: Engine) => Promise<{ close(): void }>): Promise<Uint8Array[]> {
  const models: Uint8Array[] = [];
  const load: Engine["load"] = (model, options) => {
    models.push(model);
    return native.load(model, options);
  };
  (await open({ ...native, load })).close();
  return models;
}

const sizes = { dModel: 32, heads: 4, feedForward: 64, dropout: 0.1, maxLength: 32 } as const;
const layers = { encoderLayers: 2, decoderLayers: 2, tie: "all" } as const;
const transformer = { ...sizes, ...layers, sourceVocabulary: 50, targetVocabulary: 50 } as const;
const common = { seed: 1, clip: 1 } as const;

const steps: Readonly<Record<string, (engine: Engine) => Promise<{ close(): void }>>> = {
  "a Transformer: post-norm, learned positions, GELU": (engine) =>
    openTrainingStep({
      ...{ engine, ...common },
      model: Transformer({ ...transformer, activation: "gelu", positions: "learned", norm: "post" }),
      objective: (model) => translationObjective(model, 0.1),
    }),
  "a Transformer with accumulation: pre-norm, sinusoids, ReLU": (engine) =>
    openTrainingStep({
      ...{ engine, ...common, accumulate: 2 },
      model: Transformer({ ...transformer, activation: "relu", positions: "sinusoidal", norm: "pre" }),
      objective: (model) => translationObjective(model, 0.1),
    }),
  "a language model": (engine) =>
    openTrainingStep({
      ...{ engine, ...common },
      model: TransformerLanguageModel({
        ...{ ...sizes, layers: 2, vocabulary: 50, tie: true },
        ...{ activation: "gelu", positions: "learned", norm: "pre" },
      }),
      objective: (model) => languageModelObjective(model, 0.1),
    }),
  "a classifier": (engine) =>
    openTrainingStep({
      ...{ engine, ...common },
      model: TransformerClassifier({
        ...{ ...sizes, layers: 2, vocabulary: 50, labels: 3 },
        ...{ activation: "gelu", positions: "learned", norm: "pre" },
      }),
      objective: (model) => classificationObjective(model, 0.1),
    }),
};

test.skipIf(absentWebGpu).each(Object.entries(steps))(
  `all of the training step of %s is on the GPU${skipped}`,
  async (_, open) => {
    const models = await modelsOf(open);
    expect(models.length).toBeGreaterThan(0);
    for (const model of models) {
      const { gpu, fallbacks, copies } = placementOf(model);
      expect({ fallbacks, copies }).toEqual({ fallbacks: [], copies: [] });
      expect(gpu).toBeGreaterThan(200);
    }
  },
  120_000,
);

test.skipIf(absentWebGpu)(`an op that WebGPU does not have is found${skipped}`, async () => {
  const x = input("x", "float32", ["time", 8]);
  const { sum } = scan({
    state: { sum: input("first", "float32", [8]) },
    sequences: { x: sin(x) },
    step: (state, at) => ({ state: { sum: add(state.sum, at.x) }, outputs: {} }),
  }).state;
  const [model] = await modelsOf((engine) => compile({ engine, outputs: { y: sin(sum) } }));
  const { fallbacks, copies } = placementOf(model as Uint8Array);
  expect(fallbacks).toEqual(["Scan"]);
  expect(copies.toSorted()).toEqual(["MemcpyFromHost", "MemcpyToHost"]);
});
