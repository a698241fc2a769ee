import { describe, expect, test } from "vitest";
import { type Classifier, RecurrentClassifier, TransformerClassifier } from "../../src/models/classifier.ts";
import { textInputs } from "../../src/models/inputs.ts";
import { classificationObjective } from "../../src/models/objective.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { linear, softmax } from "../../src/ops/index.ts";
import { host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";

const models: Record<string, Layer<Classifier>> = {
  "a Transformer": TransformerClassifier({
    ...{ vocabulary: 20, labels: 3, layers: 2, dModel: 8, heads: 2, feedForward: 16 },
    ...{ positions: "sinusoidal", norm: "pre", maxLength: 12 },
  }),
  "a recurrent network in both directions": RecurrentClassifier({
    ...{ cell: "gru", vocabulary: 20, labels: 3, layers: 2, embedding: 6, hidden: 8 },
  }),
};

const texts = [
  [3, 9, 4, 17, 2],
  [8, 1],
];

/** Texts as a matrix, filled up with zeros. */
function feedsOf(rows: readonly (readonly number[])[], time: number) {
  const at = (i: number): number | undefined => rows[Math.floor(i / time)]?.[i % time];
  return {
    text: host("int32", [rows.length, time], (i) => at(i) ?? 0),
    mask: host("float32", [rows.length, time], (i) => (at(i) === undefined ? 0 : 1)),
  };
}

describe.each(Object.entries(models))("%s", (_, model) => {
  const { call, parameters } = build(model);
  const weights = Object.fromEntries(initialise(parameters, 1));
  const { text, mask } = textInputs();
  const probabilities = softmax(linear(call.summarise(text, mask), call.projection));

  test("says the same of a text alone, among others, and with padding behind it", async () => {
    const run = await open({ probabilities }, {});
    const together = (await run({ ...weights, ...feedsOf(texts, 9) })).probabilities?.data as Float32Array;
    for (const [row, one] of texts.entries()) {
      const alone = (await run({ ...weights, ...feedsOf([one], one.length) })).probabilities
        ?.data as Float32Array;
      alone.forEach((p, i) => {
        expect(together[3 * row + i]).toBeCloseTo(p, 6);
      });
    }
    run.close();
  });

  test("loses minus the log probability of the right label", async () => {
    const { negativeLogLikelihood, tokens } = classificationObjective(call, 0);
    const run = await open({ probabilities, negativeLogLikelihood, tokens }, {});
    const labels = [2, 0];
    const found = await run({
      ...{ ...weights, ...feedsOf(texts, 5) },
      label: host("int32", [2], labels),
      labelWeight: host("float32", [2], [1, 1]),
    });
    run.close();
    const p = found.probabilities?.data as Float32Array;
    const expected = labels.reduce((sum, label, row) => sum - Math.log(p[3 * row + label] as number), 0);
    expect(Number(found.negativeLogLikelihood?.data[0])).toBeCloseTo(expected, 5);
    expect(Number(found.tokens?.data[0])).toBe(2);
  });
});
