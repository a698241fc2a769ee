import { existsSync } from "node:fs";
import { join } from "node:path";
import { printConfig } from "../config/parse.ts";
import type { Config } from "../config/schema.ts";
import { fileReader } from "../data/corpus-reader.node.ts";
import type { FilterReport } from "../data/filters.ts";
import { heedError } from "../errors.ts";
import { encodeSafetensors, type NamedTensor } from "../formats/safetensors.ts";
import type { Engine } from "../runtime/engine.ts";
import type { State } from "../runtime/state.ts";
import type { Learner, Task } from "../tasks/task.ts";
import { taskOf } from "../tasks/tasks.ts";
import type { Scores } from "../tasks/validation-text.ts";
import { validationText } from "../tasks/validation-text.ts";
import { Background } from "../training/background.ts";
import {
  isBetter,
  type Position,
  START,
  type StepRecord,
  train,
  type Validation,
  type ValidationRecord,
} from "../training/trainer.ts";
import * as runs from "./directory.node.ts";
import { directoryFiles } from "./files.node.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { changesSince, fingerprintOf } from "./fingerprint.ts";
import { lockRun } from "./lock.node.ts";
import { METRICS, TIMINGS, truncateLog } from "./metrics-log.node.ts";
import { writeReport } from "./report.node.ts";
import { clearResult, type RunResult, readResult, writeResult } from "./result.node.ts";
import type { RunSummary } from "./summary.ts";

export interface RunStart {
  readonly parameters: number;
  readonly totalSteps: number;
  /** The step it goes on from; 0 for a new run. */
  readonly from: number;
  readonly unit: Task["unit"];
}

export interface RunEvents {
  /** One line for a person: what is being done. */
  readonly onMessage?: (message: string) => void;
  readonly onCorpus?: (report: FilterReport) => void;
  /** Once, before the first step. `totalSteps` is what the configuration asks for. */
  readonly onStart?: (about: RunStart) => void;
  readonly onStep?: (record: StepRecord) => void;
  readonly onValidation?: (record: ValidationRecord) => void;
}

export interface RunOptions extends RunEvents {
  readonly config: Config;
  readonly directory: string;
  readonly engine: Engine;
  /** Goes on from the newest whole checkpoint of the directory. */
  readonly resume?: boolean;
  /** Lets a resumed run differ in seed, batches or corpus; the difference is recorded. */
  readonly allowChange?: boolean;
  readonly signal?: AbortSignal;
}

interface SavedState {
  readonly position: Position;
  readonly fingerprint: Fingerprint;
  readonly changes?: readonly string[];
  /** How the optimiser's state is kept. Not in checkpoints of before, which kept growing sums. */
  readonly optimizer?: "moments";
}

/**
 * Trains what a configuration describes into a run directory: corpus, vocabulary, checkpoints, logs, the best model,
 * and at the end the average of the last checkpoints if that is better.
 */
export async function trainRun(options: RunOptions): Promise<RunSummary> {
  const { config, directory, resume = false } = options;
  const say = options.onMessage ?? ((): void => undefined);
  const began = performance.now();
  // A run that exists is locked before anything slow; a new one is not created before its data has been read.
  let unlock = existsSync(directory) ? lock(directory) : undefined;
  try {
    if (!resume && runs.listCheckpoints(directory).length > 0) {
      const remedy = "continue it with --resume, or choose another --run";
      throw heedError("ERR_CREATE", { where: directory, cause: "there is a run here already", remedy });
    }
    const saved = resume ? runs.newestCheckpoint<SavedState>(directory, say) : undefined;
    if (saved) checkOptimizer(saved, directory);
    if (resume && !saved) say(`no checkpoint in ${directory}: starting from the beginning`);
    const data = await taskOf(config).load(config, fileReader);
    const fingerprint = fingerprintOf(config, data.hash);
    const changes = saved
      ? [
          ...(saved.state.changes ?? []),
          ...changesSince(saved.state.fingerprint, fingerprint, directory, options.allowChange),
        ]
      : [];
    const prepared = data.prepare(say, saved ? directoryFiles(directory) : undefined);
    if (prepared.report) options.onCorpus?.(prepared.report);
    unlock ??= lock(directory);
    const before = saved ? readResult(directory) : undefined;
    clearResult(directory);
    if (!saved) {
      writeConfig(directory, config);
      for (const [name, content] of Object.entries(prepared.files))
        runs.writeAtomically(join(directory, name), `${JSON.stringify(content)}\n`);
    }
    const from = saved?.state.position ?? START;
    for (const name of [METRICS, TIMINGS]) truncateLog(join(directory, name), from);
    // Whoever died between saving the best checkpoint and the best model left them different.
    if (saved && from.best?.step === saved.step) writeModel(directory, saved.model);
    const learner = await prepared.open(options.engine, saved?.model);
    try {
      if (saved) for (const [name, { data }] of saved.optimizer) learner.step.state.write(name, data);
      const session = { ...options, learner, fingerprint, changes, began, from };
      const trained = await trainTask(session);
      // Where nothing was left to do, what was reached is what was reached before.
      const summary = before && trained.steps === from.step ? { ...trained, ...asBefore(before) } : trained;
      if (summary.reason !== "signal") writeResult(directory, summary, learner.step.parameterCount);
      return summary;
    } finally {
      learner.close();
    }
  } finally {
    unlock?.();
  }
}

