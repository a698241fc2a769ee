import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import { makeFolder } from "../formats/make-folder.node.ts";
import { CHECKPOINTS, listCheckpoints } from "./checkpoints.node.ts";
import { reason, removeTemporariesIn, temporaryIn } from "./durable.node.ts";
import { WEIGHTS_FILE } from "./file-names.ts";

/** Creates the directory of a run. @throws ERR_CREATE when that is not possible. */
export function createRunDirectory(directory: string): void {
  makeWritable(directory, join(directory, CHECKPOINTS));
}

/** Creates folders and checks that the first is writable. @throws ERR_CREATE when that is not possible. */
export function makeWritable(directory: string, ...more: readonly string[]): void {
  try {
    for (const folder of [directory, ...more]) makeFolder(folder);
    const probe = temporaryIn(directory);
    writeFileSync(probe, "", { flag: "wx" });
    rmSync(probe);
  } catch (cause) {
    const remedy = "choose another --run directory or change its permissions";
    throw heedError(
      "ERR_CREATE",
      { where: directory, cause: `cannot write here (${reason(cause)})`, remedy },
      cause,
    );
  }
}

/** Whether a training run has begun in a directory. */
export function holdsRun(directory: string): boolean {
  try {
    return statSync(join(directory, CHECKPOINTS)).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Refuses to train in a directory whose files would be overwritten: it must be new, empty or a run's.
 *
 * @throws ERR_CREATE for a directory with other content, and for a trained model without a checkpoint to continue from.
 */
export function refuseForeign(directory: string): void {
  const remedy = "choose another --run directory";
  if (!isFree(directory) && !holdsRun(directory)) {
    const cause = "holds files that are not a run of `heed train` and would be overwritten";
    throw heedError("ERR_CREATE", { where: directory, cause, remedy });
  }
  if (existsSync(join(directory, WEIGHTS_FILE)) && listCheckpoints(directory).length === 0) {
    const cause = "holds a trained model but no checkpoint to continue from";
    throw heedError("ERR_CREATE", { where: directory, cause, remedy });
  }
}

/** Whether a directory is missing or empty, ignoring hidden files. True for a file, which later checks refuse. */
export function isFree(directory: string): boolean {
  try {
    return readdirSync(directory).every((name) => name.startsWith("."));
  } catch {
    return true;
  }
}

/** Removes what an earlier process was writing when it died. The caller must hold the lock. */
export function removeTemporaries(directory: string): void {
  removeTemporariesIn([
    directory,
    join(directory, CHECKPOINTS),
    ...listCheckpoints(directory).map(({ path }) => path),
  ]);
}
