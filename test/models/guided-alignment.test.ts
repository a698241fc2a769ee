/** The loss that teaches a head where to look. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { HeedError } from "../../src/errors.ts";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { alignmentLoss, type Guidance, guidedWeights } from "../../src/models/guided-alignment.ts";
import { translationObjective } from "../../src/models/objective.ts";
import type { Seq2Seq } from "../../src/models/seq2seq.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { softmax } from "../../src/ops/softmax.ts";
import { randomStream } from "../../src/random.ts";
import { checkGradient } from "../ops/check-gradient.ts";
import { type HostValue, host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";
import { prepare } from "../ops/prepare.ts";
import { translators } from "./graph-bytes.ts";

interface Golden {
  readonly scores: Encoded;
  readonly weights: Encoded;
  readonly links: Encoded;
  readonly loss: number;
  readonly linked: number;
  readonly scoresGradient: number[];
}
type Encoded = { readonly shape: number[]; readonly data: number[] };
const file = new URL("../golden/guided-alignment/loss.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("the alignment loss", () => {
  test("and its gradient are PyTorch's", async () => {
    const [scores, links] = [input("scores", "float64", [3, 5, 4]), input("links", "float64", [3, 5, 4])];
    const { loss, linked } = alignmentLoss(softmax(scores), links);
    const [slope] = gradients(loss, [scores]);
    const run = await open({ loss, linked, slope: slope as Value });
    const found = await run({
      scores: host("float64", golden.scores.shape, golden.scores.data),
      links: host("float64", golden.links.shape, golden.links.data),
    });
    run.close();
    expect(Number(found.loss?.data[0])).toBeCloseTo(golden.loss, 12);
    expect(Number(found.linked?.data[0])).toBeCloseTo(golden.linked, 12);
    Array.from(found.slope?.data ?? [], Number).forEach((value, i) => {
      expect(value).toBeCloseTo(golden.scoresGradient[i] as number, 12);
    });
  });

  test("agrees with central differences in float64, first and second derivatives", async () => {
    const links = {
      shape: [2, 3, 4],
      data: (i: number) => [0.5, 0, 0.5, 0, 0, 0, 0, 0, 0, 1, 0, 0][i % 12] as number,
    };
    const sample = {
      operands: [{ shape: [2, 3, 4] }, { ...links, fixed: true }],
      call: (scores: Value, g: Value) => alignmentLoss(softmax(scores), g).loss,
    };
    const prepared = prepare(sample as never);
    expect(await checkGradient(prepared, prepared.outputs)).toEqual([]);
  });

  test("is finite where a linked weight has vanished", async () => {
    const weights = input("weights", "float32", [1, 1, 2]);
    const links = input("links", "float32", [1, 1, 2]);
    const { loss } = alignmentLoss(weights, links);
    const run = await open({ loss });
    const feeds = { weights: host("float32", [1, 1, 2], [0, 1]), links: host("float32", [1, 1, 2], [1, 0]) };
    expect(Number((await run(feeds)).loss?.data[0])).toBeCloseTo(-Math.log(1e-30), 4);
    run.close();
  });
});

const [batch, source, target] = [2, 4, 3];
const uniform = randomStream(3, "guided");
const ids = (count: number): number[] => Array.from({ length: count }, () => 4 + Math.floor(6 * uniform()));
const feeds: Record<string, HostValue> = {
  source: host("int32", [batch, source], ids(batch * source)),
  sourceMask: host("float32", [batch, source], [1, 1, 1, 1, 1, 1, 1, 0]),
  target: host("int32", [batch, target], ids(batch * target)),
  labels: host("int32", [batch, target], ids(batch * target)),
  labelWeight: host("float32", [batch, target], [1, 1, 1, 1, 1, 0]),
};
/** Target tokens 0 and 1 of the first pair and 1 of the second are linked. */
const links = [0.5, 0.5, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];

