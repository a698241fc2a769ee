/** A classifier that was trained here, for transformers.js and any program that runs ONNX. */
import type { Classifier } from "../../models/classifier.ts";
import type { Layer } from "../../nn/layer.ts";
import { tokenizerConfigJson } from "../../text/layout.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import type { NamedTensor } from "../safetensors.ts";
import { namesOfLabels } from "./families/bert.ts";
import type { FamilyFolderOptions } from "./family-folder.ts";
import { addGraphs, type Files, jsonFile, lastKeys } from "./folder-files.ts";
import { classifierGraph } from "./text-graphs.ts";

export interface ExportableClassifier {
  readonly layer: Layer<Classifier>;
  readonly weights: ReadonlyMap<string, NamedTensor>;
  readonly tokenizer: Tokenizer;
  readonly labels: readonly string[];
  /** Longest text, in tokens. */
  readonly longest: number;
}

/**
 * The files, by path, of a folder for `pipeline("text-classification", folder)` and `pipeline("feature-extraction", folder)` in
 * transformers.js, which runs the graph whatever its layers are. No class of Python's transformers classifies the mean of all
 * states, so there is no model.safetensors that it could misread as a BERT.
 */
export function classifierFolder(
  { layer, weights, tokenizer, labels, longest }: ExportableClassifier,
  { attentions = false, quantize = [] }: Omit<FamilyFolderOptions, "where"> = {},
): Files {
  const { pad, bos, eos } = tokenizer.special;
  const config = {
    // To transformers.js, an encoder whose graph gives logits.
    model_type: "bert",
    architectures: [],
    vocab_size: tokenizer.size,
    max_position_embeddings: longest,
    ...namesOfLabels(labels),
    ...{ pad_token_id: pad, bos_token_id: bos, eos_token_id: eos },
    ...lastKeys(quantize),
  };
  const files: Files = new Map();
  files.set("config.json", jsonFile(config));
  files.set("tokenizer.json", jsonFile(tokenizer.toJSON()));
  files.set("tokenizer_config.json", jsonFile({ ...tokenizerConfigJson(), model_max_length: longest }));
  const options = { constants: weights, attentions, hasLabels: true, longest, end: eos };
  addGraphs(files, "model", quantize, (kind) => classifierGraph(layer, { ...options, quantize: kind }));
  return files;
}
