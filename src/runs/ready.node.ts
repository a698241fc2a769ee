/** Trained models by their folder or address, ready to use in Node. */
import { fileURLToPath } from "node:url";
import type { TaskName } from "../config/families/family.ts";
import type { TextGenerator } from "../decoding/text-generator.ts";
import { openTranslator as openTranslatorOver, type Translator } from "../decoding/translator.ts";
import type { TranslatorOptions } from "../decoding/translator-options.ts";
import type { Engine } from "../runtime/engine.ts";
import { openEngine } from "../runtime/open-engine.node.ts";
import type { TextClassifier } from "../tasks/classify/text-classifier.ts";
import { fetchRun } from "./fetch-run.ts";
import { openRun } from "./open-run.node.ts";
import {
  classifierOver,
  engineOf,
  generatorOver,
  isPlace,
  type ReadyOptions,
  type TranslatingOptions,
  translatorOver,
} from "./ready.ts";
import { type RunnableOf, runnableOf } from "./runnable.ts";

export type { ReadyOptions as OpenOptions } from "./ready.ts";

/**
 * Opens a translator by the folder or the https address of a run, or of a model folder of Hugging Face's library. Or over a
 * model and its weights.
 *
 * @throws ERR_INPUT when there is no translator, or the address cannot be reached; ERR_MODEL for damaged files; ERR_USAGE for
 *   an option outside its range; as `openEngine`.
 */
export function openTranslator(
  from: string | URL,
  options?: ReadyOptions & TranslatingOptions,
): Promise<Translator>;
export function openTranslator(options: TranslatorOptions): Promise<Translator>;
export async function openTranslator(
  from: string | URL | TranslatorOptions,
  options: ReadyOptions & TranslatingOptions = {},
): Promise<Translator> {
  if (!isPlace(from)) return openTranslatorOver(from);
  const [run, engine] = await load(from, "translate", options);
  return translatorOver(run, engine, options);
}

/** Opens a language model by its folder or address, as `openTranslator` a translator. That of `heed/decoding` writes tokens. */
export async function openGenerator(from: string | URL, options: ReadyOptions = {}): Promise<TextGenerator> {
  return generatorOver(...(await load(from, "generate", options)));
}

/** Opens a classifier by its folder or address, as `openTranslator` a translator. */
export async function openClassifier(
  from: string | URL,
  options: ReadyOptions = {},
): Promise<TextClassifier> {
  return classifierOver(...(await load(from, "classify", options)), String(from));
}

function load<Name extends TaskName>(
  from: string | URL,
  task: Name,
  options: ReadyOptions,
): Promise<[RunnableOf<Name>, Engine]> {
  return Promise.all([runAt(from, task, options), engineOf(options, openEngine)]);
}

async function runAt<Name extends TaskName>(
  from: string | URL,
  task: Name,
  options: ReadyOptions,
): Promise<RunnableOf<Name>> {
  if (/^https?:/i.test(String(from))) return fetchRun(new URL(from), task, options);
  const directory = /^file:/i.test(String(from)) ? fileURLToPath(from) : String(from);
  return runnableOf(openRun(directory), task, directory);
}
