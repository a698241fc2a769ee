/** Untrained Transformers to look into, and examples of any length: speed and memory do not depend on the weights. */
import { type EncodedExample, type Inspected, type Inspector, openInspector } from "heed/inspect";
import { Transformer } from "heed/models";
import { build, initialise } from "heed/nn";
import type { Engine } from "heed/runtime";
import { trainTokenizer } from "heed/text";

export interface Sizes {
  readonly layers: number;
  readonly dModel: number;
  readonly heads: number;
}

const words = Array.from({ length: 4000 }, (_, i) => `w${i}`).join(" ");
const tokenizer = trainTokenizer([words], { kind: "word", vocab: 4000 });

function untrained({ layers, dModel, heads }: Sizes): Extract<Inspected, { task: "translate" }> {
  const description = Transformer({
    sourceVocabulary: tokenizer.size,
    targetVocabulary: tokenizer.size,
    encoderLayers: layers,
    decoderLayers: layers,
    dModel,
    heads,
    feedForward: 4 * dModel,
    positions: "sinusoidal",
    tie: "all",
    maxLength: 1024,
  });
  return { task: "translate", model: description, tokenizers: { source: tokenizer, target: tokenizer } };
}

export const open = (engine: Engine, sizes: Sizes): Promise<Inspector> => {
  const of = untrained(sizes);
  return openInspector({ engine, of, weights: new Map(initialise(build(of.model).parameters, 1)) });
};

export function example(tokens: number): EncodedExample {
  const ids = Int32Array.from({ length: tokens }, (_, i) => 4 + ((7 * i) % 3000));
  return { source: ids, target: ids };
}
