import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CorpusSize, fitToData, fitToRun } from "../config/fit.ts";
import { parseConfig } from "../config/parse.ts";
import type { Config } from "../config/schema.ts";
import { openFileReader } from "../data/corpus-reader.node.ts";
import { heedError } from "../errors.ts";
import { taskOf } from "../tasks/tasks.ts";
import { type Position, START } from "../training/trainer.ts";
import { unlessAborted } from "../work.ts";
import { scoresOf } from "./average.node.ts";
import { beginning, NO_DIFFERENCES, takeUp } from "./beginning.node.ts";
import { type Checkpoint, listCheckpoints } from "./checkpoints.node.ts";
import { createRunDirectory, refuseForeign, removeTemporaries } from "./directory.node.ts";
import { writeAtomically } from "./durable.node.ts";
import { directoryFiles } from "./files.node.ts";
import { differencesSince, fingerprintOf } from "./fingerprint.ts";
import { lockRun } from "./lock.node.ts";
import { METRICS, TIMINGS, truncateLog } from "./metrics-log.node.ts";
import { CONFIG_FILE } from "./open-run.ts";
import { clearOutcome, type RunResult, readResult, writeResult } from "./result.node.ts";
import { resumedCheckpoint, type SavedState } from "./resumed-checkpoint.node.ts";
import type { RunOptions } from "./run-options.ts";
import { writeConfig } from "./save-progress.node.ts";
import type { RunSummary } from "./summary.ts";
import { trainSession } from "./train-session.node.ts";

export type { RunEvents, RunOptions, RunStart } from "./run-options.ts";

/**
 * Trains what a configuration describes into a run directory: corpus, vocabulary, checkpoints, logs, the best model,
 * and at the end the average of the last checkpoints if that is better.
 */
export async function trainRun(options: RunOptions): Promise<RunSummary> {
  const { directory, resume = false, allowChange, signal } = options;
  const say = options.onMessage ?? ((): void => undefined);
  const began = performance.now();
  refuseForeign(directory);
  // A run that exists is locked before anything slow; a new one is not created before its data has been read.
  let unlock = existsSync(directory) ? lock(directory) : undefined;
  try {
    if (!resume) refuseRun(directory);
    const saved = resume ? resumedCheckpoint(directory, options.fromStep, say) : undefined;
    if (saved) checkOptimizer(saved, directory);
    if (resume && !saved) say(`no checkpoint in ${directory}: starting from the beginning`);
    const stopped = (): RunSummary => stoppedBefore(directory, saved?.state.position ?? START, began);
    const reader = openFileReader({ signal, say });
    const data = await unlessAborted(taskOf(options.config).load(options.config, reader), signal);
    if (!data) return stopped();
    const config = saved ? asBegun(options) : fitted(options, data.size, say);
    const fingerprint = fingerprintOf(config, data);
    const differences = saved
      ? differencesSince(saved.state.fingerprint, fingerprint, directory, allowChange)
      : NO_DIFFERENCES;
    const files = saved ? directoryFiles(directory) : undefined;
    const prepared = await unlessAborted(data.prepare(config, say, files, signal), signal);
    if (!prepared) return stopped();
    if (prepared.report) options.onCorpus?.(prepared.report);
    unlock ??= lock(directory);
    const learner = await prepared.open(options.engine, saved?.model);
    try {
      const resumed = { config, directory, learner, allowChange, say };
      const planned = beginning(resumed, saved, differences);
      // Nothing is refused any more: from here on the directory changes.
      const before = saved ? readResult(directory) : undefined;
      clearOutcome(directory);
      const isRemeasured = differences.restarts.best.length > 0;
      const { from, isOther } = saved
        ? await takeUp(resumed, saved, { from: planned.from, isRemeasured, signal })
        : startAnew({ config, directory }, planned.from, prepared.files);
      const session = {
        ...options,
        ...planned,
        config,
        from,
        learner,
        tokens: prepared.tokens,
        fingerprint,
        began,
      };
      const trained = await trainSession(session);
      // Where nothing was left to do, what was reached is what was reached before.
      const isUnchanged = before && !isOther && trained.steps === from.step;
      const summary = isUnchanged ? { ...trained, ...asBefore(before) } : trained;
      if (summary.reason !== "signal") writeResult(directory, summary, learner.step.parameterCount);
      return summary;
    } finally {
      learner.close();
    }
  } finally {
    unlock?.();
  }
}

/** @throws ERR_CREATE */
function refuseRun(directory: string): void {
  if (listCheckpoints(directory).length === 0) return;
  const remedy = "continue it with --resume, or choose another --run";
  throw heedError("ERR_CREATE", { where: directory, cause: "there is a run here already", remedy });
}

/** What there is to say when a signal came before the first step: a new run has left nothing behind. */
function stoppedBefore(directory: string, { step, epoch, best }: Position, began: number): RunSummary {
  const seconds = (performance.now() - began) / 1000;
  return {
    run: directory,
    steps: step,
    epochs: epoch,
    seconds,
    tokensPerSecond: 0,
    loss: Number.NaN,
    valid: best ? scoresOf(best) : { loss: Number.NaN },
    reason: "signal",
  };
}

/** The configuration as it fits the corpus, in what the user has left to us. */
function fitted({ config, given }: RunOptions, size: CorpusSize, say: (message: string) => void): Config {
  if (!given) return config;
  const fit = fitToData({ config, given }, size);
  if (fit.changes.length > 0)
    say(`defaults fitted to ${size.name}, too few for the usual ones: ${fit.changes.join(", ")}`);
  return fit.config;
}

/** The configuration of a run that goes on: what was fitted when it began stays. */
function asBegun({ config, given, directory }: RunOptions): Config {
  const file = join(directory, CONFIG_FILE);
  if (!given || !existsSync(file)) return config;
  return fitToRun({ config, given }, parseConfig(readFileSync(file, "utf8"), file));
}

function lock(directory: string): () => void {
  createRunDirectory(directory);
  const unlock = lockRun(directory);
  removeTemporaries(directory);
  return unlock;
}

/** @throws ERR_MODEL when the optimiser's state means something else than it does now. */
function checkOptimizer({ optimizer, state }: Checkpoint<SavedState>, where: string): void {
  if (optimizer.size === 0 || state.optimizer === "moments") return;
  const cause = "its checkpoints keep the optimiser's moments as sums, as older versions of Heed did";
  const remedy = "train from the beginning in another --run; its model can be used as before";
  throw heedError("ERR_MODEL", { where, cause, remedy });
}

/** What a new run writes before its first update. */
function startAnew(
  { directory, config }: Pick<RunOptions, "directory" | "config">,
  from: Position,
  files: Readonly<Record<string, unknown>>,
): { from: Position; isOther: boolean } {
  writeConfig(directory, config);
  for (const [name, content] of Object.entries(files))
    writeAtomically(join(directory, name), `${JSON.stringify(content)}\n`);
  for (const name of [METRICS, TIMINGS]) truncateLog(join(directory, name), from);
  return { from, isOther: false };
}

const asBefore = ({ parameters: _, loss, ...result }: RunResult): Omit<RunSummary, "run"> => ({
  ...result,
  loss: loss ?? Number.NaN,
});
