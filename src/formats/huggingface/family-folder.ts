import type { Classifier } from "../../models/classifier.ts";
import type { Decoder, Seq2Seq } from "../../models/seq2seq.ts";
import type { Layer } from "../../nn/layer.ts";
import type { Quantization } from "../../onnx/lower-narrow.ts";
import { linesTokenizerJson, tokenizerConfigJson } from "../../text/layout.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { encodeSafetensors, type NamedTensor } from "../safetensors.ts";
import { type Adapter, addAdapter } from "./adapter.ts";
import { bannedBy } from "./families/bart.ts";
import { huggingFaceFamily } from "./families/families.ts";
import type { HuggingFaceFamily, SharedFacts } from "./families/family.ts";
import { addGraphs, type Files, jsonFile, lastKeys } from "./folder-files.ts";
import { decoderGraph, encoderGraph } from "./graphs.ts";
import { storedWeights } from "./stored-weights.ts";
import { classifierGraph, languageModelGraph } from "./text-graphs.ts";

/** A model in the terms of a family of Hugging Face's library: its kind, as a configuration has it, is the model_type. */
export type FamilyModel = Omit<SharedFacts<{ readonly kind: string }>, "special"> & {
  readonly weights: ReadonlyMap<string, NamedTensor>;
  readonly tokenizer: Tokenizer;
  /** Changes of low rank that `weights` already contain. */
  readonly adapter?: Adapter | undefined;
} & (
    | { readonly task: "translate"; readonly layer: Layer<Seq2Seq> }
    | { readonly task: "generate"; readonly layer: Layer<Decoder> }
    | { readonly task: "classify"; readonly layer: Layer<Classifier> }
  );

export interface FamilyFolderOptions {
  /** Graphs also output attention weights. Default false. */
  readonly attentions?: boolean;
  /** Also write graphs with narrower weights. Default: none. */
  readonly quantize?: readonly Quantization[];
  /** Names the model in errors. Default "model". */
  readonly where?: string;
}

/**
 * The files, by path, of a model folder of a family that Heed also imports: for the pipelines of transformers.js and Python's
 * transformers.
 *
 * @throws ERR_MODEL for a model that the family cannot express exactly.
 */
export function familyFolder(
  model: FamilyModel,
  { attentions = false, quantize = [], where = "model" }: FamilyFolderOptions = {},
): Files {
  const { weights, tokenizer } = model;
  const { kind } = model.model;
  const family = huggingFaceFamily(kind) as HuggingFaceFamily<unknown>;
  const written = family.write({ ...model, special: tokenizer.special }, where);
  const files: Files = new Map();
  const config = { model_type: kind, ...written.config, ...idsOf(model), ...lastKeys(quantize) };
  files.set("config.json", jsonFile(config));
  if (model.task !== "classify") files.set("generation_config.json", jsonFile(generationOf(model)));
  addTokenizer(files, model);
  const tensors = storedWeights(weights, written.sourceOf, where);
  files.set("model.safetensors", encodeSafetensors(tensors));
  addAdapter(files, model.adapter, { sourceOf: written.sourceOf, stored: tensors, task: model.task });
  addFamilyGraphs(files, model, { attentions, quantize });
  return files;
}

function addFamilyGraphs(
  files: Files,
  model: FamilyModel,
  { quantize, attentions }: Required<Omit<FamilyFolderOptions, "where">>,
): void {
  const common = { constants: model.weights, attentions };
  const { eos } = model.tokenizer.special;
  if (model.task === "translate") {
    const { layer } = model;
    const options = { ...common, end: eos };
    addGraphs(files, "encoder_model", quantize, (kind) =>
      encoderGraph(layer, { ...options, quantize: kind }),
    );
    addGraphs(files, "decoder_model_merged", quantize, (kind) =>
      decoderGraph(layer, { ...options, quantize: kind }),
    );
  } else if (model.task === "generate") {
    const { layer } = model;
    const end = endOf(model.tokenizer);
    addGraphs(files, "model", quantize, (kind) =>
      languageModelGraph(layer, { ...common, end, quantize: kind }),
    );
  } else {
    const { layer, labels = [], longest } = model;
    const options = { ...common, hasLabels: labels.length > 0, longest, end: eos };
    addGraphs(files, "model", quantize, (kind) => classifierGraph(layer, { ...options, quantize: kind }));
  }
}

/** The token that ends a language model's texts. To one that was trained here, </s> ends a line, and texts never end. */
const endOf = ({ keepsLines, special }: Tokenizer): number | undefined =>
  keepsLines ? special.eos : undefined;

/** Ids of special tokens, as config.json has them. */
function idsOf({ task, tokenizer }: FamilyModel): Readonly<Record<string, unknown>> {
  const { pad, bos, eos, first } = tokenizer.special;
  const ids = { pad_token_id: pad, eos_token_id: eos };
  if (task === "classify") return { ...ids, bos_token_id: bos };
  if (task === "generate")
    return { ...ids, bos_token_id: bos, eos_token_id: endOf(tokenizer) ?? null, use_cache: true };
  return {
    ...{ ...ids, decoder_start_token_id: bos },
    ...(first === undefined ? {} : { forced_bos_token_id: first }),
    use_cache: true,
  };
}

function generationOf(model: FamilyModel): object {
  const { use_cache: _, ...ids } = idsOf(model);
  if (model.task === "generate") return ids;
  const bias = model.weights.get("outputBias");
  const words = bias ? bannedBy(bias).map((id) => [id]) : [];
  return { ...ids, bad_words_ids: words.length > 0 ? words : null, max_length: model.longest, num_beams: 1 };
}

function addTokenizer(files: Files, { task, tokenizer, longest }: FamilyModel): void {
  const { special, kind } = tokenizer;
  const isOwn = kind !== "imported";
  const json = tokenizer.toJSON();
  files.set(
    "tokenizer.json",
    jsonFile(isOwn && task === "generate" ? linesTokenizerJson(json as never, special) : json),
  );
  const settings = isOwn ? tokenizerConfigJson(task === "generate") : importedSettings(tokenizer, task);
  files.set("tokenizer_config.json", jsonFile({ ...settings, model_max_length: longest }));
}

/** tokenizer_config.json for a tokenizer from elsewhere. */
function importedSettings(
  tokenizer: Tokenizer,
  task: FamilyModel["task"],
): Readonly<Record<string, unknown>> {
  const { pad, unk, bos, eos } = tokenizer.special;
  const named = { pad_token: pad, unk_token: unk, eos_token: eos };
  // A translator's first token may be any.
  const begin = task === "translate" ? {} : { bos_token: bos };
  const around = task === "classify" ? { cls_token: bos, sep_token: eos } : {};
  const tokens = Object.entries({ ...named, ...begin, ...around }).map(([name, id]) => [
    name,
    tokenizer.token(id),
  ]);
  // transformers.js reads a prompt without special tokens unless the file asks for the first.
  const [first] = tokenizer.encode("a");
  const begins = task === "generate" && first === bos && bos !== eos;
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    ...Object.fromEntries(tokens),
    ...(begins ? { add_bos_token: true } : {}),
    clean_up_tokenization_spaces: tokenizer.cleansUp ?? false,
  };
}
