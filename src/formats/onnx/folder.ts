import type { Classifier } from "../../models/classifier.ts";
import type { Decoder, Seq2Seq } from "../../models/seq2seq.ts";
import type { Layer } from "../../nn/layer.ts";
import type { Quantization } from "../../onnx/lower-narrow.ts";
import { linesTokenizerJson } from "../../text/layout.ts";
import type { Tokenizer, Tokenizers } from "../../text/tokenizer.ts";
import { addGraphs, type Files, jsonFile } from "../huggingface/folder-files.ts";
import type { NamedTensor } from "../safetensors.ts";
import { plainClassifier, plainDecoder, plainEncoder, startShapes } from "./graphs.ts";

/** Any model: networks that no other library has a class for are exported like this. */
export type PlainModel = {
  /** The kind of network, for readers. */
  readonly kind: string;
  readonly weights: ReadonlyMap<string, NamedTensor>;
} & (
  | { readonly task: "translate"; readonly layer: Layer<Seq2Seq>; readonly tokenizers: Tokenizers }
  | { readonly task: "generate"; readonly layer: Layer<Decoder>; readonly tokenizer: Tokenizer }
  | {
      readonly task: "classify";
      readonly layer: Layer<Classifier>;
      readonly tokenizer: Tokenizer;
      readonly labels: readonly string[];
      /** Longest text, in tokens. */
      readonly longest: number;
    }
);

export interface PlainFolderOptions {
  readonly attentions?: boolean;
  /** Also write graphs with narrower weights. Default: none. */
  readonly quantize?: readonly Quantization[];
}

/**
 * The files, by path, of a folder of ONNX graphs, tokenizers and model.json, which says what a program must know to run
 * them. Names of inputs and outputs are those of `plainEncoder`, `plainDecoder` and `plainClassifier`.
 */
export function plainFolder(
  model: PlainModel,
  { attentions = false, quantize = [] }: PlainFolderOptions = {},
): Files {
  const files: Files = new Map();
  const options = { constants: model.weights, attentions };
  const { task, kind } = model;
  if (task === "translate") {
    const { layer, tokenizers } = model;
    const { source, target } = tokenizers;
    addGraphs(files, "encoder", quantize, (quantize) => plainEncoder(layer, { ...options, quantize }));
    addGraphs(files, "decoder", quantize, (quantize) => plainDecoder(layer, { ...options, quantize }));
    files.set("tokenizer.source.json", jsonFile(source.toJSON()));
    files.set("tokenizer.target.json", jsonFile(target.toJSON()));
    files.set(
      "model.json",
      jsonFile({ task, kind, ...special(target, target.special.bos, target.special.eos) }),
    );
  } else if (task === "generate") {
    const { layer, tokenizer } = model;
    addGraphs(files, "decoder", quantize, (quantize) => plainDecoder(layer, { ...options, quantize }));
    const json = tokenizer.toJSON();
    const { bos, eos } = tokenizer.special;
    const isOwn = tokenizer.kind !== "imported";
    files.set(
      "tokenizer.json",
      jsonFile(isOwn ? linesTokenizerJson(json as never, tokenizer.special) : json),
    );
    // A text of a model that was trained here begins as if a line had just ended, and never ends.
    const ids = isOwn ? special(tokenizer, eos, null) : special(tokenizer, bos, eos);
    files.set("model.json", jsonFile({ task, kind, ...ids, state: startShapes(layer) }));
  } else {
    const { layer, tokenizer, labels, longest } = model;
    const hasLabels = labels.length > 0;
    addGraphs(files, "model", quantize, (quantize) =>
      plainClassifier(layer, { ...options, hasLabels, quantize }),
    );
    files.set("tokenizer.json", jsonFile(tokenizer.toJSON()));
    files.set(
      "model.json",
      jsonFile({ task, kind, unknown: tokenizer.token(tokenizer.special.unk), labels, longest }),
    );
  }
  return files;
}

/** What a program must know about ids: the first token of a text, the one that ends it, and the piece of unknown words. */
const special = (tokenizer: Tokenizer, start: number, end: number | null): object => ({
  ...{ start, end },
  unknown: tokenizer.token(tokenizer.special.unk),
});
