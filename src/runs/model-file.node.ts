import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/schema.ts";
import { HeedError, heedError } from "../errors.ts";
import { encodeSafetensors, type NamedTensor } from "../formats/safetensors.ts";
import type { Position } from "../training/trainer.ts";
import { ADAPTER_FILE, adapterOf, merged } from "./adapter.ts";
import { type Checkpoint, listCheckpoints, loadCheckpoint, readState } from "./checkpoints.node.ts";
import { codec } from "./codec.ts";
import { writeAtomically } from "./durable.node.ts";
import { WEIGHTS_FILE } from "./file-names.ts";
import { readWhole } from "./read-file.node.ts";
import { checkSeal, seal, UNSEALED } from "./seal.node.ts";

type Training = Pick<Config["training"], "lora">;

/** The file of the best model of a run. */
export const modelOf = (directory: string): string => join(directory, WEIGHTS_FILE);

export const hasModel = (directory: string): boolean => existsSync(modelOf(directory));

/** @throws ERR_INPUT when it cannot be read, ERR_MODEL when it is damaged */
export function readModel(directory: string): ReadonlyMap<string, NamedTensor> {
  const path = modelOf(directory);
  const bytes = readWhole(path);
  checkSeal(bytes, path);
  return codec.decode(bytes, path);
}

/** What a run with `training.lora` has learnt, if it is still there. @throws ERR_MODEL for a damaged file */
export function readAdapter(
  directory: string,
  { lora }: Training,
):
  | { readonly weights: ReadonlyMap<string, NamedTensor>; readonly rank: number; readonly alpha: number }
  | undefined {
  const path = join(directory, ADAPTER_FILE);
  return lora && existsSync(path) ? { ...lora, weights: codec.decode(readFileSync(path), path) } : undefined;
}

/** Writes the model of trained weights, and beside it the changes of low rank that it was made with, if there are any. */
export function writeModel(
  directory: string,
  weights: ReadonlyMap<string, NamedTensor>,
  training: Training,
): void {
  for (const [path, content] of modelFiles(directory, weights, training)) writeAtomically(path, content);
}

/** A model as its file stores it, with room for its checksum. */
export const encodeModel = (weights: ReadonlyMap<string, NamedTensor>): Uint8Array =>
  encodeSafetensors(weights, { metadata: { sha256: UNSEALED } });

/** What `writeModel` writes, by path. */
export function modelFiles(
  directory: string,
  weights: ReadonlyMap<string, NamedTensor>,
  training: Training,
): [path: string, content: Uint8Array][] {
  const model: [string, Uint8Array] = [modelOf(directory), seal(encodeModel(merged(weights, training)))];
  return training.lora
    ? [model, [join(directory, ADAPTER_FILE), codec.encode(adapterOf(weights, training.lora))]]
    : [model];
}

/**
 * Restores the best model that a checkpoint knows of. The file may be missing, damaged, of a later step than the run continues
 * from, or never written because a process died.
 *
 * @returns false when the model and its checkpoint are both gone.
 */
export function restoreModel(
  directory: string,
  { step, model, state }: Checkpoint<{ readonly position: Position }>,
  training: Training,
): boolean {
  const best = state.position.best?.step;
  if (best === undefined) return true;
  if (best === step) {
    writeModel(directory, model, training);
    return true;
  }
  if (isWhole(directory) && bestStep(directory) === best) return true;
  return rewriteModel(directory, best, training);
}

/** Whether a run has its model as it was saved. */
function isWhole(directory: string): boolean {
  try {
    readModel(directory);
    return true;
  } catch (error) {
    if (error instanceof HeedError) return false;
    throw error;
  }
}

/** Writes the model of a step from its checkpoint. @returns false when that is gone */
function rewriteModel(directory: string, step: number, training: Training): boolean {
  const source = listCheckpoints(directory).find((checkpoint) => checkpoint.step === step);
  if (!source) return false;
  writeModel(directory, loadCheckpoint(source.path).model, training);
  return true;
}

/** Makes sure that a finished run has its model. @throws ERR_MODEL when it is gone and cannot be restored */
export function requireModel(directory: string, { best }: Position, training: Training): void {
  if (hasModel(directory) || (best && rewriteModel(directory, best.step, training))) return;
  const remedy = "use --resume to search for a new best model";
  throw heedError("ERR_MODEL", { where: modelOf(directory), cause: "was removed while training", remedy });
}

/** The step of the best model, according to the newest whole checkpoint; older ones are not read. @throws ERR_IO */
export function bestStep(directory: string): number | undefined {
  for (const { path } of listCheckpoints(directory).reverse()) {
    const position = readState<{ position: Position }>(path)?.position;
    if (position) return position.best?.step;
  }
  return undefined;
}
