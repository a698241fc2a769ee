/** The taps of whole models: all of them stand in the path, with the axes that are written down. */
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input, leafName } from "../../src/ir/leaf.ts";
import { topological, type Value } from "../../src/ir/value.ts";
import {
  classificationObjective,
  languageModelObjective,
  type Objective,
  translationObjective,
} from "../../src/models/objective.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build, type Layer, type Model } from "../../src/nn/layer.ts";
import { matchTaps, splitTap } from "../../src/nn/match-taps.ts";
import { type Observer, tapAxes } from "../../src/nn/taps.ts";
import { add, gather, matmul, mul, reshape } from "../../src/ops/index.ts";
import { type HostValue, host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";
import { classifiers, languageModels, translators } from "./graph-bytes.ts";
import { importedClassifiers, importedLanguageModels, importedTranslators } from "./imported-models.ts";

type Build = (at?: Observer) => Model<unknown> & { readonly objective: Objective };
const builder =
  <F>(root: Layer<F>, objective: (call: F) => Objective): Build =>
  (at) => {
    const model = build(root, at ? { at } : {});
    return { ...model, objective: objective(model.call) };
  };
const named = <F>(
  kind: string,
  models: Readonly<Record<string, Layer<F>>>,
  objective: (call: F) => Objective,
): [string, Build][] =>
  Object.entries(models).map(([name, root]) => [`${kind}, ${name}`, builder(root, objective)]);
const cases: readonly [string, Build][] = [
  ...named("translator", translators, (m) => translationObjective(m, 0)),
  ...named("language model", languageModels, (m) => languageModelObjective(m, 0)),
  ...named("classifier", classifiers, (m) => classificationObjective(m, 0)),
  ...named("imported translator", importedTranslators, (m) => translationObjective(m, 0)),
  ...named("imported language model", importedLanguageModels, (m) => languageModelObjective(m, 0)),
  ...named("imported classifier", importedClassifiers, (m) => classificationObjective(m, 0)),
];

const [SENTENCES, SOURCE, TARGET] = [2, 4, 3];
const ids = (shape: readonly number[]): HostValue => host("int32", shape, (i) => 2 + ((7 * i) % 5));
const ones = (shape: readonly number[]): HostValue => host("float32", shape, () => 1);
const text = [SENTENCES, TARGET];
const feeds: Readonly<Record<string, HostValue>> = {
  source: ids([SENTENCES, SOURCE]),
  sourceMask: host("float32", [SENTENCES, SOURCE], [1, 1, 1, 1, 1, 1, 1, 0]),
  target: ids(text),
  labels: ids(text),
  labelWeight: ones(text),
  text: ids(text),
  mask: ones(text),
  label: host("int32", [SENTENCES], [0, 2]),
};

async function run(
  { parameters }: Pick<Model<unknown>, "parameters">,
  outputs: Readonly<Record<string, Value>>,
  more: Readonly<Record<string, HostValue>> = {},
): Promise<Record<string, HostValue>> {
  const opened = await open(outputs);
  const inputs = topological(Object.values(outputs)).flatMap(
    ({ outputs: [value] }) => leafName(value as Value) ?? [],
  );
  const all = { ...feeds, ...Object.fromEntries(initialise(parameters, 3)), ...more };
  const perText = inputs.includes("label") ? { labelWeight: ones([SENTENCES]) } : {};
  const found = await opened({ ...all, ...perText });
  opened.close();
  return found;
}

const numbers = (value: HostValue | undefined): number[] => Array.from(value?.data ?? [], Number);

/** Without attention a decoder reads the last state of the encoder's cells, not what its layers gave out. */
const unread: Readonly<Record<string, readonly string[]>> = {
  "translator, lstm, none": ["encoder.layers.1.states", "encoder.outputs"],
};

describe.each(cases)("%s", (name, open) => {
  test("every tap has the axes of its name, and can be asked for", async () => {
    const model = open();
    for (const [path, { shape }] of model.taps) {
      expect(tapAxes, path).toHaveProperty(splitTap(path)[1]);
      expect(shape.length, path).toBe(tapAxes[splitTap(path)[1]].length);
    }
    const found = await run(model, { ...Object.fromEntries(model.taps), loss: model.objective.loss });
    for (const path of model.taps.keys()) {
      expect(numbers(found[path]).every(Number.isFinite), path).toBe(true);
    }
  });

  test("every tap stands in the path: the loss depends on what an observer answers there", async () => {
    const nudges = new Map<string, Value>();
    // No multiple and no shift of the value: a norm, or softmax, would not notice.
    const model = open((path, value) => {
      const nudge = nudges.get(path) ?? input(`nudge ${path}`, "float32", []);
      nudges.set(path, nudge);
      return add(value, mul(nudge, mul(value, value)));
    });
    expect(new Set(nudges.keys())).toEqual(new Set(model.taps.keys()));
    expect([...nudges.keys()]).toEqual([...open().taps.keys()]);
    const { loss } = model.objective;
    const grads = gradients(loss, [...nudges.values()]);
    const outputs = Object.fromEntries([...nudges.keys()].map((path, i) => [path, grads[i] as Value]));
    const zero = host("float32", [], [0]);
    const still = Object.fromEntries([...nudges.keys()].map((path) => [`nudge ${path}`, zero]));
    const found = await run(model, { ...outputs, loss }, still);
    const without = [...nudges.keys()].filter((path) => numbers(found[path])[0] === 0);
    expect(without).toEqual(unread[name] ?? []);
    // What was nudged by nothing is as if nobody had looked.
    const plain = open();
    const expected = await run(plain, { loss: plain.objective.loss });
    expect(numbers(found.loss)[0]).toBeCloseTo(numbers(expected.loss)[0] as number, 4);
  });
});

test("attention inside a recurrence can be pinned to a whole matrix, row by row", async () => {
  const pinned = input("pinned", "float32", ["target", "batch", "source"]);
  const root = translators["gru, additive"];
  if (!root) throw new Error("the zoo has no such model");
  const model = builder(root, (m) => translationObjective(m, 0))((path, value, position) =>
    path === "decoder.cross.weights" ? reshape(gather(pinned, position as Value), value.shape) : value,
  );
  const [[, weights], [, heads], [, states]] = (
    ["decoder.cross.weights", "decoder.cross.heads", "encoder.outputs"] as const
  ).map((path) => matchTaps(model.taps, path)[0]) as [[string, Value], [string, Value], [string, Value]];
  const flat = reshape(weights, ["batch", "target", "source"]);
  const rows = host(
    "float32",
    [TARGET, SENTENCES, SOURCE],
    (i) => +(i % SOURCE === Math.floor(i / SOURCE) % 3),
  );
  const found = await run(model, { weights, heads, mixed: matmul(flat, states) }, { pinned: rows });
  expect(found.weights?.shape).toEqual([SENTENCES, 1, TARGET, SOURCE]);
  numbers(found.weights).forEach((weight, i) => {
    const [sentence, step] = [Math.floor(i / (TARGET * SOURCE)), Math.floor(i / SOURCE) % TARGET];
    expect(weight).toBe(rows.data[(step * SENTENCES + sentence) * SOURCE + (i % SOURCE)]);
  });
  numbers(found.mixed).forEach((one, i) => {
    expect(numbers(found.heads)[i]).toBeCloseTo(one, 6);
  });
});
