import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { FilterReport } from "../data/filters.ts";
import { heedError } from "../errors.ts";
import { encodeSafetensors, type NamedTensor } from "../formats/safetensors.ts";
import { trainingReport } from "../inspect/training-report.ts";
import type { Engine } from "../runtime/engine.ts";
import type { State } from "../runtime/state.ts";
import { Background } from "./background.ts";
import type { Config } from "./config.ts";
import { type FlatConfig, flatten } from "./flat-config.ts";
import { truncateLog } from "./metrics-log.node.ts";
import { printConfig } from "./parse-config.ts";
import * as runs from "./run-directory.node.ts";
import { lockRun } from "./run-lock.node.ts";
import { clearResult, type RunResult, readResult, writeResult } from "./run-result.node.ts";
import type { Task } from "./task.ts";
import { loadTask } from "./tasks.node.ts";
import {
  isBetter,
  type Position,
  START,
  type StepRecord,
  type StopReason,
  train,
  type Validation,
  type ValidationRecord,
} from "./trainer.ts";
import { validationFacts, validationText } from "./validation-text.ts";

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

export interface RunSummary {
  readonly run: string;
  readonly steps: number;
  readonly epochs: number;
  readonly seconds: number;
  /** Target tokens a second, the session and everything around it included. */
  readonly tokensPerSecond: number;
  /** Training loss of the last step, nats per token. */
  readonly loss: number;
  /** Of the model that is kept. */
  readonly valid: Scores;
  readonly reason: StopReason;
}

/** What a resumed run must agree on with the run it continues. Objects are JSON. */
interface Fingerprint {
  readonly seed: number;
  readonly batchTokens: number;
  readonly accumulate: number;
  readonly trainCorpus: string;
  /** What is taken of the corpus: lengths, windows, duplicates. */
  readonly data: string;
  readonly model: string;
  /** Not in checkpoints of before these were compared. */
  readonly task?: string;
  readonly tokenizer?: string;
  readonly optimizer?: string;
}

/** What the weights and moments of a run were made for: no resumed run may have another. Of the model, all but dropout. */
const FIXED = /^(task|tokenizer\b.*|optimizer|model\.(?!dropout$|attentionDropout$).*)$/;

