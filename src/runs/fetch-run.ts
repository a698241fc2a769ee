import { classifierModel } from "../config/classifier-model.ts";
import type { TaskName } from "../config/families/family.ts";
import { languageModel } from "../config/language-model.ts";
import { type ModelSettings, readPlainConfig } from "../config/plain.ts";
import { translationModel } from "../config/translation-model.ts";
import { heedError } from "../errors.ts";
import { LABELS, readLabels } from "../tasks/classify/labels.ts";
import type { RunFiles } from "../tasks/run-files.ts";
import { idsFile, separate, shared } from "../tasks/tokenizer-names.ts";
import type { Tokenizers } from "../text/tokenizer.ts";
import { tokenizerFromJson } from "../text/tokenizer-json.ts";
import { CONFIG_FILE, MODEL_CONFIG, WEIGHTS_FILE } from "./file-names.ts";
import { fittingWeights } from "./fitting-weights.ts";
import { type FileStore, type RemoteFiles, type RemoteOptions, remoteFiles } from "./remote-files.ts";
import { type Runnable, type RunnableOf, runnableOf } from "./runnable.ts";

/**
 * Loads a run, or a model folder of Hugging Face's library, from a server. A run that Heed trained takes nothing but its
 * layers; for another, the readers of its formats are loaded as well.
 *
 * @throws ERR_INPUT when the address has neither, cannot be reached, or has a model of another task; ERR_MODEL for files that
 *   are damaged; ERR_CONFIG.
 */
export async function fetchRun<Name extends TaskName>(
  from: URL,
  task: Name,
  options: RemoteOptions = {},
  store?: FileStore,
): Promise<RunnableOf<Name>> {
  const remote = remoteFiles(from, options, store);
  const config = await remote.bytes(CONFIG_FILE);
  if (!config) return runnableOf(await fetchModelFolder(remote), task, remote.where);
  const text = new TextDecoder().decode(config);
  const settings = readPlainConfig(text);
  if (settings) runnableOf(settings, task, remote.where);
  const [weights, files] = await Promise.all([weightsOf(remote), runFiles(remote, settings)]);
  if (settings) return runnableOf(assembled(settings, weights, files), task, remote.where);
  const { assembleRun } = await import("./open-run.ts");
  return runnableOf(assembleRun(text, weights, files), task, remote.where);
}

/** A run whose configuration was plain. */
function assembled(config: ModelSettings, bytes: Uint8Array, files: RunFiles): Runnable {
  const tokenizers = readPlainTokenizers(files);
  const { source: tokenizer } = tokenizers;
  const where = `${files.where}/${WEIGHTS_FILE}`;
  switch (config.task) {
    case "translate": {
      const model = translationModel(config.model, tokenizers);
      return { task: config.task, config, model, tokenizers, weights: fittingWeights(bytes, model, where) };
    }
    case "generate": {
      const model = languageModel(config, tokenizer.size);
      return { task: config.task, config, model, tokenizer, weights: fittingWeights(bytes, model, where) };
    }
    case "classify": {
      const labels = readLabels(files);
      const model = classifierModel(config, { vocabulary: tokenizer.size, labels: labels.length });
      const weights = fittingWeights(bytes, model, where);
      return { task: config.task, config, model, tokenizer, labels, weights };
    }
  }
}

/** As `readTokenizers`, without those of imported models. */
function readPlainTokenizers(files: RunFiles): Tokenizers {
  const read = (name: string) => tokenizerFromJson(files.json(name), `${files.where}/${name}`);
  if (files.has(separate.source)) return { source: read(separate.source), target: read(separate.target) };
  const source = read(shared);
  return { source, target: source };
}

async function weightsOf({ bytes, where }: RemoteFiles): Promise<Uint8Array> {
  const weights = await bytes(WEIGHTS_FILE);
  if (weights) return weights;
  const remedy = "serve the whole folder of the run or of the exported model";
  throw heedError("ERR_INPUT", { where, cause: `has no ${WEIGHTS_FILE}`, remedy });
}

/** The files of a run beside its weights; which there are, its configuration says if it was plain. */
async function runFiles(remote: RemoteFiles, settings: ModelSettings | undefined): Promise<RunFiles> {
  const withIds = (name: string): string[] => (settings ? [name] : [name, idsFile(name)]);
  const names = withIds(shared);
  if (settings?.task !== "translate" && settings?.task !== "generate") names.push(LABELS);
  const files = await fetchJson(remote, names);
  if (files.has(shared)) return files;
  const sides = await fetchJson(remote, Object.values(separate).flatMap(withIds));
  return sides.has(separate.source) ? sides : files;
}

async function fetchModelFolder(remote: RemoteFiles): Promise<Runnable> {
  const names = [MODEL_CONFIG, shared, "tokenizer_config.json", "generation_config.json"];
  const files = await fetchJson(remote, names);
  if (!files.has(MODEL_CONFIG)) {
    const cause = `has neither ${CONFIG_FILE} nor ${MODEL_CONFIG}`;
    const remedy = "give the address of a run's folder, or of an exported model's";
    throw heedError("ERR_INPUT", { where: remote.where, cause, remedy });
  }
  const [weights, { assembleModelFolder }] = await Promise.all([
    weightsOf(remote),
    import("./model-folder.ts"),
  ]);
  return assembleModelFolder(weights, files);
}

/** The JSON files that a server has of some names. */
async function fetchJson(remote: RemoteFiles, names: readonly string[]): Promise<RunFiles> {
  const { where } = remote;
  const contents = await Promise.all(names.map(async (name) => [name, await remote.bytes(name)] as const));
  const found = new Map(contents.flatMap(([name, bytes]) => (bytes ? [[name, bytes] as const] : [])));
  return {
    where,
    has: (name) => found.has(name),
    json: (name) => {
      try {
        return JSON.parse(new TextDecoder().decode(found.get(name))) as unknown;
      } catch (cause) {
        const problem = found.has(name) ? "cannot be read as JSON" : "is missing";
        throw heedError("ERR_MODEL", { where: `${where}/${name}`, cause: problem }, cause);
      }
    },
  };
}
