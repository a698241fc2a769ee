import type { TaskName } from "../config/families/family.ts";
import { parseConfig } from "../config/parse.ts";
import { heedError } from "../errors.ts";
import type { NamedTensor } from "../formats/safetensors.ts";
import type { RunFiles } from "../tasks/run-files.ts";
import { type DescribedRun, taskOf, tasks } from "../tasks/tasks.ts";
import { CONFIG_FILE, WEIGHTS_FILE } from "./file-names.ts";
import { fittingWeights } from "./fitting-weights.ts";

type WithWeights<Described> = Described & { readonly weights: ReadonlyMap<string, NamedTensor> };

/** A trained model with its weights, as a run stores it. */
export type OpenedRun = DescribedRun extends infer Each
  ? Each extends Each
    ? WithWeights<Each>
    : never
  : never;
export type OpenedRunOf<Name extends TaskName> = Extract<OpenedRun, { readonly task: Name }>;

export type TranslatorRun = OpenedRunOf<"translate">;
export type LanguageRun = OpenedRunOf<"generate">;
export type ClassifierRun = OpenedRunOf<"classify">;

/**
 * Opens a run from its configuration, its weights and the files beside them.
 *
 * @throws ERR_MODEL naming every tensor that is missing, extra or of another shape; ERR_CONFIG.
 */
export function assembleRun(config: string, weights: Uint8Array, files: RunFiles): OpenedRun {
  const parsed = parseConfig(config, `${files.where}/${CONFIG_FILE}`);
  const described = taskOf(parsed).describe(parsed, files) as DescribedRun;
  const tensors = fittingWeights(weights, described.model, `${files.where}/${WEIGHTS_FILE}`);
  return { ...described, weights: tensors } as OpenedRun;
}

/** A run of one task. @throws ERR_INPUT for a run of another task, naming the command to use. */
export function runOf<Name extends TaskName>(run: OpenedRun, task: Name, where: string): OpenedRunOf<Name> {
  if (run.task === task) return run as OpenedRunOf<Name>;
  const cause = `this run is ${tasks[run.task].noun}, not ${tasks[task].noun}`;
  throw heedError("ERR_INPUT", { where, cause, remedy: `use \`heed ${run.task}\`` });
}
