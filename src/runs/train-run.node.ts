import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type CorpusSize, fitToData, fitToRun } from "../config/fit.ts";
import { parseConfig } from "../config/parse.ts";
import type { Config } from "../config/schema.ts";
import { openFileReader } from "../data/corpus-reader.node.ts";
import { alone, type Communicator } from "../distributed/communicator.ts";
import { broadcastJson, requireAgreement, together } from "../distributed/together.ts";
import { heedError } from "../errors.ts";
import { type DescribedRun, taskOf } from "../tasks/tasks.ts";
import { broadcastEntries } from "../training/across-ranks.ts";
import { type Position, START } from "../training/trainer.ts";
import { unlessAborted } from "../work.ts";
import { scoresOf } from "./average.node.ts";
import { beginning, NO_DIFFERENCES, restoreRun } from "./beginning.node.ts";
import { type Checkpoint, listCheckpoints } from "./checkpoints.node.ts";
import { openCorpusCache } from "./corpus-cache.node.ts";
import { createRunDirectory, refuseForeign, removeTemporaries } from "./directory.node.ts";
import { writeAtomically } from "./durable.node.ts";
import { CONFIG_FILE } from "./file-names.ts";
import { directoryFiles } from "./files.node.ts";
import { type Differences, differencesSince, fingerprintOf } from "./fingerprint.ts";
import { corporaOf, followRun, requestOf } from "./follow-run.node.ts";
import { lockRun } from "./lock.node.ts";
import { truncateLog } from "./metrics-log.node.ts";
import { refuseForRanks } from "./ranks.ts";
import { readSmallText } from "./read-file.node.ts";
import type { RunResult } from "./records.ts";
import { METRICS, TIMINGS } from "./records.ts";
import { refuseWithoutRoom } from "./resources.node.ts";
import { clearOutcome, readResult, writeResult } from "./result.node.ts";
import { resumedCheckpoint, type SavedState } from "./resumed-checkpoint.node.ts";
import type { RunOptions } from "./run-options.ts";
import { writeConfig } from "./save-progress.node.ts";
import {
  type StartingPoint,
  startingFiles,
  startingPoint,
  startingWeights,
  withModelOf,
} from "./starting-point.node.ts";
import type { RunSummary } from "./summary.ts";
import { trainSession } from "./train-session.node.ts";

export type { RunEvents, RunOptions, RunStart } from "./run-options.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

/**
 * Trains the model that a configuration describes. Fills a run directory with the configuration, vocabularies,
 * checkpoints, logs and the best model; at the end, the average of the last checkpoints replaces it if that is better.
 *
 * With several ranks, each calls this and trains with its part of every batch; rank 0 alone has the directory.
 *
 * @throws ERR_CONFIG on every rank when one has another version, configuration or corpus.
 */
export async function trainRun(asked: RunOptions): Promise<RunSummary> {
  const { communicator = alone } = asked;
  await requireAgreement(communicator, requestOf(asked, version));
  refuseForRanks(asked.config, communicator);
  return communicator.rank === 0 ? leadRun(asked, communicator) : followRun(asked, communicator);
}

/** Trains as the only process, or as rank 0. `followRun` has the same calls to the communicator. */
async function leadRun(asked: RunOptions, communicator: Communicator): Promise<RunSummary> {
  const { directory, resume = false, allowChange, signal } = asked;
  const say = asked.onMessage ?? ((): void => undefined);
  const began = performance.now();
  refuseForeign(directory);
  // An existing run is locked before anything slow; a new one is created only once its data has been read.
  let unlock = existsSync(directory) ? lock(directory) : undefined;
  try {
    if (!resume) refuseRun(directory);
    const saved = resume ? resumedCheckpoint(directory, asked.fromStep, say) : undefined;
    if (saved) checkOptimizer(saved, directory);
    if (resume && !saved) say(`no checkpoint in ${directory}: starting from the beginning`);
    const start = saved ? undefined : startingPoint(asked.config);
    const options = inheriting(asked, start);
    const stopped = (): RunSummary => {
      // The others cannot know.
      if (communicator.size > 1) communicator.abort(STOPPED, "stopped by a signal before the first update");
      return stoppedBefore(directory, saved?.state.position ?? START, began);
    };
    const cache = asked.cache === false ? undefined : openCorpusCache(asked.cache ?? {}, say);
    const reader = openFileReader({ signal, say, cache });
    const watch = asked.onPreparing;
    const read = await together(communicator, async () => {
      const data = await unlessAborted(taskOf(options.config).load(options.config, reader, watch), signal);
      if (!data) return undefined;
      const config = saved ? asResumed(options) : asFitted(options, data.size, say);
      const fingerprint = fingerprintOf(config, data);
      const differences = saved
        ? differencesSince(saved.state.fingerprint, fingerprint, directory, allowChange)
        : NO_DIFFERENCES;
      const files = saved ? directoryFiles(directory) : start && startingFiles(start, config);
      const prepared = await unlessAborted(data.prepare(config, say, files, signal, watch), signal);
      return prepared && { data, config, fingerprint, differences, prepared };
    });
    if (!read) return stopped();
    const { data, config, fingerprint, differences, prepared } = read;
    refuseRemeasuring(differences, communicator);
    const vocabulary = digestOf(prepared.files);
    if (saved) refuseOtherVocabulary(saved, vocabulary, directory);
    if (prepared.report) options.onCorpus?.(prepared.report);
    const described = taskOf(config).describe(config, {
      where: directory,
      has: (name) => Object.hasOwn(prepared.files, name),
      json: (name) => prepared.files[name],
    });
    refuseWithoutRoom(described.model, config.training, directory, prepared.heldBytes);
    unlock ??= lock(directory);
    const begun = start && startingWeights(start, config, prepared.files);
    if (start) say([`begins with ${start.where}`, ...(begun?.notes ?? [])].join("; "));
    await broadcastJson(communicator, { requested: options.config, config, files: prepared.files });
    await together(communicator, () => Promise.resolve());
    await requireAgreement(communicator, corporaOf(data));
    const learner = await together(communicator, () =>
      prepared.open(options.engine, saved?.model ?? begun?.weights, communicator),
    );
    try {
      const resumed = { config, directory, learner, fingerprint, allowChange, say };
      const planned = beginning(resumed, saved, differences);
      // All checks have passed: from here on the directory changes.
      const before = saved ? readResult(directory) : undefined;
      clearOutcome(directory);
      const isRemeasured = differences.restarts.best.length > 0;
      const { from, isOther } = saved
        ? await restoreRun(resumed, saved, { from: planned.from, isRemeasured, signal })
        : startNew({ config, directory }, planned.from, prepared.files);
      await broadcastJson(communicator, { from, schedule: planned.schedule });
      const { state, weights, moments } = learner.step;
      await broadcastEntries(state, [...weights, ...moments], communicator);
      const session = {
        ...options,
        ...planned,
        config,
        from,
        learner,
        tokens: prepared.tokens,
        entries: entriesOf(described as DescribedRun),
        fingerprint,
        vocabulary,
        began,
      };
      const trained = await trainSession(session);
      // If nothing was left to do, the earlier result stands.
      const isUnchanged = before && !isOther && trained.steps === from.step;
      const summary = isUnchanged ? { ...trained, ...summaryOf(before) } : trained;
      if (summary.reason !== "signal") writeResult(directory, summary, learner.step.parameterCount);
      return summary;
    } finally {
      learner.close();
    }
  } finally {
    unlock?.();
  }
}

