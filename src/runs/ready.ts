/** Trained models that take and give text. */
import { openGenerator } from "../decoding/generator.ts";
import { type TextGenerator, textGenerator } from "../decoding/text-generator.ts";
import { openTranslator, type Translator } from "../decoding/translator.ts";
import type { TranslatorOptions } from "../decoding/translator-options.ts";
import { heedError } from "../errors.ts";
import type { Device } from "../runtime/devices.ts";
import type { Engine } from "../runtime/engine.ts";
import { openJudge } from "../tasks/classify/judge.ts";
import { type TextClassifier, textClassifier } from "../tasks/classify/text-classifier.ts";
import type { RemoteOptions } from "./remote-files.ts";
import type { RunnableOf } from "./runnable.ts";

export interface ReadyOptions extends RemoteOptions {
  /** Where to compute. Default "auto": see `openEngine`. */
  readonly device?: Device;
  /** An engine that is open, in place of a device. */
  readonly engine?: Engine;
  /** Receives one line when a slower runtime or device is used instead. Default: no warning. */
  readonly onWarning?: (line: string) => void;
}

/** How to translate: what the run was configured with, unless given here. */
export type TranslatingOptions = Omit<
  TranslatorOptions,
  "engine" | "model" | "weights" | "source" | "target" | "maxLength"
>;

/** Whether a model is named by where it is. */
export const isPlace = (from: object | string): from is string | URL =>
  typeof from === "string" || from instanceof URL;

/** The engine of the options. @throws ERR_USAGE for an engine and a device. */
export async function engineOf<Options extends ReadyOptions>(
  { engine, ...options }: Options,
  open: (device: Device | undefined, options: Omit<Options, "engine">) => Promise<Engine>,
): Promise<Engine> {
  if (!engine) return open(options.device, options);
  if (options.device === undefined) return engine;
  const cause = "has no effect beside an engine that is open";
  throw heedError("ERR_USAGE", { where: "device", cause, remedy: "leave out one of the two" });
}

/**
 * A translator over a run that is open, which searches as the run was configured unless `options` say otherwise.
 *
 * @throws as `openTranslator`.
 */
export function translatorOver(
  { model, weights, tokenizers, config }: RunnableOf<"translate">,
  engine: Engine,
  options: TranslatingOptions = {},
): Promise<Translator> {
  const { maxLength } = config.model;
  return openTranslator({ engine, model, weights, ...tokenizers, maxLength, ...config.decoding, ...options });
}

/** A generator of text over a run. */
export async function generatorOver(
  { model, weights, tokenizer, config }: RunnableOf<"generate">,
  engine: Engine,
): Promise<TextGenerator> {
  const { context } = config.data;
  return textGenerator(await openGenerator({ engine, model, weights, context }), tokenizer);
}

/** A classifier of texts over a run. @throws ERR_INPUT for an encoder without labels. */
export async function classifierOver(
  { model, weights, tokenizer, labels, config }: RunnableOf<"classify">,
  engine: Engine,
  where: string,
): Promise<TextClassifier> {
  if (labels.length === 0) {
    const [cause, remedy] = ["this is an encoder without labels", "use openEmbedder of heed/tasks"];
    throw heedError("ERR_INPUT", { where, cause, remedy });
  }
  const judge = await openJudge({ engine, model, padding: tokenizer.special.pad, constants: weights });
  return textClassifier(judge, { tokenizer, labels, maxTokens: config.data.maxTokens });
}
