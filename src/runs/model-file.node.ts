import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../formats/safetensors.ts";
import type { Position } from "../training/trainer.ts";
import { type Checkpoint, listCheckpoints, loadCheckpoint, readState } from "./checkpoints.node.ts";
import { writeAtomically } from "./durable.node.ts";
import { WEIGHTS_FILE } from "./open-run.ts";

/** The file of the best model of a run. */
export const modelOf = (directory: string): string => join(directory, WEIGHTS_FILE);

export const hasModel = (directory: string): boolean => existsSync(modelOf(directory));

export function readModel(directory: string): ReadonlyMap<string, NamedTensor> {
  return decodeSafetensors(readFileSync(modelOf(directory)), modelOf(directory));
}

export function writeModel(directory: string, weights: ReadonlyMap<string, NamedTensor>): void {
  writeAtomically(modelOf(directory), encodeSafetensors(weights));
}

/**
 * Makes the model of a run the best that a checkpoint knows of: another process may have died before it wrote that, it
 * may be gone, or of a later step than the run goes on from.
 *
 * @returns false when it is gone and so is its checkpoint.
 */
export function restoreModel(
  directory: string,
  { step, model, state }: Checkpoint<{ readonly position: Position }>,
): boolean {
  const best = state.position.best?.step;
  if (best === undefined) return true;
  if (best === step) {
    writeModel(directory, model);
    return true;
  }
  if (hasModel(directory) && bestStep(directory) === best) return true;
  return rewriteModel(directory, best);
}

/** Writes the model of a step again. @returns false when that checkpoint is gone */
function rewriteModel(directory: string, step: number): boolean {
  const found = listCheckpoints(directory).find((checkpoint) => checkpoint.step === step);
  if (!found) return false;
  writeModel(directory, loadCheckpoint(found.path).model);
  return true;
}

/** No run ends well without its model. @throws ERR_MODEL when it is gone and cannot be written again */
export function requireModel(directory: string, { best }: Position): void {
  if (hasModel(directory) || (best && rewriteModel(directory, best.step))) return;
  const remedy = "use --resume to look for a best model anew";
  throw heedError("ERR_MODEL", { where: modelOf(directory), cause: "was removed while training", remedy });
}

/** The step of the best model, as the newest checkpoint says that can be read. */
export function bestStep(directory: string): number | undefined {
  const states = listCheckpoints(directory).map(({ path }) => readState<{ position: Position }>(path));
  return states.findLast((state) => state?.position)?.position?.best?.step;
}
