import { type FlatConfig, flatten } from "../config/flat.ts";
import { parseConfig } from "../config/parse.ts";
import { heedError } from "../errors.ts";
import { median } from "../evaluation/median.ts";
import { DIVERGED, METRICS, RESULT, type RunResult, resultOf, TIMINGS } from "./records.ts";

/** [step, value], steps rising. */
export type Points = readonly (readonly [number, number])[];

/** A run as recorded in its directory, without its weights. */
export interface RecordedRun {
  readonly directory: string;
  /** A "finished" run has ended by itself; only such runs can be compared. */
  readonly state: "finished" | "training" | "unfinished" | "diverged" | "damaged";
  /** Why it is not finished. */
  readonly reason?: string;
  /** Every key of the configuration by its path; empty when it cannot be read. */
  readonly config: FlatConfig;
  readonly parameters?: number;
  /** Updates done. */
  readonly steps: number;
  /** Median of the logged steps. */
  readonly millisecondsPerStep?: number;
  /** Target tokens per second of training, validation excluded: median of the logged steps. */
  readonly tokensPerSecond?: number;
  /** Seconds of training after each logged step: each step counts as long as the next logged one. */
  readonly elapsed?: Points;
  /** Validation scores of the model that was kept; the last ones of an unfinished run. */
  readonly valid: Readonly<Record<string, number>>;
  /** The model that a finished run kept: "step 800", or "average" of its last checkpoints. */
  readonly kept?: string;
  readonly curves: {
    /** Nats per token of the references, label smoothing excluded. */
    readonly training: Points;
    /** By name of the score. */
    readonly validation: Readonly<Record<string, Points>>;
  };
}

/** The files in which a run records how it goes, wherever they are. */
export interface RunRecords {
  /** Names the run. */
  readonly directory: string;
  /** The text of a file of the run; undefined where there is none. */
  readonly text: (file: string) => string | undefined;
  /** The process that is training it now. */
  readonly trainer?: () => { readonly pid: number; readonly host: string } | undefined;
}

/** What a run has recorded. Errors do not throw: they become its state and reason. */
export function recordedRun(records: RunRecords): RecordedRun {
  const { directory } = records;
  let config: FlatConfig = new Map();
  let log: Log = { training: [], validation: {}, tokens: new Map(), last: 0 };
  try {
    config = configIn(records);
    log = logIn(recordsIn(records, METRICS));
    const result = resultIn(records);
    const reached = Object.fromEntries(
      Object.entries(log.validation).map(([key, points]) => [key, points.at(-1)?.[1] ?? Number.NaN]),
    );
    return {
      directory,
      ...(result ? { state: "finished", parameters: result.parameters } : whyUnfinished(records, log.last)),
      config,
      steps: result?.steps ?? log.last,
      ...speed(recordsIn(records, TIMINGS), log.tokens),
      valid: result ? numbersOf(result.valid) : reached,
      ...(result ? keptIn(log, numbersOf(result.valid)) : {}),
      curves: log,
    };
  } catch (error) {
    const reason = (error as Error).message;
    return { directory, state: "damaged", reason, config, steps: log.last, valid: {}, curves: log };
  }
}

const placeOf = ({ directory }: RunRecords, file: string): string => `${directory}/${file}`;

function configIn(records: RunRecords): FlatConfig {
  const where = placeOf(records, "config.yaml");
  const text = records.text("config.yaml");
  if (text === undefined) throw heedError("ERR_DATA", { where, cause: "is missing" });
  return flatten(parseConfig(text, where));
}

function resultIn(records: RunRecords): RunResult | undefined {
  const text = records.text(RESULT);
  return text === undefined ? undefined : resultOf(text, placeOf(records, RESULT));
}

