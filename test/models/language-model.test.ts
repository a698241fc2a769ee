import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import type { Value } from "../../src/ir/value.ts";
import { verify } from "../../src/ir/verify.ts";
import { windowInputs } from "../../src/models/inputs.ts";
import {
  RecurrentLanguageModel,
  type RecurrentLanguageModelConfig,
  TransformerLanguageModel,
  type TransformerLanguageModelConfig,
} from "../../src/models/language-model.ts";
import { languageModelObjective } from "../../src/models/objective.ts";
import { build } from "../../src/nn/layer.ts";
import { matmul } from "../../src/ops/index.ts";
import { decodeFloats, type Encoded, largest, relativeError } from "../golden-floats.ts";
import { type HostValue, host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";

interface Case {
  readonly name: string;
  readonly config: TransformerLanguageModelConfig | RecurrentLanguageModelConfig;
  readonly smoothing: number;
  readonly batch: Readonly<Record<string, { readonly shape: number[]; readonly data: number[] }>>;
  readonly weights: Readonly<Record<string, Encoded>>;
  readonly logits: Encoded;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Encoded>>;
}

const file = new URL("../golden/language-model/models.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

test.each(cases)("$name has PyTorch's weights, logits, loss and gradients", async (golden) => {
  const { config, smoothing, batch } = golden;
  const model = build("cell" in config ? RecurrentLanguageModel(config) : TransformerLanguageModel(config));
  const shapes = [...model.parameters].map(([path, { spec }]) => [path, spec.shape] as const);
  expect(new Map(shapes)).toEqual(
    new Map(Object.entries(golden.weights).map(([path, { shape }]) => [path, shape] as const)),
  );

  const { text } = windowInputs();
  const { hidden } = model.call.decode(text, {});
  const { loss } = languageModelObjective(model.call, smoothing);
  const outputs: Record<string, Value> = {
    logits: matmul(hidden, model.call.projection, { transposeRight: true }),
    loss,
  };
  const paths = [...model.parameters.keys()];
  const wrt = [...model.parameters.values()].map(({ value }) => value);
  gradients(loss, wrt).forEach((gradient, i) => {
    outputs[`d ${paths[i]}`] = gradient;
  });
  verify(Object.values(outputs));
  const run = await open(outputs, {});
  const found: Record<string, HostValue> = await run({
    ...Object.fromEntries(Object.entries(golden.weights).map(([name, one]) => [name, decodeFloats(one)])),
    ...Object.fromEntries(
      Object.entries(batch).map(([name, { shape, data }]) => [
        name,
        host(name === "labelWeight" ? "float32" : "int32", shape, data),
      ]),
    ),
  });
  run.close();

  const floats = (name: string): Float32Array => found[name]?.data as Float32Array;
  expect(relativeError(floats("logits"), decodeFloats(golden.logits).data)).toBeLessThan(1e-5);
  expect(Math.abs(Number(floats("loss")[0]) / golden.loss - 1)).toBeLessThan(1e-5);
  // The loss does not depend on a key's bias: its gradient is rounding alone.
  const floor =
    1e-3 * Math.max(...Object.values(golden.gradients).map((one) => largest(decodeFloats(one).data)));
  for (const [path, gradient] of Object.entries(golden.gradients)) {
    const error = relativeError(floats(`d ${path}`), decodeFloats(gradient).data, floor);
    expect(error, path).toBeLessThan(1e-4);
  }
});
