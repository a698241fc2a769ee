/** Layers that small models may profit from: gradients in float64, and what they compute, beside the golden Transformers. */
import { describe, expect, test } from "vitest";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { withHeadInit } from "../../src/models/ablations.ts";
import { Transformer, type TransformerConfig } from "../../src/models/transformer.ts";
import { KeysAsValuesAttention, MultiHeadAttention } from "../../src/nn/attention.ts";
import { UnitEmbedding } from "../../src/nn/embedding.ts";
import { FeedForward, GatedFeedForward } from "../../src/nn/feed-forward.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { HeadNorm, RmsNorm, ScaleNorm } from "../../src/nn/norm.ts";
import { randomStream } from "../../src/random.ts";
import { compile } from "../../src/runtime/compile.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { checkGradient } from "../../src/training/check-gradient.ts";

const engine = openNativeEngine();
const LENGTH = 3;
const DIM = 4;

const random = (shape: readonly number[], name: string): HostTensor => {
  const uniform = randomStream(7, name);
  const size = shape.reduce((product, axis) => product * axis, 1);
  return { dtype: "float64", shape, data: Float64Array.from({ length: size }, () => 2 * uniform() - 1) };
};

/** A layer's output in float64, and what its graph is fed. */
function prepared<F>(
  root: Layer<F>,
  call: (f: F, x: Value) => Value,
  shape: readonly number[] = [2, LENGTH, DIM],
): { output: Value; feeds: Record<string, HostTensor> } {
  const { call: f, parameters } = build(root, { dtype: "float64" });
  const x = input("x", "float64", shape);
  const weights = Array.from(parameters, ([path, { spec }]) => [path, random(spec.shape, path)] as const);
  return { output: call(f, x), feeds: { x: random(shape, "x"), ...Object.fromEntries(weights) } };
}

const attending = (attention: Layer<ReturnType<ReturnType<typeof MultiHeadAttention>["bind"]>>) =>
  prepared(attention, (f, x) => f.attend(x, f.remember(x)));
const heads = { dModel: DIM, heads: 4, dKey: 2, keyValueHeads: 2, qkNorm: true } as const;
const plain = <F extends (x: Value) => Value>(root: Layer<F>, shape?: readonly number[]) =>
  prepared(root, (f, x) => f(x), shape);

const layers = {
  RmsNorm: plain(RmsNorm(DIM)),
  ScaleNorm: plain(ScaleNorm(DIM)),
  HeadNorm: plain(HeadNorm(DIM), [1, 2, LENGTH, DIM]),
  "squared ReLU": plain(FeedForward(DIM, 5, { activation: "relu2" })),
  SwiGLU: plain(GatedFeedForward(DIM, 5)),
  "FixNorm's rows": prepared(UnitEmbedding(5, DIM), (f) => f.weight),
  "grouped and normalised queries": attending(MultiHeadAttention({ ...heads, rotary: true })),
  "keys of groups as values": attending(KeysAsValuesAttention(heads)),
};

describe("first and second derivatives agree with central differences in float64", () => {
  test.each(Object.entries(layers))("%s", async (_, { output, feeds }) => {
    expect(await checkGradient({ engine, outputs: output, feeds })).toEqual([]);
  });
});

test("with as many heads of keys as of queries, grouping changes nothing", () => {
  const weights = (keyValueHeads?: number) =>
    [...build(MultiHeadAttention({ dModel: 8, heads: 4, keyValueHeads })).parameters].map(
      ([path, { spec }]) => `${path} ${spec.shape}`,
    );
  expect(weights(4)).toEqual(weights());
  expect(weights(2)).not.toEqual(weights());
});

test("vectors of FixNorm have length 1, those that are looked up sqrt(dim)", async () => {
  const { output, feeds } = layers["FixNorm's rows"];
  const constants = new Map([["weight", feeds.weight as HostTensor]]);
  const options = { session: { optimisation: "basic" } } as const;
  const program = await compile({ engine, outputs: { output }, constants, ...options });
  const { output: rows } = await program({});
  program.close();
  const data = Array.from(await rows.read(), Number);
  for (let row = 0; row < 5; row++)
    expect(Math.hypot(...data.slice(row * DIM, (row + 1) * DIM))).toBeCloseTo(1, 10);
});

test("heads that begin identical do so in their groups", () => {
  const config: TransformerConfig = {
    ...{ sourceVocabulary: 9, targetVocabulary: 9, encoderLayers: 1, decoderLayers: 1, dModel: 8, heads: 4 },
    ...{ keyValueHeads: 2, feedForward: 8, positions: "sinusoidal", tie: "all", maxLength: 8 },
  };
  const { parameters } = build(withHeadInit(Transformer(config), "identical", 4, 2));
  for (const [part, count] of [
    ["query", 4],
    ["key", 2],
  ] as const) {
    const data = initialise(parameters, 1).get(`encoder.0.attention.${part}.weight`)?.data as Float32Array;
    const size = data.length / count;
    for (let head = 1; head < count; head++)
      expect(data.slice(head * size, (head + 1) * size), part).toEqual(data.slice(0, size));
  }
});
