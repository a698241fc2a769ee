import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import { decodeSafetensors, type NamedTensor } from "../formats/safetensors.ts";
import type { Classifier } from "../models/classifier.ts";
import type { Decoder, Seq2Seq } from "../models/seq2seq.ts";
import { build, type Layer } from "../nn/layer.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { classifierModel } from "./classification.ts";
import { readLabels } from "./classify-task.node.ts";
import type { ClassifyConfig, Config, GenerateConfig, TaskName, TranslateConfig } from "./config.ts";
import { languageModel } from "./language.ts";
import { parseConfig } from "./parse-config.ts";
import { readTokenizer, readTokenizers } from "./run-tokenizers.node.ts";
import { type Tokenizers, translationModel } from "./translation.ts";

/** A trained model as it lies in its run directory. */
export type OpenedRun = TranslatorRun | LanguageRun | ClassifierRun;

export interface TranslatorRun {
  readonly task: "translate";
  readonly config: TranslateConfig;
  readonly tokenizers: Tokenizers;
  readonly model: Layer<Seq2Seq>;
  readonly weights: ReadonlyMap<string, NamedTensor>;
}

export interface LanguageRun {
  readonly task: "generate";
  readonly config: GenerateConfig;
  readonly tokenizer: Tokenizer;
  readonly model: Layer<Decoder>;
  readonly weights: ReadonlyMap<string, NamedTensor>;
}

export interface ClassifierRun {
  readonly task: "classify";
  readonly config: ClassifyConfig;
  readonly tokenizer: Tokenizer;
  readonly labels: readonly string[];
  readonly model: Layer<Classifier>;
  readonly weights: ReadonlyMap<string, NamedTensor>;
}

/**
 * Reads a run directory.
 *
 * @throws ERR_INPUT when there is none; ERR_MODEL naming every tensor that is missing, extra or of another shape.
 */
export function openRun(directory: string): OpenedRun {
  const configFile = join(directory, "config.yaml");
  const weightsFile = join(directory, "model.safetensors");
  for (const file of [configFile, weightsFile]) {
    if (existsSync(file)) continue;
    const remedy = "give the directory that `heed train --run` wrote";
    throw heedError("ERR_INPUT", { where: directory, cause: `${file} does not exist`, remedy });
  }
  const described = describe(directory, parseConfig(readFileSync(configFile, "utf8"), configFile));
  const weights = decodeSafetensors(readFileSync(weightsFile), weightsFile);
  const faults: string[] = [];
  const { parameters } = build<unknown>(described.model);
  for (const [name, { spec }] of parameters) {
    const found = weights.get(name);
    if (!found) faults.push(`${name} is missing`);
    else if (`${found.shape}` !== `${spec.shape}`)
      faults.push(`${name} is [${found.shape}] and should be [${spec.shape}]`);
  }
  for (const name of weights.keys())
    if (!parameters.has(name)) faults.push(`${name} is not part of the model`);
  if (faults.length > 0) throw heedError("ERR_MODEL", { where: weightsFile, cause: faults.join(", ") });
  return { ...described, weights };
}

type Described =
  | Omit<TranslatorRun, "weights">
  | Omit<LanguageRun, "weights">
  | Omit<ClassifierRun, "weights">;

function describe(directory: string, config: Config): Described {
  switch (config.task) {
    case "translate": {
      const tokenizers = readTokenizers(directory);
      return { task: config.task, config, tokenizers, model: translationModel(config.model, tokenizers) };
    }
    case "generate": {
      const tokenizer = readTokenizer(directory);
      return { task: config.task, config, tokenizer, model: languageModel(config, tokenizer.size) };
    }
    case "classify": {
      const tokenizer = readTokenizer(directory);
      const labels = readLabels(directory);
      const model = classifierModel(config, { vocabulary: tokenizer.size, labels: labels.length });
      return { task: config.task, config, tokenizer, labels, model };
    }
  }
}

const made = { translate: "a translator", generate: "a language model", classify: "a classifier" } as const;

/**
 * Reads a run directory of one task.
 *
 * @throws as `openRun`; ERR_INPUT for a run of another task, saying which command it is for.
 */
export function openRunOf<T extends TaskName>(directory: string, task: T): OpenedRun & { readonly task: T } {
  const run = openRun(directory);
  if (isOf(run, task)) return run;
  const cause = `this run is ${made[run.task]}, not ${made[task]}`;
  throw heedError("ERR_INPUT", { where: directory, cause, remedy: `use \`heed ${run.task}\`` });
}

const isOf = <T extends TaskName>(run: OpenedRun, task: T): run is OpenedRun & { readonly task: T } =>
  run.task === task;