interface SavedState {
  readonly position: Position;
  readonly fingerprint: Fingerprint;
  readonly changes?: readonly string[];
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
    if (resume && !saved) say(`no checkpoint in ${directory}: starting from the beginning`);
    const data = await loadTask(config);
    const fingerprint = fingerprintOf(config, data.hash);
    const changes = saved
      ? [
          ...(saved.state.changes ?? []),
          ...compare(saved.state.fingerprint, fingerprint, directory, options.allowChange),
        ]
      : [];
    const prepared = data.prepare(say, saved ? directory : undefined);
    if (prepared.report) options.onCorpus?.(prepared.report);
    unlock ??= lock(directory);
    const before = saved ? readResult(directory) : undefined;
    clearResult(directory);
    if (!saved) {
      writeConfig(directory, config);
      prepared.write(directory);
    }
    const from = saved?.state.position ?? START;
    for (const name of [METRICS, TIMINGS]) truncateLog(join(directory, name), from);
    // Whoever died between saving the best checkpoint and the best model left them different.
    if (saved && from.best?.step === saved.step) writeModel(directory, saved.model);
    const task = await prepared.open(options.engine, saved?.model);
    try {
      if (saved) for (const [name, { data }] of saved.optimizer) task.step.state.write(name, data);
      const session = { ...options, task, fingerprint, changes, began, from };
      const trained = await trainTask(session);
      // Where nothing was left to do, what was reached is what was reached before.
      const summary = before && trained.steps === from.step ? { ...trained, ...asBefore(before) } : trained;
      if (summary.reason !== "signal") writeResult(directory, summary, task.step.parameterCount);
      return summary;
    } finally {
      task.close();
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

const METRICS = "metrics.jsonl";
const TIMINGS = "timings.jsonl";

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
  readonly task: Task;
  readonly fingerprint: Fingerprint;
  readonly changes: readonly string[];
  readonly began: number;
  readonly from: Position;
}

async function trainTask(session: Session): Promise<RunSummary> {
  const { config, directory, task, from } = session;
  const { training } = config;
  const { state, weights, moments } = task.step;
  const metrics = join(directory, METRICS);
  const timings = join(directory, TIMINGS);
  const perEpoch = Math.ceil(task.batchesPerEpoch / training.accumulate);
  const totalSteps = Math.min(training.steps ?? Infinity, training.epochs * perEpoch);
  session.onStart?.({ parameters: task.step.parameterCount, totalSteps, from: from.step, unit: task.unit });
  let loss = Number.NaN;
  let tokens = 0;
  let best = from.best;
  const saving = new Background();

  const trained = train({
    ...training,
    step: task.step,
    batches: task.batches,
    validate: task.validate,
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
      const { seconds, samples: _, ...reproducible } = record;
      runs.appendLine(metrics, JSON.stringify({ kind: "validation", ...reproducible }));
      if (best === null || isBetter(record, best)) best = record;
      writeReport(session, record, best);
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
      const saved: SavedState = { position: at, fingerprint, ...(changes.length > 0 ? { changes } : {}) };
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
  const valid = averaged ?? scores(position.best ?? { loss: Number.NaN, score: Number.NaN });
  const seconds = (performance.now() - session.began) / 1000;
  const { step: steps, epoch: epochs } = position;
  return { run: directory, steps, epochs, seconds, tokensPerSecond: tokens / seconds, loss, valid, reason };
}

/**
 * The run as a page to look at, so far: what it reached is said of the model that is kept, `best`; what that one does is
 * shown if this process has seen it, else what the last one does.
 */
function writeReport(
  { directory, config, task }: Session,
  last: Validation & { readonly step: number },
  best: Validation & { readonly step: number },
): void {
  const lines = readFileSync(join(directory, METRICS), "utf8").split("\n");
  const report = trainingReport(lines, {
    title: basename(directory),
    subtitle: `${Object.values(config.data.train).join(", ")}, seed ${config.seed}`,
    facts: [
      ["Updates", last.step.toLocaleString("en-US")],
      ...validationFacts(best),
      ...(best.step < last.step ? [["Best after", best.step.toLocaleString("en-US")] as const] : []),
      ["Parameters", `${(task.step.parameterCount / 1e6).toFixed(2)} million`],
    ],
    unit: task.unit === "texts" ? "text" : "token",
    ...(best.samples ?? last.samples),
  });
  runs.writeAtomically(join(directory, "report.html"), report);
}

/** What a validation found, without what only serves the run. */
export type Scores = Pick<Validation, (typeof SCORES)[number]>;

const SCORES = ["loss", "bleu", "perplexity", "accuracy", "macroF1"] as const;

const scores = (found: Validation): Scores =>
  Object.fromEntries(SCORES.flatMap((key) => (found[key] === undefined ? [] : [[key, found[key]]]))) as never;

/** Averages the weights of the last checkpoints; keeps the average if it scores better than the best so far. */
async function tryAverage(session: Session, { best, step }: Position): Promise<Scores | undefined> {
  const { config, directory, task } = session;
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
  for (const [name, { data }] of mean) task.step.state.write(name, data);
  const validation = await task.validate(session.signal);
  if (!validation) return undefined;
  const isKept = isBetter(validation, best);
  const shown = (one: Validation): string =>
    one.bleu === undefined ? validationText(one) : `BLEU ${one.bleu.toFixed(2)}`;
  const outcome = best && !isKept ? `not better than ${shown(best)}` : "kept";
  session.onMessage?.(`${last.length} checkpoints averaged: ${shown(validation)}, ${outcome}`);
  if (!isKept) return undefined;
  writeModel(directory, mean);
  const found = { ...validation, step };
  writeReport(session, found, found);
  const record = { kind: "average", checkpoints: last.map(({ step }) => step), ...scores(validation) };
  runs.appendLine(join(directory, METRICS), JSON.stringify(record));
  return scores(validation);
}

function fingerprintOf(
  { seed, task, data, tokenizer, model, training }: Config,
  corpus: string,
): Fingerprint {
  const { batchTokens, accumulate, optimizer } = training;
  const { train: _, valid: __, ...taken } = data;
  return {
    ...{ seed, batchTokens, accumulate, trainCorpus: corpus },
    data: JSON.stringify(taken),
    model: JSON.stringify(model),
    ...{ task, tokenizer: JSON.stringify(tokenizer), optimizer },
  };
}

/** A fingerprint by the paths of its keys. */
const flatFingerprint = ({ data, model, tokenizer, ...others }: Fingerprint): FlatConfig =>
  flatten({
    ...others,
    ...{ data: JSON.parse(data), model: JSON.parse(model) },
    ...(tokenizer === undefined ? {} : { tokenizer: JSON.parse(tokenizer) }),
  });

/** @throws ERR_CONFIG listing what differs and must not, or may only when that was allowed. */
function compare(before: Fingerprint, now: Fingerprint, where: string, allowed = false): string[] {
  const [was, is] = [flatFingerprint(before), flatFingerprint(now)];
  const paths = [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path));
  // What older checkpoints do not say.
  const known = paths.filter((path) => before[path.split(".")[0] as keyof Fingerprint] !== undefined);
  const shown = (path: string): string =>
    `${path} was ${was.get(path) ?? "unset"} and is ${is.get(path) ?? "unset"}`;
  const changes = known.map(shown);
  const fixed = known.filter((path) => FIXED.test(path));
  if (fixed.length > 0) {
    const remedy = "its weights were made for that; train the other one in another --run";
    throw heedError("ERR_CONFIG", {
      where,
      cause: `the run differs: ${fixed.map(shown).join(", ")}`,
      remedy,
    });
  }
  if (changes.length > 0 && !allowed) {
    const remedy = "resume with the same configuration and corpus, or add --allow-change";
    throw heedError("ERR_CONFIG", { where, cause: `the run differs: ${changes.join(", ")}`, remedy });
  }
  return changes;
}
