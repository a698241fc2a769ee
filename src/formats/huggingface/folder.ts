import { Transformer, type TransformerConfig } from "../../models/transformer.ts";
import type { Activation } from "../../nn/feed-forward.ts";
import type { Quantization } from "../../onnx/lower-narrow.ts";
import { tokenizerConfigJson } from "../../text/layout.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { encodeSafetensors, type NamedTensor } from "../safetensors.ts";
import { type Adapter, addAdapter } from "./adapter.ts";
import { architectureOf, asExportable } from "./check.ts";
import { bartConfig } from "./families/bart.ts";
import type { FamilyFolderOptions } from "./family-folder.ts";
import { addGraphs, type Files, jsonFile, lastKeys } from "./folder-files.ts";
import { decoderGraph, encoderGraph } from "./graphs.ts";
import { withUnitRows } from "./own-keys.ts";
import { exportedSources, exportedWeights } from "./weights.ts";

/** A translator to export: see `asExportable` for its limits. */
export interface ExportableModel {
  readonly config: TransformerConfig;
  readonly weights: ReadonlyMap<string, NamedTensor>;
  /** Shared by both languages. */
  readonly tokenizer: Tokenizer;
  /** Changes of low rank that `weights` already contain. */
  readonly adapter?: Adapter | undefined;
}

/** Sinusoids extend to any length, and transformers.js asks for 256 new tokens regardless of the training length. */
const LEAST_SINUSOIDS = 512;

/**
 * The files, by path, of a model folder for `pipeline("translation", folder)` in transformers.js and Python's
 * transformers: configuration, tokenizer, weights for Python, ONNX graphs for JavaScript. A post-norm model becomes a
 * `MarianMTModel`, a pre-norm model a `BlenderbotForConditionalGeneration`.
 *
 * @throws ERR_MODEL for a model that neither can express.
 */
export function huggingFaceFolder(
  model: ExportableModel,
  { attentions = false, quantize = [], where = "model" }: FamilyFolderOptions = {},
): Files {
  const { tokenizer } = model;
  const { tie, positions, fixNorm } = model.config;
  const weights = fixNorm ? withUnitRows(model.weights) : model.weights;
  asExportable(
    { kind: "transformer", ...model.config },
    { where, vocabularies: { one: tie !== "output", tied: tie === "all" } },
  );
  const maxLength =
    positions === "learned" ? model.config.maxLength : Math.max(model.config.maxLength, LEAST_SINUSOIDS);
  const config = { ...model.config, maxLength, dropout: 0, fixNorm: false };
  const files: Files = new Map();
  const json = (name: string, content: object): void => {
    files.set(name, jsonFile(content));
  };
  json("config.json", configJson(model, maxLength, quantize));
  json("generation_config.json", generationConfigJson(model));
  json("tokenizer.json", tokenizer.toJSON());
  json("tokenizer_config.json", { ...tokenizerConfigJson(), model_max_length: model.config.maxLength });
  const { dModel, targetVocabulary: vocabulary } = config;
  const layout = { dModel, positions: maxLength, tied: tie === "all", vocabulary };
  const architecture = architectureOf(config);
  const stored = exportedWeights(weights, { architecture, ...layout });
  files.set("model.safetensors", encodeSafetensors(stored));
  const sourceOf = exportedSources({ architecture, ...layout });
  addAdapter(files, model.adapter, { sourceOf, stored, task: "translate" });
  const graphs = { constants: weights, end: tokenizer.special.eos, attentions };
  const layer = Transformer(config);
  addGraphs(files, "encoder_model", quantize, (kind) => encoderGraph(layer, { ...graphs, quantize: kind }));
  addGraphs(files, "decoder_model_merged", quantize, (kind) =>
    decoderGraph(layer, { ...graphs, quantize: kind }),
  );
  return files;
}

function configJson(
  { config: c, tokenizer }: ExportableModel,
  positions: number,
  kinds: readonly Quantization[],
): object {
  const { pad, bos, eos } = tokenizer.special;
  const { dropout = 0, attentionDropout = dropout } = c;
  const architecture = architectureOf(c);
  return {
    model_type: architecture,
    ...bartConfig({
      ...{ ...c, architecture, dropout, attentionDropout, longest: positions },
      vocabulary: c.targetVocabulary,
      // Gates are refused.
      activation: (c.activation ?? "relu") as Activation,
      scaleEmbedding: true,
      tieEmbeddings: c.tie === "all",
    }),
    pad_token_id: pad,
    bos_token_id: bos,
    eos_token_id: eos,
    // Their own models start decoding with padding or another token, Heed's with <s>.
    decoder_start_token_id: bos,
    forced_eos_token_id: eos,
    use_cache: true,
    ...lastKeys(kinds),
  };
}

function generationConfigJson({ config, tokenizer }: ExportableModel): object {
  const { pad, bos, eos } = tokenizer.special;
  return {
    pad_token_id: pad,
    bos_token_id: bos,
    eos_token_id: eos,
    decoder_start_token_id: bos,
    bad_words_ids: [[pad]],
    forced_eos_token_id: eos,
    max_length: config.maxLength,
    num_beams: 1,
  };
}
