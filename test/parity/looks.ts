/** What is seen inside a small Transformer and a small GRU with attention, on an engine. For Node and for the page. */
import { parseConfig } from "../../src/config/parse.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import { openInspector } from "../../src/inspect/looking/inspector.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { trainTokenizer } from "../../src/text/train.ts";

const models = {
  transformer: "layers: 1, dModel: 16, heads: 2, feedForward: 32, maxLength: 16",
  recurrent: "kind: gru, layers: 1, dModel: 16, hidden: 16, attention: additive",
} as const;

/** Numbers by where they come from. */
export type Seen = Readonly<Record<string, readonly number[]>>;

/** All taps of a sentence, gradients at attention, and both with a row of attention forced. */
export async function looks(engine: Engine): Promise<Seen> {
  const seen: Record<string, readonly number[]> = {};
  for (const [name, model] of Object.entries(models)) {
    const data = "{ train: { corpus: phrasebook }, valid: { corpus: phrasebook } }";
    const config = parseConfig(`data: ${data}\nmodel: { ${model} }`, "looks.yaml");
    if (config.task !== "translate") throw new Error("the model translates");
    const tokenizer = trainTokenizer(["one two three four"], { kind: "word", vocab: 40 });
    const tokenizers = { source: tokenizer, target: tokenizer };
    const description = translationModel(config.model, tokenizers);
    const look = await openInspector({
      engine,
      of: { task: "translate", model: description, tokenizers },
      weights: new Map(initialise(build(description).parameters, 3)),
    });
    const pair = { source: "one two three", target: "four three" };
    const weights = name === "transformer" ? "decoder.0.cross.weights" : "decoder.cross.weights";
    const { taps, gradients, said, without } = await look.run(pair, {
      taps: ["**"],
      gradients: ["**.weights"],
      output: { place: 1 },
      intervene: [{ at: weights, row: 1, to: [0, 1, 0, 0] }],
    });
    for (const [kind, tensors] of Object.entries({ taps, gradients, without: without?.taps ?? taps }))
      for (const [path, tensor] of tensors) seen[`${name} ${kind} ${path}`] = Array.from(tensor.data);
    seen[`${name} said`] = Array.from(said.logProbabilities);
    look.close();
  }
  return seen;
}
