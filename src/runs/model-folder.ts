/** Model folders of Hugging Face's library as runs. */
import { parseConfig } from "../config/parse.ts";
import type { Config } from "../config/schema.ts";
import { HeedError, heedError } from "../errors.ts";
import { huggingFaceFamily, modelTypes } from "../formats/huggingface/families/families.ts";
import type { ImportedModel, ModelFolder } from "../formats/huggingface/families/family.ts";
import { fieldsOf } from "../formats/huggingface/import/fields.ts";
import { type TokenizerJsons, tokenizersOf } from "../formats/huggingface/import/tokenizer-files.ts";
import { importedWeights } from "../formats/huggingface/import/weights.ts";
import { build } from "../nn/layer.ts";
import { LABELS } from "../tasks/classify/labels.ts";
import type { RunFiles } from "../tasks/run-files.ts";
import { type DescribedRun, taskOf } from "../tasks/tasks.ts";
import { importedTokenizerFiles } from "../tasks/tokenizers.ts";
import type { TokenizerIds } from "../text/imported-tokenizer.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { tokenizerFromJson } from "../text/tokenizer-json.ts";
import { codec } from "./codec.ts";
import { MODEL_CONFIG, WEIGHTS_FILE } from "./file-names.ts";
import type { OpenedRun } from "./open-run.ts";

/** A model folder as a run, in memory. */
export interface ModelRun {
  readonly run: OpenedRun;
  /** The JSON files beside the configuration and the weights, by name. */
  readonly files: Readonly<Record<string, unknown>>;
  /** Settings of generation_config.json that change what is written and that a run does not keep. */
  readonly notFollowed: readonly string[];
  /** Whether it is an encoder without labels, which only embeds. */
  readonly isEncoder: boolean;
}

/** Where the configuration says that the data comes from: there is none to train on again. */
const DATA = "imported";

/**
 * Opens a model folder of Hugging Face's library, which `heed export` writes too, without importing it first.
 *
 * @param weights  Its model.safetensors.
 * @throws as `readModelRun`; ERR_MODEL for damaged weights.
 */
export function assembleModelFolder(weights: Uint8Array, { where, has, json }: RunFiles): OpenedRun {
  const tensors = codec.decode(weights, `${where}/${WEIGHTS_FILE}`);
  return readModelRun({ where, tensors, json: (name) => (has(name) ? json(name) : undefined) }).run;
}

/**
 * The run that a model folder makes. What `heed export` wrote is a `transformer` again, its weights to the bit.
 *
 * @throws ERR_INPUT when config.json or tokenizer.json is missing; ERR_MODEL for a model that Heed's layers cannot express
 *   exactly, and for files that are damaged or hostile.
 */
export function readModelRun(folder: ModelFolder): ModelRun {
  const { where } = folder;
  const { model, tokenizers, isHeeds } = readModel(folder);
  const { source, target } = tokenizers;
  const sides = {
    source: { json: source, ids: idsOf(model, folder, source, target !== undefined) },
    ...(target === undefined ? {} : { target: { json: target, ids: idsOf(model, folder, target) } }),
  };
  const config = configOf(model, `${where}/${MODEL_CONFIG}`);
  const files: Record<string, unknown> = {
    ...(isHeeds ? { "tokenizer.json": source } : importedTokenizerFiles(sides)),
    ...(model.labels ? { [LABELS]: model.labels } : {}),
  };
  const described = taskOf(config).describe(config, filesOf(files, where)) as DescribedRun;
  const { parameters } = build<unknown>(described.model);
  const weights = importedWeights(folder.tensors, parameters, model, `${where}/${WEIGHTS_FILE}`);
  const run = { ...described, weights } as OpenedRun;
  return { run, files, notFollowed: notFollowed(folder), isEncoder: model.labels?.length === 0 };
}

/** What a folder holds, in Heed's terms. */
function readModel(folder: ModelFolder): {
  model: ImportedModel;
  tokenizers: TokenizerJsons;
  isHeeds: boolean;
} {
  const at = (name: string): string => `${folder.where}/${name}`;
  const json = folder.json(MODEL_CONFIG);
  const absent = (name: string): never => {
    const remedy = "give a folder with config.json, tokenizer.json and model.safetensors";
    throw heedError("ERR_INPUT", { where: folder.where, cause: `has no ${name}`, remedy });
  };
  if (json === undefined) absent(MODEL_CONFIG);
  const tokenizers = tokenizersOf(folder) ?? absent("tokenizer.json");
  const tokenizer = tokenizers.target ?? tokenizers.source;
  const config = fieldsOf(json, at(MODEL_CONFIG));
  const family = huggingFaceFamily(config.text("model_type"));
  if (!family) {
    const cause = `there is no family "${config.text("model_type").slice(0, 40)}"`;
    return config.refuse(cause, `import one of ${modelTypes.join(", ")}`);
  }
  const own = ownTokenizer(tokenizer);
  const model = family.read({
    config,
    generation: fieldsOf(folder.json("generation_config.json") ?? {}, at("generation_config.json")),
    tokenizer: fieldsOf(folder.json("tokenizer_config.json") ?? {}, at("tokenizer_config.json")),
    tensors: folder.tensors,
    isHeeds: own !== undefined,
    isTwofold: tokenizers.target !== undefined,
    idOf: idsIn(tokenizer),
  });
  const { pad, bos, eos } = model.special;
  const isOwn =
    own?.size === model.vocabulary &&
    own.special.pad === pad &&
    own.special.bos === bos &&
    // A language model that was trained here has none that ends its texts.
    (own.special.eos === eos || (model.task === "generate" && !config.has("eos_token_id")));
  return { model, tokenizers, isHeeds: isOwn };
}

