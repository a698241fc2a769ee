/** The best tokens of a large vocabulary are found in two rounds on a CPU; they are those of one look at all scores. */
import { expect, test } from "vitest";
import { openStepper } from "../../src/decoding/stepper.ts";
import { Transformer } from "../../src/models/transformer.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import { engine } from "../ops/native-run.ts";

const vocabulary = 2048;
const model = Transformer({
  ...{ sourceVocabulary: vocabulary, targetVocabulary: vocabulary, maxLength: 16, tie: "all" },
  ...{ encoderLayers: 1, decoderLayers: 1, dModel: 16, heads: 2, feedForward: 32, positions: "sinusoidal" },
  norm: "pre",
});
const weights = initialise(build(model).parameters, 1);

test.each([8, 2048])("%d candidates", async (candidates) => {
  const step = async (candidates: number | "all") => {
    const stepper = await openStepper({
      engine: engine(),
      model,
      padding: 0,
      constants: weights,
      candidates,
    });
    const decoding = await stepper.start([
      [5, 6, 7],
      [900, 3],
    ]);
    const found = await decoding.step(Int32Array.of(0, 1), Int32Array.of(0, 1), Int32Array.of(1, 1));
    decoding.end();
    stepper.close();
    return found;
  };
  const [best, all] = [await step(candidates), await step("all")];
  expect(best.each).toBe(candidates);
  for (const row of [0, 1]) {
    const scores = [...all.logProbabilities.subarray(row * vocabulary, (row + 1) * vocabulary)];
    const order = scores.map((_, id) => id).sort((a, b) => (scores[b] as number) - (scores[a] as number));
    const place = row * candidates;
    const tokens = [...(best.tokens ?? [])].slice(place, place + candidates);
    // Rounding may make scores equal that are not.
    expect(tokens.slice(0, 8)).toEqual(order.slice(0, 8));
    expect(new Set(tokens).size).toBe(candidates);
    for (const [i, id] of tokens.entries())
      expect(best.logProbabilities[place + i]).toBeCloseTo(scores[id] as number, 4);
  }
});
