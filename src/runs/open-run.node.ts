import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TaskName } from "../config/families/family.ts";
import { heedError } from "../errors.ts";
import { directoryFiles } from "./files.node.ts";
import {
  assembleExported,
  assembleRun,
  CONFIG_FILE,
  EXPORTED_CONFIG,
  type OpenedRun,
  type OpenedRunOf,
  runOf,
  WEIGHTS_FILE,
} from "./open-run.ts";

/**
 * Reads a run directory, or a folder that `heed export` wrote.
 *
 * @throws ERR_INPUT when it holds no trained run; ERR_MODEL naming every tensor that is missing, extra or of another shape.
 */
export function openRun(directory: string): OpenedRun {
  const [config, weights] = [CONFIG_FILE, WEIGHTS_FILE].map((name) => join(directory, name)) as [
    string,
    string,
  ];
  if (isExported(directory)) return assembleExported(readFileSync(weights), directoryFiles(directory));
  for (const file of [config, weights]) {
    if (existsSync(file)) continue;
    const remedy = "give the directory that `heed train --run` wrote";
    throw heedError("ERR_INPUT", { where: directory, cause: `${file} does not exist`, remedy });
  }
  return assembleRun(readFileSync(config, "utf8"), readFileSync(weights), directoryFiles(directory));
}

/** Whether a folder has Hugging Face's layout, and is no run. */
export const isExported = (directory: string): boolean =>
  !existsSync(join(directory, CONFIG_FILE)) &&
  [EXPORTED_CONFIG, WEIGHTS_FILE].every((name) => existsSync(join(directory, name)));

/**
 * Reads a run directory of one task.
 *
 * @throws as `openRun`; ERR_INPUT for a run of another task, naming the command to use.
 */
export const openRunOf = <Name extends TaskName>(directory: string, task: Name): OpenedRunOf<Name> =>
  runOf(openRun(directory), task, directory);
