import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import type { Value } from "../../src/ir/value.ts";
import { TransformerClassifier, type TransformerClassifierConfig } from "../../src/models/classifier.ts";
import { textInputs } from "../../src/models/inputs.ts";
import { classificationObjective } from "../../src/models/objective.ts";
import { build } from "../../src/nn/layer.ts";
import { linear } from "../../src/ops/index.ts";
import { decodeFloats, type Encoded, largest, relativeError } from "../golden-floats.ts";
import { type HostValue, host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";

interface Case {
  readonly name: string;
  readonly config: TransformerClassifierConfig;
  readonly smoothing: number;
  readonly text: readonly (readonly number[])[];
  readonly lengths: readonly number[];
  readonly label: readonly number[];
  readonly weights: Readonly<Record<string, Encoded>>;
  readonly logits: Encoded;
  readonly loss: number;
  readonly negativeLogLikelihood: number;
  readonly gradients: Readonly<Record<string, Encoded>>;
}

const cases = JSON.parse(
  readFileSync(new URL("../golden/classifier/classifier.json", import.meta.url), "utf8"),
) as Case[];

const floats = (value: HostValue | undefined): Float32Array => value?.data as Float32Array;

test.each(cases)("weights, logits, losses and all gradients equal PyTorch's: $name", async (golden) => {
  const { call, parameters } = build(TransformerClassifier(golden.config));
  const shapes = [...parameters].map(([path, { spec }]) => [path, spec.shape] as const);
  const expected = Object.entries(golden.weights).map(([path, { shape }]) => [path, shape] as const);
  expect(new Map(shapes)).toEqual(new Map(expected));

  const { text, mask } = textInputs();
  const { loss, negativeLogLikelihood } = classificationObjective(call, golden.smoothing);
  const paths = [...parameters.keys()];
  const slopes = gradients(
    loss,
    [...parameters.values()].map(({ value }) => value),
  );
  const run = await open(
    {
      ...{ loss, negativeLogLikelihood, logits: linear(call.summarise(text, mask), call.projection) },
      ...Object.fromEntries(paths.map((path, i) => [`d ${path}`, slopes[i] as Value])),
    },
    {},
  );
  const time = Math.max(...golden.lengths);
  const shape = [golden.lengths.length, time];
  const found = await run({
    ...Object.fromEntries(Object.entries(golden.weights).map(([path, one]) => [path, decodeFloats(one)])),
    text: host("int32", shape, golden.text.flat()),
    mask: host("float32", shape, (i) => (i % time < (golden.lengths[Math.floor(i / time)] ?? 0) ? 1 : 0)),
    label: host("int32", [golden.label.length], golden.label),
    labelWeight: host("float32", [golden.label.length], () => 1),
  });
  run.close();

  expect(relativeError(floats(found.logits), decodeFloats(golden.logits).data)).toBeLessThan(1e-5);
  expect(floats(found.loss)[0]).toBeCloseTo(golden.loss, 5);
  expect(floats(found.negativeLogLikelihood)[0]).toBeCloseTo(golden.negativeLogLikelihood, 5);
  // The loss does not depend on a key's bias: its gradient is rounding alone, small beside all others.
  const slopesOf = Object.entries(golden.gradients).map(
    ([path, one]) => [path, decodeFloats(one).data] as const,
  );
  const floor = 1e-3 * Math.max(...slopesOf.map(([, data]) => largest(data)));
  for (const [path, data] of slopesOf) {
    expect(relativeError(floats(found[`d ${path}`]), data, floor), path).toBeLessThan(1e-4);
  }
});
