import { join } from "node:path";
import { parseConfig } from "../config/parse.ts";
import { printConfig } from "../config/print.ts";
import type { Config } from "../config/schema.ts";
import { HeedError, heedError } from "../errors.ts";
import { writeFolder } from "../formats/folder.node.ts";
import { huggingFaceFamily, modelTypes } from "../formats/huggingface/import/families.ts";
import type { ImportedModel } from "../formats/huggingface/import/family.ts";
import { fieldsOf } from "../formats/huggingface/import/fields.ts";
import { type ModelFolder, readModelFolder } from "../formats/huggingface/import/folder.node.ts";
import { importedWeights, notFinite } from "../formats/huggingface/import/weights.ts";
import { encodeSafetensors } from "../formats/safetensors.ts";
import { build } from "../nn/layer.ts";
import { LABELS } from "../tasks/classify/labels.ts";
import type { RunFiles } from "../tasks/run-files.ts";
import { type DescribedRun, taskOf } from "../tasks/tasks.ts";
import { importedTokenizerFiles } from "../tasks/tokenizers.ts";
import type { TokenizerIds } from "../text/imported-tokenizer.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { tokenizerFromJson } from "../text/tokenizer-json.ts";
import { CONFIG_FILE, WEIGHTS_FILE } from "./open-run.ts";

export interface ImportOptions {
  /** The run directory to write: it must be missing or empty. */
  readonly to: string;
  /** Whether weights that are not finite are an error rather than a warning. Default false. */
  readonly strict?: boolean;
  readonly say?: (message: string) => void;
}

/** What was imported. */
export interface ImportedRun {
  readonly task: Config["task"];
  readonly kind: string;
  readonly parameters: number;
  /** Whether it is an encoder without labels, which only embeds. */
  readonly isEncoder: boolean;
}

/** The weights of a run are one file, which Node reads at once: less than 2 GiB. */
const MOST_PARAMETERS = 2 ** 29 - 2 ** 20;

/** Where an imported run's configuration says that its data comes from: there is none to train on again. */
const DATA = "imported";

/**
 * Writes a run directory from a folder of Hugging Face's library. It appears whole or not at all.
 *
 * @throws ERR_INPUT when the folder cannot be read; ERR_MODEL for a model that Heed's layers cannot express exactly, and
 *   for files that are damaged or hostile; ERR_CREATE, ERR_IO when the run cannot be written.
 */
export function importRun(directory: string, { to, strict = false, say }: ImportOptions): ImportedRun {
  const folder = readModelFolder(directory);
  const { model, tokenizer, isHeeds } = readModel(folder);
  const config = configOf(model, join(directory, "config.json"));
  const json: Record<string, unknown> = {
    ...(isHeeds ? { "tokenizer.json": tokenizer } : importedTokenizerFiles(tokenizer, idsOf(model, folder))),
    ...(model.labels ? { [LABELS]: model.labels } : {}),
  };
  const described = taskOf(config).describe(config, filesOf(json, directory)) as DescribedRun;
  const { parameters } = build<unknown>(described.model);
  const weights = importedWeights(folder.tensors, parameters, model, join(directory, "model.safetensors"));
  const count = Array.from(weights.values()).reduce((sum, { data }) => sum + data.length, 0);
  if (count > MOST_PARAMETERS) {
    const cause = `has ${count} parameters; a run holds at most ${MOST_PARAMETERS}, as float32`;
    throw heedError("ERR_MODEL", { where: directory, cause });
  }
  const broken = notFinite(weights);
  if (broken.length > 0) {
    const cause = `${broken.slice(0, 5).join(", ")}${broken.length > 5 ? ", …" : ""} ${broken.length > 1 ? "have" : "has"} numbers that are not finite`;
    if (strict)
      throw heedError("ERR_MODEL", { where: directory, cause, remedy: "leave out --strict to import it" });
    say?.(`${directory}: ${cause}`);
  }
  for (const name of notFollowed(folder)) {
    say?.(
      `${join(directory, "generation_config.json")}: ${name} is not followed; see the options of heed ${config.task}`,
    );
  }
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const files = new Map<string, Uint8Array>([
    [CONFIG_FILE, text(printConfig(config))],
    [WEIGHTS_FILE, encodeSafetensors(weights)],
  ]);
  for (const [name, content] of Object.entries(json)) files.set(name, text(JSON.stringify(content)));
  writeFolder(to, files);
  return {
    task: model.task,
    kind: model.model.kind,
    parameters: count,
    isEncoder: model.labels?.length === 0,
  };
}

/** What a folder holds, in Heed's terms. */
function readModel(folder: ModelFolder): { model: ImportedModel; tokenizer: unknown; isHeeds: boolean } {
  const at = (name: string): string => join(folder.directory, name);
  const json = folder.json("config.json");
  const tokenizer = folder.json("tokenizer.json");
  for (const [name, content] of [["config.json", json] as const, ["tokenizer.json", tokenizer] as const]) {
    if (content !== undefined) continue;
    const remedy = "give a folder with config.json, tokenizer.json and model.safetensors";
    throw heedError("ERR_INPUT", { where: folder.directory, cause: `has no ${name}`, remedy });
  }
  const config = fieldsOf(json, at("config.json"));
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
    idOf: idsIn(tokenizer),
  });
  const { pad, bos, eos } = model.special;
  const isOwn =
    own?.size === model.vocabulary &&
    own.special.pad === pad &&
    own.special.bos === bos &&
    own.special.eos === eos;
  return { model, tokenizer, isHeeds: isOwn };
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
function idsOf({ vocabulary: size, special, task }: ImportedModel, folder: ModelFolder): TokenizerIds {
  const tokenizer = folder.json("tokenizer.json");
  const settings = (folder.json("tokenizer_config.json") ?? {}) as Record<string, unknown>;
  const { unk_token: inModel, unk_id: numbered } = ((tokenizer as { model?: unknown } | null)?.model ??
    {}) as {
    unk_token?: unknown;
    unk_id?: unknown;
  };
  const given = settings.unk_token;
  const name =
    inModel ?? (typeof given === "string" ? given : (given as { content?: unknown } | null)?.content);
  const named = typeof name === "string" ? idsIn(tokenizer)(name) : undefined;
  const unk = named ?? (Number.isSafeInteger(numbered) ? (numbered as number) : special.eos);
  const cleansUp = settings.clean_up_tokenization_spaces === true;
  return { size, ...special, unk, addsEnd: task === "generate", cleansUp };
}

/** The complete configuration of an imported model. */
function configOf({ task, model, longest, vocabulary, beam = 1 }: ImportedModel, where: string): Config {
  const data = {
    translate: { train: { pairs: DATA }, valid: { pairs: DATA } },
    generate: { train: { text: DATA }, valid: { text: DATA }, context: longest },
    classify: { train: { labelled: DATA }, valid: { labelled: DATA }, maxTokens: longest },
  }[task];
  const tokenizer = { kind: "imported", vocab: Math.max(5, vocabulary) };
  const decoding = task === "translate" ? { decoding: { beam } } : {};
  try {
    return parseConfig(JSON.stringify({ task, data, tokenizer, model, ...decoding }), where);
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
