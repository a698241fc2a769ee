import { afterAll, beforeAll, expect, test } from "vitest";
import { translationModel } from "../../src/config/translation-model.ts";
import { type EvidenceKind, evidence, evidenceKinds, spearman } from "../../src/inspect/evidence.ts";
import { type Inspector, openInspector } from "../../src/inspect/inspector.ts";
import type { NamedTensor } from "../../src/inspect/look.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";

const model = translationModel(tinyConfig("none.tsv").model, tokenizers);
const weights = new Map<string, HostTensor>(initialise(build(model).parameters, 5));
const example = { source: "two red house", target: "red house two" };
const place = "decoder.0.cross";

let look: Inspector;
beforeAll(async () => {
  look = await openInspector({
    engine: await sharedEngine(),
    of: { task: "translate", model, tokenizers },
    weights,
  });
});
afterAll(() => look.close());

const of = (kind: EvidenceKind, more = {}) => evidence(look, example, kind, { place, ...more });

test.each(evidenceKinds)("%s is a matrix of target tokens by source tokens", async (kind) => {
  const matrix = await of(kind);
  expect(matrix.map((row) => row.length)).toEqual([4, 4, 4, 4]);
  expect(matrix.flat().every(Number.isFinite)).toBe(true);
});

test("norms are the lengths of weighted values", async () => {
  const { taps } = await look.run(example, { taps: [`${place}.weights`, `${place}.values`] });
  const [a, v] = ["weights", "values"].map((name) => (taps.get(`${place}.${name}`) as NamedTensor).data) as [
    Float32Array,
    Float32Array,
  ];
  const norms = await of("norms", { head: 1 });
  // Head 1, query 2, key 3: 4 queries, 4 keys, values of 8.
  const value = v.subarray((4 + 3) * 8, (4 + 4) * 8);
  const length = Math.sqrt(value.reduce((sum, x) => sum + ((a[16 + 2 * 4 + 3] as number) * x) ** 2, 0));
  expect(norms[2]?.[3]).toBeCloseTo(length, 6);
});

test("integrated gradients add up to the difference to a source of zeros", async () => {
  const matrix = await of("integratedGradients", { steps: 32 });
  const { said, without } = await look.run(example, {
    intervene: [{ at: "encoder.input.embedding", to: 0 }],
  });
  for (const [i, row] of matrix.entries()) {
    const difference = (without?.said.logProbabilities[i] as number) - (said.logProbabilities[i] as number);
    expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(difference, 2);
  }
});

test("leaving a token out is reading the sentence without it", async () => {
  const matrix = await of("leaveOneOut");
  const whole = (await look.run(example)).said.logProbabilities;
  const shorter = (await look.run({ ...example, source: "two house" })).said.logProbabilities;
  for (const [i, row] of matrix.entries())
    expect(row[1]).toBeCloseTo((whole[i] as number) - (shorter[i] as number), 6);
});

test("against another token, evidence is for the difference", async () => {
  const against = tokenizers.target.id("\u2581cat") as number;
  const one = await of("gradientTimesWeight");
  const contrast = await of("gradientTimesWeight", { against });
  expect(contrast).not.toEqual(one);
  const left = await of("leaveOneOut", { against });
  expect(left.flat().every(Number.isFinite)).toBe(true);
});

test("a place without attention and a head that is not there are refused", async () => {
  await expect(evidence(look, example, "weights", { place: "decoder.4.cross" })).rejects.toThrow(
    /similar are/,
  );
  await expect(of("weights", { head: 2 })).rejects.toThrow("has heads 0 to 1, not 2");
});

test("Spearman's correlation is that of ranks, ties sharing theirs", () => {
  expect(spearman([[1, 2, 3, 4]], [[10, 20, 30, 40]])).toBeCloseTo(1, 12);
  expect(spearman([[1, 2, 3, 4]], [[4, 3, 2, 1]])).toBeCloseTo(-1, 12);
  // scipy.stats.spearmanr([1, 2, 2, 4], [1, 3, 2, 4]) = 0.9486832980505138
  expect(spearman([[1, 2, 2, 4]], [[1, 3, 2, 4]])).toBeCloseTo(0.9486832980505138, 12);
});