/** The exit status of a job that was stopped before it trained. */
const STOPPED = 130;

/** Refuses changes after which the best model is measured again, before the ranks are at work. @throws ERR_CONFIG */
function refuseRemeasuring({ restarts: { best } }: Differences, { size }: Communicator): void {
  if (size === 1 || best.length === 0) return;
  const remedy = "resume once without mpirun, or leave it as it was";
  const cause = `${best.join(", ")}: the best model is to be validated again, which one process does`;
  throw heedError("ERR_CONFIG", { where: "--resume", cause, remedy });
}

/** With the model and vocabulary of the run that training begins with, or began with. */
function inheriting(options: RunOptions, start: StartingPoint | undefined): RunOptions {
  const { config, given, directory } = options;
  const { from } = config.training;
  if (from === undefined) return options;
  const requested = { config, given: given ?? new Set<string>() };
  if (start) return { ...options, ...withModelOf(requested, start.run.config, start.where) };
  const file = join(directory, CONFIG_FILE);
  if (!existsSync(file)) return options;
  return { ...options, ...withModelOf(requested, parseConfig(readSmallText(file), file), file) };
}

/** Refuses a directory that already holds a run. @throws ERR_CREATE */
function refuseRun(directory: string): void {
  if (listCheckpoints(directory).length === 0) return;
  const remedy = "continue it with --resume, or choose another --run";
  throw heedError("ERR_CREATE", { where: directory, cause: "there is already a run here", remedy });
}

/** The summary when a signal came before the first step; a new run has left nothing behind. */
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

/** The configuration with the keys that the user left out fitted to the corpus. */
function asFitted({ config, given }: RunOptions, size: CorpusSize, say: (message: string) => void): Config {
  if (!given) return config;
  const fit = fitToData({ config, given }, size);
  for (const choice of fit.choices) say(choice);
  return fit.config;
}

/** The configuration of a resumed run: values fitted when it began stay. */
function asResumed({ config, given, directory }: RunOptions): Config {
  const file = join(directory, CONFIG_FILE);
  if (!given || !existsSync(file)) return config;
  return fitToRun({ config, given }, parseConfig(readSmallText(file), file));
}

function lock(directory: string): () => void {
  createRunDirectory(directory);
  const unlock = lockRun(directory);
  removeTemporaries(directory);
  return unlock;
}

/** @throws ERR_MODEL when the optimiser's state is stored in the old format. */
function checkOptimizer({ optimizer, state }: Checkpoint<SavedState>, where: string): void {
  if (optimizer.size === 0 || state.optimizer === "moments") return;
  const cause = "its checkpoints store the optimiser's moments as sums, as older versions of Heed did";
  const remedy = "train from the beginning in another --run; its trained model still works";
  throw heedError("ERR_MODEL", { where, cause, remedy });
}

const entriesOf = (run: DescribedRun): number =>
  (run.task === "translate" ? run.tokenizers.target : run.tokenizer).size;

/** Identifies the vocabularies and labels of a run. */
const digestOf = (files: Readonly<Record<string, unknown>>): string =>
  createHash("sha256").update(JSON.stringify(files)).digest("hex");

/** @throws ERR_MODEL when the vocabularies or labels are no longer those that the weights were trained with. */
function refuseOtherVocabulary({ state }: Checkpoint<SavedState>, vocabulary: string, where: string): void {
  if (state.vocabulary === undefined || state.vocabulary === vocabulary) return;
  const cause = "its vocabulary or labels have been edited since its checkpoint was saved";
  throw heedError("ERR_MODEL", { where, cause, remedy: "restore tokenizer.json and the files beside it" });
}

/** Writes the files that a new run needs before its first update. */
function startNew(
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

const summaryOf = ({ parameters: _, loss, ...result }: RunResult): Omit<RunSummary, "run"> => ({
  ...result,
  loss: loss ?? Number.NaN,
});