function whyUnfinished(records: RunRecords, step: number): Pick<RecordedRun, "state" | "reason"> {
  const trainer = records.trainer?.();
  if (trainer)
    return { state: "training", reason: `process ${trainer.pid} on ${trainer.host} is at step ${step}` };
  const divergence = records.text(DIVERGED);
  if (divergence !== undefined) {
    const { step: at } = JSON.parse(divergence) as { step: number };
    return { state: "diverged", reason: `the loss or the gradient was not a number at step ${at}` };
  }
  return { state: "unfinished", reason: `stopped after step ${step}` };
}

/** The model whose scores a run ended with. */
function keptIn({ validation }: Log, valid: Readonly<Record<string, number>>): Pick<RecordedRun, "kept"> {
  const keys = Object.keys(valid);
  const steps = (validation.loss ?? []).map(([step]) => step);
  const isKept = (step: number): boolean =>
    keys.every((key) => validation[key]?.some(([at, value]) => at === step && value === valid[key]));
  const step = steps.find(isKept);
  if (step !== undefined) return { kept: `step ${step.toLocaleString("en-US")}` };
  // The average of checkpoints was not validated at any step.
  return steps.length > 0 ? { kept: "average" } : {};
}

interface Log {
  readonly training: Points;
  readonly validation: Readonly<Record<string, Points>>;
  /** Target tokens of each logged step. */
  readonly tokens: ReadonlyMap<number, number>;
  readonly last: number;
}

const NO_SCORES = new Set(["step", "epoch", "score"]);

function logIn(records: readonly Record<string, unknown>[]): Log {
  const training: [number, number][] = [];
  const validation: Record<string, [number, number][]> = {};
  const tokens = new Map<number, number>();
  let last = 0;
  for (const record of records) {
    const { kind, step } = record;
    if (typeof step !== "number") continue;
    last = Math.max(last, step);
    if (kind === "step") {
      if (typeof record.negativeLogLikelihood === "number")
        training.push([step, record.negativeLogLikelihood]);
      if (typeof record.tokens === "number") tokens.set(step, record.tokens);
    } else if (kind === "validation") {
      for (const [key, value] of Object.entries(numbersOf(record))) {
        if (NO_SCORES.has(key)) continue;
        validation[key] ??= [];
        validation[key].push([step, value]);
      }
    }
  }
  return { training, validation, tokens, last };
}

/** @throws ERR_DATA for a line that is not a record; the last one is exempt, since it may have been cut off. */
function recordsIn(records: RunRecords, file: string): Record<string, unknown>[] {
  const lines = (records.text(file) ?? "").split("\n");
  return lines.flatMap((line, i) => {
    if (line === "") return [];
    try {
      const record: unknown = JSON.parse(line);
      if (typeof record === "object" && record !== null) return [record as Record<string, unknown>];
    } catch {}
    if (i === lines.length - 1) return [];
    throw heedError("ERR_DATA", { where: `${placeOf(records, file)}:${i + 1}`, cause: "is not a record" });
  });
}

function speed(
  records: readonly Record<string, unknown>[],
  tokens: ReadonlyMap<number, number>,
): Pick<RecordedRun, "millisecondsPerStep" | "tokensPerSecond" | "elapsed"> {
  const timed = records.flatMap(({ step, seconds }) =>
    typeof step === "number" && typeof seconds === "number" && seconds > 0 ? [{ step, seconds }] : [],
  );
  const millisecondsPerStep = median(timed.map(({ seconds }) => 1000 * seconds));
  const tokensPerSecond = median(
    timed.flatMap(({ step, seconds }) => {
      const count = tokens.get(step);
      return count === undefined ? [] : [count / seconds];
    }),
  );
  let total = 0;
  const elapsed = timed.map(({ step, seconds }, i) => {
    total += (step - (timed[i - 1]?.step ?? 0)) * seconds;
    return [step, total] as const;
  });
  return {
    ...(millisecondsPerStep === undefined ? {} : { millisecondsPerStep }),
    ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }),
    ...(elapsed.length === 0 ? {} : { elapsed }),
  };
}

function numbersOf(record: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );
}