/** The objective's numbers, those of plain translation, and the weights that are guided. */
async function measured(model: Layer<Seq2Seq>, guidance: Guidance, given = links) {
  const built = build(model);
  const guided = translationObjective(built.call, 0.1, { guidance, taps: built.taps });
  const weights = guidedWeights(built.taps, guidance);
  const plain = build(model);
  const { loss } = translationObjective(plain.call, 0.1);
  const paths = [...built.parameters.keys()];
  const slopes = gradients(
    guided.alignment?.loss as Value,
    [...built.parameters.values()].map((p) => p.value),
  );
  const run = await open({
    loss: guided.loss,
    alignment: guided.alignment?.loss as Value,
    linked: guided.alignment?.linked as Value,
    tokens: guided.tokens,
    weights,
    plain: loss,
    ...Object.fromEntries(paths.map((path, i) => [`d ${path}`, slopes[i] as Value])),
  });
  const random = randomStream(5, "weights");
  const parameters = Array.from(built.parameters, ([path, { spec }]) => [
    path,
    host("float32", [...spec.shape], () => random() - 0.5),
  ]);
  const found = await run({
    ...feeds,
    ...Object.fromEntries(parameters),
    links: host("float32", [batch, target, source], given),
  });
  run.close();
  return {
    number: (name: string): number => Number(found[name]?.data[0]),
    numbers: (name: string): number[] => Array.from(found[name]?.data ?? [], Number),
  };
}

const transformer = translators.transformer as Layer<Seq2Seq>;
const attending = Object.entries(translators).filter(([name]) => name !== "lstm, none");

describe.each(attending)("with guided alignment, a %s", (name, model) => {
  const layers = name.startsWith("transformer") ? 2 : 1;
  const cases: Guidance[] = [
    { weight: 0.05, layer: layers - 1, head: 0 },
    { weight: 0.7, layer: 0, head: "mean" },
  ];

  test.each(cases)("adds weight $weight of the mean loss of layer $layer, head $head", async (guidance) => {
    const { number, numbers } = await measured(model, guidance);
    const weights = numbers("weights");
    expect(weights).toHaveLength(batch * target * source);
    const byHand = -links.reduce((sum, g, i) => (g > 0 ? sum + g * Math.log(weights[i] as number) : sum), 0);
    expect(number("linked")).toBe(3);
    expect(number("alignment")).toBeCloseTo(byHand, 4);
    const tokens = number("tokens");
    expect(tokens).toBe(5);
    expect(number("loss") / tokens).toBeCloseTo(number("plain") / tokens + (guidance.weight * byHand) / 3, 4);
  });

  test("is a plain translator in a batch without links", async () => {
    const { number } = await measured(
      model,
      cases[0] as Guidance,
      links.map(() => 0),
    );
    expect(number("alignment")).toBe(0);
    expect(number("loss")).toBe(number("plain"));
  });
});

test("only the head that is guided learns from links, and what it reads", async () => {
  const { numbers } = await measured(transformer, { weight: 1, layer: 1, head: 1 });
  const query = numbers("d decoder.1.cross.query.weight");
  const half = query.length / 2;
  expect(query.slice(0, half).every((slope) => slope === 0)).toBe(true);
  expect(query.slice(half).some((slope) => slope !== 0)).toBe(true);
  for (const path of ["decoder.1.cross.value.weight", "decoder.1.feedForward.inner.weight"])
    expect(
      numbers(`d ${path}`).every((slope) => slope === 0),
      path,
    ).toBe(true);
  for (const path of ["decoder.0.cross.value.weight", "encoder.0.attention.value.weight"])
    expect(
      numbers(`d ${path}`).some((slope) => slope !== 0),
      path,
    ).toBe(true);
});

test.each([
  [
    transformer,
    { layer: 2, head: 0 },
    "there is no attention of decoder layer 3 over the source; the model has 2 such layers",
  ],
  [
    transformer,
    { layer: 1, head: 2 },
    "there is no attention of head 3; the model has 2 heads in decoder layer 2",
  ],
  [translators["lstm, none"] as Layer<Seq2Seq>, { layer: 0, head: 0 }, "the model has 0 such layers"],
])("attention that a model does not have cannot be guided", (model, place, message) => {
  const { call, taps } = build(model);
  const objective = () => translationObjective(call, 0, { guidance: { weight: 1, ...place }, taps });
  expect(objective).toThrow(HeedError);
  expect(objective).toThrow(message);
});
