import { join } from "node:path";
import { printConfig } from "../config/print.ts";
import type { Config } from "../config/schema.ts";
import type { NamedTensor } from "../formats/safetensors.ts";
import type { State } from "../runtime/state.ts";
import type { Learner } from "../tasks/task.ts";
import type { Background } from "../training/background.ts";
import { saveCheckpoint } from "./checkpoints.node.ts";
import { codec } from "./codec.ts";
import { syncFile, writeAtomically, writeAtomicallyMeanwhile } from "./durable.node.ts";
import { CONFIG_FILE } from "./file-names.ts";
import { areHealthy } from "./losses.ts";
import { encodeModel, hasModel, modelFiles, modelOf } from "./model-file.node.ts";
import { METRICS } from "./records.ts";
import { healthyStep, type SavedState } from "./resumed-checkpoint.node.ts";
import { sealMeanwhile } from "./seal.node.ts";

export interface SavedRun {
  readonly config: Config;
  readonly directory: string;
  readonly learner: Learner;
  readonly saving: Background;
}

/** Saves a checkpoint, and the model if it is the best. Training continues as soon as the state is copied. */
export async function saveProgress(
  { config, directory, learner, saving }: SavedRun,
  saved: SavedState,
  isBest: boolean,
): Promise<void> {
  const { position } = saved;
  await saving.done();
  const weights = await entriesOf(learner.step.state, learner.step.weights);
  const model = encodeModel(weights);
  const optimizer = codec.encode(await entriesOf(learner.step.state, learner.step.moments));
  const { training } = config;
  const best = (): [path: string, content: Uint8Array][] =>
    training.lora ? modelFiles(directory, weights, training) : [[modelOf(directory), model]];
  const files = isBest ? best() : [];
  await saving.begin(async () => {
    await sealMeanwhile(model);
    syncFile(join(directory, METRICS));
    // A resumed run may have a changed configuration: from now on there is a checkpoint trained with it.
    writeConfig(directory, config);
    await saveCheckpoint(
      directory,
      { step: position.step, model, optimizer, state: saved },
      { ...kept(directory, config, saved), interim: position.validated !== position.step },
    );
    for (const [path, content] of files) await writeAtomicallyMeanwhile(path, content);
  });
}

/** Which checkpoints a run keeps. */
export const kept = (
  directory: string,
  { training: { keep, average } }: Config,
  saved: SavedState,
): { readonly keep: number; readonly spared: readonly number[] } => ({
  keep: Math.max(keep, average),
  spared: sparedSteps(directory, saved),
});

/** The best step while its model is not yet written, and the last healthy one while the loss is running away. */
function sparedSteps(directory: string, { position, losses }: SavedState): number[] {
  const best = hasModel(directory) ? undefined : position.best?.step;
  const healthy = areHealthy(losses ?? {}) ? undefined : healthyStep(directory);
  return [best, healthy].filter((step) => step !== undefined);
}

export function writeConfig(directory: string, config: Config): void {
  writeAtomically(join(directory, CONFIG_FILE), printConfig(config));
}

/** The current entries of the state, which are not copied. */
async function entriesOf(state: State, names: readonly string[]): Promise<Map<string, NamedTensor>> {
  const entries = new Map<string, NamedTensor>();
  for (const name of names) {
    const tensor = state.current(name);
    entries.set(name, { dtype: tensor.dtype, shape: tensor.shape, data: await tensor.read() });
  }
  return entries;
}
