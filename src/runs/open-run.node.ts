import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TaskName } from "../config/families/family.ts";
import { heedError } from "../errors.ts";
import { readModelFolder } from "../formats/huggingface/import/folder.node.ts";
import { marianModelIn } from "../formats/marian/folder.node.ts";
import { CONFIG_FILE, MODEL_CONFIG, WEIGHTS_FILE } from "./file-names.ts";
import { directoryFiles } from "./files.node.ts";
import { readModelRun } from "./model-folder.ts";
import { assembleRun, type OpenedRun, type OpenedRunOf, runOf } from "./open-run.ts";
import { readSmallText, readWhole } from "./read-file.node.ts";
import { checkSeal } from "./seal.node.ts";

/**
 * Reads a run directory, or a model folder of Hugging Face's library, which `heed export` writes too.
 *
 * @throws ERR_INPUT when it holds no trained run; ERR_MODEL for weights that have changed since they were saved, and naming
 *   every tensor that is missing, extra, of another shape or not a number.
 */
export function openRun(directory: string): OpenedRun {
  const [config, weights] = [CONFIG_FILE, WEIGHTS_FILE].map((name) => join(directory, name)) as [
    string,
    string,
  ];
  if (isModelFolder(directory)) return readModelRun(readModelFolder(directory)).run;
  for (const file of [config, weights]) {
    if (existsSync(file)) continue;
    const remedy = "give the directory that `heed train --run` wrote";
    throw heedError("ERR_INPUT", { where: directory, cause: `${file} does not exist`, remedy });
  }
  const bytes = readWhole(weights);
  checkSeal(bytes, weights);
  return assembleRun(readSmallText(config), bytes, directoryFiles(directory));
}

/** Whether a folder has a model of Hugging Face's library or of the Marian toolkit, and is no run. */
export function isModelFolder(directory: string): boolean {
  const has = (name: string): boolean => existsSync(join(directory, name));
  if (has(CONFIG_FILE)) return false;
  return has(MODEL_CONFIG) || (existsSync(directory) && marianModelIn(directory) !== undefined);
}

/**
 * Reads a run directory of one task.
 *
 * @throws as `openRun`; ERR_INPUT for a run of another task, naming the command to use.
 */
export const openRunOf = <Name extends TaskName>(directory: string, task: Name): OpenedRunOf<Name> =>
  runOf(openRun(directory), task, directory);