/** The tokenizer of a file that Heed wrote; undefined for any other. */
function ownTokenizer(json: unknown): Tokenizer | undefined {
  try {
    return tokenizerFromJson(json);
  } catch {
    return undefined;
  }
}

/** Looks up the ids of pieces in a tokenizer.json that is not checked yet. */
function idsIn(tokenizer: unknown): (content: string) => number | undefined {
  const { added_tokens: added, model } = (tokenizer ?? {}) as {
    added_tokens?: unknown;
    model?: { vocab?: unknown };
  };
  const { vocab } = model ?? {};
  return (content) => {
    const token = Array.isArray(added)
      ? added.find((each: { content?: unknown } | null) => each?.content === content)
      : undefined;
    const listed = Array.isArray(vocab)
      ? vocab.findIndex((entry: unknown) => Array.isArray(entry) && entry[0] === content)
      : typeof vocab === "object" && vocab !== null && Object.hasOwn(vocab, content)
        ? (vocab as Record<string, unknown>)[content]
        : undefined;
    const id: unknown = token?.id ?? listed;
    return Number.isSafeInteger(id) && (id as number) >= 0 ? (id as number) : undefined;
  };
}

/** Settings of generation_config.json that change what is written and that a run does not keep. */
function notFollowed(folder: ModelFolder): string[] {
  const plain: Readonly<Record<string, unknown>> = {
    ...{ no_repeat_ngram_size: 0, repetition_penalty: 1, length_penalty: 1, min_length: 0, do_sample: false },
    ...{
      encoder_no_repeat_ngram_size: 0,
      num_beam_groups: 1,
      suppress_tokens: null,
      begin_suppress_tokens: null,
    },
  };
  const given = (folder.json("generation_config.json") ?? {}) as Record<string, unknown>;
  return Object.keys(plain).filter((name) => (given[name] ?? plain[name]) !== plain[name]);
}

/** What the run keeps about ids beside tokenizer.json. */
function idsOf(
  { vocabulary, sourceVocabulary = vocabulary, special: given, task }: ImportedModel,
  folder: ModelFolder,
  tokenizer: unknown,
  isSource = false,
): TokenizerIds {
  const idIn = idsIn(tokenizer);
  const size = isSource ? sourceVocabulary : vocabulary;
  const { pad, eos } = given;
  // A source's vocabulary of its own may number them otherwise; what a text begins with, only the target needs.
  const own = { pad: idIn("<pad>") ?? pad, eos: idIn("</s>") ?? eos };
  const special = isSource ? { ...own, bos: own.eos } : given;
  const settings = (folder.json("tokenizer_config.json") ?? {}) as Record<string, unknown>;
  const { unk_token: inModel, unk_id: numbered } = ((tokenizer as { model?: unknown } | null)?.model ??
    {}) as {
    unk_token?: unknown;
    unk_id?: unknown;
  };
  const usual = settings.unk_token;
  const name =
    inModel ?? (typeof usual === "string" ? usual : (usual as { content?: unknown } | null)?.content);
  const named = typeof name === "string" ? idIn(name) : undefined;
  const unk = named ?? (Number.isSafeInteger(numbered) ? (numbered as number) : special.eos);
  const cleansUp = settings.clean_up_tokenization_spaces === true;
  return { size, ...special, unk, addsEnd: task === "generate", cleansUp };
}

/** The complete configuration of an imported model. */
function configOf(
  { task, model, longest, vocabulary, beam, guidedHead }: ImportedModel,
  where: string,
): Config {
  const data = {
    translate: { train: { pairs: DATA }, valid: { pairs: DATA } },
    generate: { train: { text: DATA }, valid: { text: DATA }, context: longest },
    classify: { train: { labelled: DATA }, valid: { labelled: DATA }, maxTokens: longest },
  }[task];
  const tokenizer = { kind: "imported", vocab: Math.max(5, vocabulary) };
  const decoding = task === "translate" && beam !== undefined ? { decoding: { beam } } : {};
  const guidedAlignment = { links: DATA, head: guidedHead };
  const training = guidedHead === undefined ? {} : { training: { guidedAlignment } };
  try {
    return parseConfig(JSON.stringify({ task, data, tokenizer, model, ...decoding, ...training }), where);
  } catch (error) {
    // Not a configuration of the user's: the folder's own does not fit together.
    if (!(error instanceof HeedError) || error.code !== "ERR_CONFIG") throw error;
    throw new HeedError("ERR_MODEL", error.message, { cause: error });
  }
}

/** Files that are not written yet. */
const filesOf = (json: Readonly<Record<string, unknown>>, where: string): RunFiles => ({
  where,
  has: (name) => Object.hasOwn(json, name),
  json: (name) => json[name],
});
