/** Trained models by their address, ready to use in a page or a worker. */
import type { TaskName } from "../config/families/family.ts";
import type { TextGenerator } from "../decoding/text-generator.ts";
import { openTranslator as openTranslatorOver, type Translator } from "../decoding/translator.ts";
import type { TranslatorOptions } from "../decoding/translator-options.ts";
import type { Engine } from "../runtime/engine.ts";
import { type OpenEngineOptions, openEngine } from "../runtime/open-engine.web.ts";
import type { TextClassifier } from "../tasks/classify/text-classifier.ts";
import { fetchRun } from "./fetch-run.ts";
import { openFileStore } from "./file-store.web.ts";
import {
  classifierOver,
  engineOf,
  generatorOver,
  isPlace,
  type ReadyOptions,
  type TranslatingOptions,
  translatorOver,
} from "./ready.ts";
import type { RunnableOf } from "./runnable.ts";

export interface OpenOptions extends ReadyOptions, OpenEngineOptions {
  /**
   * Whether files stay in the page's cache. At the next visit the server is asked for its versions, and what has not changed
   * is not loaded again. Default true.
   */
  readonly cache?: boolean;
}

/**
 * Opens a translator by the address of a run, or of a model folder of Hugging Face's library; relative addresses are those
 * of the page. Or over a model and its weights.
 *
 * @throws ERR_INPUT when the address has no translator, or cannot be reached; ERR_MODEL for damaged files; ERR_USAGE for an
 *   option outside its range; as `openEngine`.
 */
export function openTranslator(
  from: string | URL,
  options?: OpenOptions & TranslatingOptions,
): Promise<Translator>;
export function openTranslator(options: TranslatorOptions): Promise<Translator>;
export async function openTranslator(
  from: string | URL | TranslatorOptions,
  options: OpenOptions & TranslatingOptions = {},
): Promise<Translator> {
  if (!isPlace(from)) return openTranslatorOver(from);
  const [run, engine] = await load(from, "translate", options);
  return translatorOver(run, engine, options);
}

/** Opens a language model by its address, as `openTranslator` a translator. That of `heed/decoding` writes tokens. */
export async function openGenerator(from: string | URL, options: OpenOptions = {}): Promise<TextGenerator> {
  return generatorOver(...(await load(from, "generate", options)));
}

/** Opens a classifier by its address, as `openTranslator` a translator. */
export async function openClassifier(from: string | URL, options: OpenOptions = {}): Promise<TextClassifier> {
  return classifierOver(...(await load(from, "classify", options)), String(from));
}

/** Loads a model and, meanwhile, its engine. */
async function load<Name extends TaskName>(
  from: string | URL,
  task: Name,
  options: OpenOptions,
): Promise<[RunnableOf<Name>, Engine]> {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const store = options.cache === false ? undefined : await openFileStore();
  const run = fetchRun(new URL(from, location?.href), task, options, store);
  return Promise.all([run, engineOf(options, openEngine)]);
}