function lock(directory: string): () => void {
  runs.createRunDirectory(directory);
  const unlock = lockRun(directory);
  runs.removeTemporaries(directory);
  return unlock;
}

/** @throws ERR_MODEL when the optimiser's state means something else than it does now. */
function checkOptimizer({ optimizer, state }: runs.Checkpoint<SavedState>, where: string): void {
  if (optimizer.size === 0 || state.optimizer === "moments") return;
  const cause = "its checkpoints keep the optimiser's moments as sums, as older versions of Heed did";
  const remedy = "train from the beginning in another --run; its model can be used as before";
  throw heedError("ERR_MODEL", { where, cause, remedy });
}

const modelOf = (directory: string): string => join(directory, "model.safetensors");

function writeConfig(directory: string, config: Config): void {
  runs.writeAtomically(join(directory, "config.yaml"), printConfig(config));
}

function writeModel(directory: string, weights: ReadonlyMap<string, NamedTensor>): void {
  runs.writeAtomically(modelOf(directory), encodeSafetensors(weights));
}

/** Entries of the state as they are now, as a safetensors file. */
async function encoded(state: State, names: readonly string[]): Promise<Uint8Array> {
  const entries = new Map<string, NamedTensor>();
  for (const name of names) {
    const tensor = state.current(name);
    entries.set(name, { dtype: tensor.dtype, shape: tensor.shape, data: await tensor.read() });
  }
  return encodeSafetensors(entries);
}

const asBefore = ({ parameters: _, loss, ...result }: RunResult): Omit<RunSummary, "run"> => ({
  ...result,
  loss: loss ?? Number.NaN,
});

interface Session extends RunOptions {
  readonly learner: Learner;
  readonly fingerprint: Fingerprint;
  readonly changes: readonly string[];
  readonly began: number;
  readonly from: Position;
}

