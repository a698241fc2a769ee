import { familyOf } from "../config/families/families.ts";
import { transformerConfig } from "../config/translation-model.ts";
import { heedError } from "../errors.ts";
import type { Adapter } from "../formats/huggingface/adapter.ts";
import { asExportable } from "../formats/huggingface/check.ts";
import { type FamilyModel, familyFolder } from "../formats/huggingface/family-folder.ts";
import { huggingFaceFolder } from "../formats/huggingface/folder.ts";
import type { Files } from "../formats/huggingface/folder-files.ts";
import { classifierFolder } from "../formats/huggingface/own-classifier.ts";
import { asFamiliar } from "../formats/huggingface/own-language-model.ts";
import { plainFolder } from "../formats/onnx/folder.ts";
import type { Quantization } from "../onnx/lower-narrow.ts";
import type { ClassifierRun, LanguageRun, OpenedRun, TranslatorRun } from "./open-run.ts";

/** A folder for Hugging Face's libraries, or plain ONNX graphs for programs of one's own. */
export type ExportFormat = "huggingface" | "onnx";

export interface ExportOptions {
  /** Default: onnx for recurrent networks, which Hugging Face's libraries do not have, else huggingface. */
  readonly format?: ExportFormat | undefined;
  readonly attentions?: boolean;
  readonly quantize?: readonly Quantization[];
  /** Changes of low rank that the weights already contain. */
  readonly adapter?: Adapter | undefined;
  /** Names the run in errors. Default "model". */
  readonly where?: string;
}

const recurrent: readonly string[] = ["lstm", "gru", "marian-ssru"];

/** The format in which a run is exported unless one is asked for. */
export const formatOf = ({ config }: OpenedRun): ExportFormat =>
  recurrent.includes(config.model.kind) ? "onnx" : "huggingface";

/**
 * The files, by path, of the folder that a run is exported as.
 *
 * @throws ERR_MODEL for a model that the format cannot express exactly, naming the key of the configuration.
 */
export function exportedRun(run: OpenedRun, options: ExportOptions = {}): Files {
  const { format = formatOf(run), where = "model" } = options;
  if (format === "onnx") return plainFolder(plainModel(run), options);
  const { kind } = run.config.model;
  if (recurrent.includes(kind)) {
    const cause = `\`model.kind\` is ${kind}, and Hugging Face's libraries have no recurrent networks`;
    throw heedError("ERR_MODEL", { where, cause, remedy: "use --format onnx" });
  }
  const { adapter } = options;
  if (familyOf(kind).isImported) return familyFolder({ ...familyModel(run), adapter }, options);
  if (run.task === "translate") return translatorFolder(run, { ...options, where });
  if (run.task === "generate") return familyFolder({ ...ownLanguageModel(run, where), adapter }, options);
  return classifierFolder(ownClassifier(run), options);
}

function translatorFolder(
  { config, tokenizers, weights }: TranslatorRun,
  { where, ...options }: ExportOptions & { readonly where: string },
): Files {
  const isShared = tokenizers.source === tokenizers.target;
  const vocabularies = { one: isShared, tied: isShared && config.model.tieEmbeddings };
  const model = asExportable(config.model, { where, vocabularies });
  const exported = {
    ...{ config: transformerConfig(model, tokenizers), weights },
    ...{ tokenizer: tokenizers.source, adapter: options.adapter },
  };
  return huggingFaceFolder(exported, { ...options, where });
}

function ownLanguageModel({ config, tokenizer, weights }: LanguageRun, where: string): FamilyModel {
  const found = asFamiliar(config.model, weights, { context: config.data.context, where });
  return { task: "generate", ...found, tokenizer, vocabulary: tokenizer.size };
}

function ownClassifier({ config, model: layer, tokenizer, labels, weights }: ClassifierRun) {
  return { layer, weights, tokenizer, labels, longest: config.data.maxTokens };
}

/** A run of a kind that is a family's. */
function familyModel(run: OpenedRun): FamilyModel {
  const { weights } = run;
  if (run.task === "translate") {
    const { config, model: layer, tokenizers } = run;
    const { source: tokenizer } = tokenizers;
    const { model } = config;
    return {
      ...{ task: run.task, model, layer, weights, tokenizer },
      ...{ longest: model.maxLength, vocabulary: tokenizer.size },
    };
  }
  const { tokenizer } = run;
  const common = { model: run.config.model, weights, tokenizer, vocabulary: tokenizer.size };
  if (run.task === "generate")
    return { ...common, task: run.task, layer: run.model, longest: run.config.data.context };
  const { labels } = run;
  return { ...common, task: run.task, layer: run.model, labels, longest: run.config.data.maxTokens };
}

/** A run of any kind, for plain graphs. */
function plainModel(run: OpenedRun): Parameters<typeof plainFolder>[0] {
  const { weights } = run;
  const { kind } = run.config.model;
  if (run.task === "translate") {
    const { task, model: layer, tokenizers } = run;
    return { kind, weights, task, layer, tokenizers };
  }
  if (run.task === "generate") {
    const { task, model: layer, tokenizer } = run;
    return { kind, weights, task, layer, tokenizer };
  }
  const { task, model: layer, tokenizer, labels } = run;
  return { kind, weights, task, layer, tokenizer, labels, longest: run.config.data.maxTokens };
}
