import { type FlatConfig, flatten } from "../config/flat.ts";
import type { Config } from "../config/schema.ts";
import { heedError } from "../errors.ts";

/** What a run was made with, for a resumed one to be compared with. Objects are JSON. */
export interface Fingerprint {
  readonly seed: number;
  readonly batchTokens: number;
  readonly accumulate: number;
  readonly trainCorpus: string;
  /** What is taken of the corpus: lengths, windows, duplicates. */
  readonly data: string;
  readonly model: string;
  /** Not in checkpoints of before these were compared, as all that follow. */
  readonly task?: string;
  readonly tokenizer?: string;
  readonly optimizer?: string;
  readonly validCorpus?: string;
  /** The other keys of `training`. */
  readonly training?: string;
}

/**
 * What a change means for a run that goes on:
 *
 * - fixed      the weights and moments were made for it: no resumed run may have another
 * - asked      another run, mixed with this one: only with --allow-change
 * - best       scores so far measured something else: the best is measured anew, patience and plateau begin again
 * - patience   validations without improvement were counted in something else: patience begins again
 * - reduction  how far "plateau" has gone down was for another rate: it begins again
 * - free       from here on, nothing before it changes its meaning
 */
export type Treatment = "fixed" | "asked" | "best" | "patience" | "reduction" | "free";

/** By the path of a key, or of what it is in. */
const treatments: Readonly<Record<string, Treatment>> = {
  task: "fixed",
  tokenizer: "fixed",
  optimizer: "fixed",
  model: "fixed",
  "model.dropout": "asked",
  "model.attentionDropout": "asked",
  seed: "asked",
  batchTokens: "asked",
  accumulate: "asked",
  trainCorpus: "asked",
  data: "asked",
  validCorpus: "best",
  "training.validBleu": "best",
  "training.validateEvery": "patience",
  "training.learningRate": "reduction",
  "training.schedule": "reduction",
  // Without momentum there is no moment to go on with.
  "training.momentum": "fixed",
  "training.beta1": "asked",
  "training.beta2": "asked",
  "training.warmup": "free",
  // Where they change the length of a cosine, `schedule-change.ts` asks.
  "training.epochs": "free",
  "training.steps": "free",
  "training.minutes": "free",
  "training.patience": "free",
  "training.weightDecay": "free",
  "training.epsilon": "free",
  "training.clip": "free",
  "training.labelSmoothing": "free",
  "training.average": "free",
  "training.keep": "free",
  "training.logEvery": "free",
  "training.statistics": "free",
};

/** What a change of a key means; undefined for one that is in no row. */
export function treatmentOf(path: string): Treatment | undefined {
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length--) {
    const found = treatments[parts.slice(0, length).join(".")];
    if (found) return found;
  }
  return undefined;
}

/** A configuration and the hashes of its corpora. */
export function fingerprintOf(
  { seed, task, data, tokenizer, model, training }: Config,
  corpora: { readonly hash: string; readonly validHash: string },
): Fingerprint {
  const { batchTokens, accumulate, optimizer, ...others } = training;
  const { train: _, valid: __, ...taken } = data;
  return {
    seed,
    batchTokens,
    accumulate,
    trainCorpus: corpora.hash,
    data: JSON.stringify(taken),
    model: JSON.stringify(model),
    task,
    tokenizer: JSON.stringify(tokenizer),
    optimizer,
    validCorpus: corpora.validHash,
    training: JSON.stringify(others),
  };
}

const nested = ["data", "model", "tokenizer", "training"] as const;

/** A fingerprint by the paths of its keys. */
export function flatFingerprint(fingerprint: Fingerprint): FlatConfig {
  const parsed = nested.flatMap((key) => {
    const json = fingerprint[key];
    return json === undefined ? [] : [[key, JSON.parse(json)] as const];
  });
  return flatten({ ...fingerprint, ...Object.fromEntries(parsed) });
}

export interface Differences {
  /** "seed was 42 and is 9": what is recorded. */
  readonly changes: readonly string[];
  /** Of those, the ones that make numbers of the run begin again. */
  readonly restarts: Readonly<Record<"best" | "patience" | "reduction", readonly string[]>>;
}

/** @throws ERR_CONFIG listing what differs and must not, or may only when that was allowed. */
export function differencesSince(
  before: Fingerprint,
  now: Fingerprint,
  where: string,
  allowed = false,
): Differences {
  const [was, is] = [flatFingerprint(before), flatFingerprint(now)];
  const paths = [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path));
  // What older checkpoints do not say.
  const known = paths.filter((path) => before[path.split(".")[0] as keyof Fingerprint] !== undefined);
  const shown = (path: string): string =>
    `${path} was ${was.get(path) ?? "unset"} and is ${is.get(path) ?? "unset"}`;
  const treated = (treatment: Treatment): string[] =>
    known.filter((path) => (treatmentOf(path) ?? "asked") === treatment).map(shown);
  const fixed = treated("fixed");
  if (fixed.length > 0) {
    const remedy = "its weights were made for that; train the other one in another --run";
    throw heedError("ERR_CONFIG", { where, cause: `the run differs: ${fixed.join(", ")}`, remedy });
  }
  const asked = treated("asked");
  if (asked.length > 0 && !allowed) {
    const remedy = "resume with the same configuration and corpus, or add --allow-change";
    throw heedError("ERR_CONFIG", { where, cause: `the run differs: ${asked.join(", ")}`, remedy });
  }
  const restarts = {
    best: treated("best"),
    patience: treated("patience"),
    reduction: treated("reduction"),
  };
  const changes = [...asked, ...restarts.best, ...restarts.patience, ...restarts.reduction];
  return { changes, restarts };
}