async function trainTask(session: Session): Promise<RunSummary> {
  const { config, directory, learner, from } = session;
  const { training } = config;
  const { state, weights, moments } = learner.step;
  const metrics = join(directory, METRICS);
  const timings = join(directory, TIMINGS);
  const perEpoch = Math.ceil(learner.batchesPerEpoch / training.accumulate);
  const totalSteps = Math.min(training.steps ?? Infinity, training.epochs * perEpoch);
  session.onStart?.({
    parameters: learner.step.parameterCount,
    totalSteps,
    from: from.step,
    unit: taskOf(config).unit,
  });
  let loss = Number.NaN;
  let tokens = 0;
  let best = from.best;
  const saving = new Background();
  const reported = { directory, config, parameters: learner.step.parameterCount };

  const trained = train({
    ...training,
    step: learner.step,
    batches: learner.batches,
    validate: learner.validate,
    schedule: { ...training, totalSteps, dModel: config.model.dModel },
    from,
    signal: session.signal,
    onStep: (record) => {
      saving.check();
      const { seconds, ...reproducible } = record;
      loss = record.loss;
      tokens += record.tokens;
      if (record.step % training.logEvery === 0 || record.step === 1) {
        runs.appendLine(metrics, JSON.stringify({ kind: "step", ...reproducible }));
        runs.appendLine(timings, JSON.stringify({ step: record.step, seconds }));
      }
      session.onStep?.(record);
    },
    onStatistics: (record) => runs.appendLine(metrics, JSON.stringify({ kind: "statistics", ...record })),
    onValidation: (record) => {
      const { seconds, sections: _, scores, ...reproducible } = record;
      runs.appendLine(metrics, JSON.stringify({ kind: "validation", ...reproducible, ...scores }));
      if (best === null || isBetter(record, best)) best = record;
      writeReport(reported, record, best);
      session.onValidation?.(record);
    },
    onDiverged: (divergence) => {
      runs.writeAtomically(join(directory, "diverged.json"), `${JSON.stringify(divergence, null, 2)}\n`);
    },
    // The next updates wait for the copies alone.
    onCheckpoint: async (at, isBest) => {
      await saving.done();
      const model = await encoded(state, weights);
      const optimizer = await encoded(state, moments);
      const { fingerprint, changes } = session;
      const saved: SavedState = {
        position: at,
        fingerprint,
        optimizer: "moments",
        ...(changes.length > 0 ? { changes } : {}),
      };
      await saving.begin(async () => {
        runs.syncFile(metrics);
        // A resumed run may go on for longer, or with what was allowed to change: now there is something made by that.
        writeConfig(directory, config);
        await runs.saveCheckpoint(
          directory,
          { step: at.step, model, optimizer, state: saved },
          { keep: Math.max(training.keep, training.average), interim: at.validated !== at.step },
        );
        if (isBest) await runs.writeAtomicallyMeanwhile(modelOf(directory), model);
      });
    },
  });
  const { position, reason } = await trained.finally(() => saving.settled());
  saving.check();
  const averaged = reason === "signal" ? undefined : await tryAverage(session, position);
  const valid = averaged ?? (position.best ? scoresOf(position.best) : { loss: Number.NaN });
  const seconds = (performance.now() - session.began) / 1000;
  const { step: steps, epoch: epochs } = position;
  return { run: directory, steps, epochs, seconds, tokensPerSecond: tokens / seconds, loss, valid, reason };
}

/** Averages the weights of the last checkpoints; keeps the average if it scores better than the best so far. */
async function tryAverage(session: Session, { best, step }: Position): Promise<Scores | undefined> {
  const { config, directory, learner } = session;
  const last = runs.validatedCheckpoints(directory).slice(-config.training.average);
  if (config.training.average < 2 || last.length < 2) return undefined;
  const mean = new Map<string, NamedTensor>();
  for (const { path } of last) {
    for (const [name, { dtype, shape, data }] of runs.loadCheckpoint(path).model) {
      const sum = mean.get(name)?.data ?? new Float32Array(data.length);
      for (let i = 0; i < data.length; i++) sum[i] = (sum[i] as number) + (data[i] as number) / last.length;
      mean.set(name, { dtype, shape, data: sum });
    }
  }
  for (const [name, { data }] of mean) learner.step.state.write(name, data);
  const validation = await learner.validate(session.signal);
  if (!validation) return undefined;
  const isKept = isBetter(validation, best);
  const shown = (one: Validation): string => validationText(scoresOf(one));
  const outcome = best && !isKept ? `not better than ${shown(best)}` : "kept";
  session.onMessage?.(`${last.length} checkpoints averaged: ${shown(validation)}, ${outcome}`);
  if (!isKept) return undefined;
  writeModel(directory, mean);
  const found = { ...validation, step };
  writeReport({ directory, config, parameters: learner.step.parameterCount }, found, found);
  const record = { kind: "average", checkpoints: last.map(({ step }) => step), ...scoresOf(validation) };
  runs.appendLine(join(directory, METRICS), JSON.stringify(record));
  return scoresOf(validation);
}

const scoresOf = ({ loss, scores }: Pick<Validation, "loss" | "scores">): Scores => ({ loss, ...scores });
