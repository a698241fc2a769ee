import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { verify } from "../../src/ir/verify.ts";
import { pairInputs } from "../../src/models/inputs.ts";
import { translationObjective } from "../../src/models/objective.ts";
import type { Seq2Seq } from "../../src/models/seq2seq.ts";
import { Transformer } from "../../src/models/transformer.ts";
import { build, type Model } from "../../src/nn/layer.ts";
import { matmul } from "../../src/ops/index.ts";
import { compile, type Feed, toNumber } from "../../src/runtime/compile.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { createState, type HostTensor } from "../../src/runtime/state.ts";
import type { Tensor } from "../../src/runtime/tensor.ts";
import { openTrainingStep } from "../../src/training/step.ts";
import { largest, relativeError } from "../golden-floats.ts";
import { type GoldenTransformer, readGoldenTransformers } from "./golden-transformer.ts";

const engine = openNativeEngine();
const golden = readGoldenTransformers();

const floats = async (tensor: Tensor | undefined): Promise<Float32Array> =>
  Float32Array.from((await (tensor as Tensor).read()) as Float32Array);

/** Logits of every target position given the reference before it. [batch, target, vocabulary] */
function teacherForced({ call }: Model<Seq2Seq>): Value {
  const { source, sourceMask, target } = pairInputs();
  const memory = call.remember(call.encode(source, sourceMask), sourceMask);
  return matmul(call.decode(target, memory).hidden, call.projection, { transposeRight: true });
}

const feedsFor = (names: Iterable<string>, batch: GoldenTransformer["batch"]): Record<string, HostTensor> =>
  Object.fromEntries([...names].map((name) => [name, batch[name] as HostTensor]));

describe.each(golden)("the Transformer and PyTorch's, $name", (file) => {
  const { config, smoothing, batch, weights } = file;

  test("have the same weights, logits, loss and gradients", async () => {
    const model = build(Transformer(config));
    const shapes = [...model.parameters].map(([path, { spec }]) => [path, spec.shape] as const);
    expect(new Map(shapes)).toEqual(new Map([...weights].map(([path, { shape }]) => [path, shape])));

    const { loss, negativeLogLikelihood } = translationObjective(model.call, smoothing);
    const paths = [...weights.keys()];
    const slopes = gradients(
      loss,
      paths.map((path) => model.parameters.get(path)?.value as Value),
    );
    const graph = { loss, negativeLogLikelihood, logits: teacherForced(model) };
    const all: Record<string, Value> = {
      ...graph,
      ...Object.fromEntries(paths.map((path, i) => [`d ${path}`, slopes[i] as Value])),
    };
    verify(Object.values(all));
    const program = await compile({ engine, state: createState(engine, weights), outputs: all });
    const results = await program(feedsFor(program.inputs.keys(), batch));
    program.close();

    expect(relativeError(await floats(results.logits), file.logits.data)).toBeLessThan(1e-5);
    const scalars = { loss: file.loss, negativeLogLikelihood: file.negativeLogLikelihood };
    for (const [name, expected] of Object.entries(scalars)) {
      const actual = await toNumber(results[name] as Tensor);
      expect(Math.abs(actual - expected) / expected).toBeLessThan(1e-5);
    }
    // The loss does not depend on a key's bias: its gradient is rounding alone, small beside all others.
    const floor = 1e-3 * Math.max(...[...file.gradients.values()].map(({ data }) => largest(data)));
    for (const path of paths) {
      const expected = file.gradients.get(path)?.data as Float32Array;
      const error = relativeError(await floats(results[`d ${path}`]), expected, floor);
      expect(error, `gradient of ${path}`).toBeLessThan(1e-4);
    }
  });

  test("see the same losses over ten steps of AdamW with clipping", async () => {
    const { learningRate, clip, losses, gradientNorms, ...adamw } = file.training;
    const step = await openTrainingStep({
      engine,
      model: Transformer(config),
      objective: (model) => translationObjective(model, smoothing),
      optimiser: { optimizer: "adamw", momentum: 0, ...adamw },
      clip,
      seed: 1,
      weights,
    });
    for (const [i, expected] of losses.entries()) {
      const { loss, gradientNorm } = await step.run(i + 1, learningRate, [batch]);
      expect(Math.abs(loss - expected) / expected, `loss of step ${i + 1}`).toBeLessThan(2e-5);
      const norm = gradientNorms[i] as number;
      expect(Math.abs(gradientNorm - norm) / norm, `gradient norm of step ${i + 1}`).toBeLessThan(2e-4);
    }
    step.close();
  });

  test("say the same when the target comes one token at a time from a cache", async () => {
    const { call } = build(Transformer(config));
    const { source, sourceMask } = pairInputs();
    const token = input("token", "int32", ["batch", 1]);
    const memory = call.remember(call.encode(source, sourceMask), sourceMask);
    const started = call.start(memory, "batch");
    const before = Object.entries(started).map(([name, { dtype, shape }]): [string, Value] => {
      return [name, input(name, dtype, ["batch", ...shape.slice(1).map((size) => size || "past")])];
    });
    const { hidden, state } = call.decode(token, memory, Object.fromEntries(before));
    const outputs: Record<string, Value> = {
      logits: matmul(hidden, call.projection, { transposeRight: true }),
    };
    for (const [name, value] of Object.entries(state)) outputs[`${name}.next`] = value;
    const program = await compile({ engine, constants: weights, outputs });

    const [sentences, length, vocabulary] = file.logits.shape as [number, number, number];
    const cache = new Map<string, Feed>(
      Object.entries(started).map(([name, { shape }]) => [
        name,
        { shape: [sentences, ...(shape.slice(1) as number[])], data: new Float32Array() },
      ]),
    );
    for (let at = 0; at < length; at++) {
      const tokens = Int32Array.from({ length: sentences }, (_, s) =>
        Number(batch.target?.data[s * length + at]),
      );
      const { logits, ...next } = await program({
        ...feedsFor(["source", "sourceMask"], batch),
        ...Object.fromEntries(cache),
        token: { shape: [sentences, 1], data: tokens },
      });
      const expected = Float32Array.from({ length: sentences * vocabulary }, (_, j) => {
        const [sentence, word] = [Math.floor(j / vocabulary), j % vocabulary];
        return file.logits.data[(sentence * length + at) * vocabulary + word] as number;
      });
      expect(relativeError(await floats(logits), expected), `position ${at}`).toBeLessThan(1e-5);
      for (const [name, tensor] of Object.entries(next)) cache.set(name.replace(".next", ""), tensor);
    }
    program.close();
  });
});
