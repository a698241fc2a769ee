import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import { decodeSafetensors, type NamedTensor } from "../formats/safetensors.ts";
import type { Seq2Seq } from "../models/seq2seq.ts";
import { build, type Layer } from "../nn/layer.ts";
import type { Config } from "./config.ts";
import { parseConfig } from "./parse-config.ts";
import { readTokenizers } from "./run-tokenizers.node.ts";
import { type Tokenizers, translationModel } from "./translation.ts";

/** A trained translator as it lies in its run directory. */
export interface OpenedRun {
  readonly config: Config;
  readonly tokenizers: Tokenizers;
  readonly model: Layer<Seq2Seq>;
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
  const config = parseConfig(readFileSync(configFile, "utf8"), configFile);
  const tokenizers = readTokenizers(directory);
  const model = translationModel(config.model, tokenizers);
  const weights = decodeSafetensors(readFileSync(weightsFile), weightsFile);
  const faults: string[] = [];
  const { parameters } = build(model);
  for (const [name, { spec }] of parameters) {
    const found = weights.get(name);
    if (!found) faults.push(`${name} is missing`);
    else if (`${found.shape}` !== `${spec.shape}`)
      faults.push(`${name} is [${found.shape}] and should be [${spec.shape}]`);
  }
  for (const name of weights.keys())
    if (!parameters.has(name)) faults.push(`${name} is not part of the model`);
  if (faults.length > 0) throw heedError("ERR_MODEL", { where: weightsFile, cause: faults.join(", ") });
  return { config, tokenizers, model, weights };
}
