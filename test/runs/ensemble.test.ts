/** Runs opened from their files alone, as a page opens them, and several of them as one translator. */
import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import { openTranslator } from "../../src/decoding/translator.ts";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import { assembleRun, ensembleOf, runOf, type TranslatorRun } from "../../src/runs/index.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { trainTokenizer } from "../../src/text/train.ts";

const text = (maxLength: number): string => `
data: { train: { pairs: a }, valid: { pairs: b } }
model: { layers: 1, dModel: 8, heads: 2, feedForward: 8, maxLength: ${maxLength} }
`;

function runWith(words: string, maxLength: number, seed: number): TranslatorRun {
  const tokenizer = trainTokenizer([words], { kind: "word", vocab: 20 });
  const config = parseConfig(text(maxLength), "config.yaml");
  if (config.task !== "translate") throw new Error("not a translator");
  const { parameters } = build(translationModel(config.model, { source: tokenizer, target: tokenizer }));
  const weights = [...initialise(parameters, seed)].map(([name, tensor]) => [name, tensor] as const);
  const files = {
    where: `run ${seed}`,
    has: (name: string) => name === "tokenizer.json",
    json: () => tokenizer.toJSON(),
  };
  return runOf(assembleRun(text(maxLength), encodeSafetensors(weights), files), "translate", files.where);
}

test("runs of one vocabulary translate together, as far as the shortest of them goes", async () => {
  const runs = [runWith("the cat", 16, 1), runWith("the cat", 12, 2)] as const;
  const ensemble = ensembleOf(runs, ["a", "b"]);
  expect(ensemble.maxLength).toBe(12);
  expect([...ensemble.weights.keys()].filter((name) => name.startsWith("members.1."))).toHaveLength(
    runs[1].weights.size,
  );
  const translator = await openTranslator({ engine: await openEngine("cpu"), ...ensemble });
  const [translation] = await translator.translate(["the cat"]);
  translator.close();
  expect(translation?.hypotheses[0]?.tokens.length).toBeGreaterThan(0);
});

test("runs of different vocabularies do not: the error names the first that differs", () => {
  const runs = [runWith("the cat", 16, 1), runWith("the cat", 16, 2), runWith("the dog", 16, 3)] as const;
  expect(() => ensembleOf(runs, ["a", "b", "c"])).toThrow(
    "c: its vocabulary differs from that of the other runs; choose runs with the same tokenizers",
  );
});
