import { type FlatConfig, flatten } from "../config/flat.ts";
import type { Config } from "../config/schema.ts";
import { heedError } from "../errors.ts";

/** What a run was trained with, compared when it is resumed. Objects are JSON. */
export interface Fingerprint {
  readonly seed: number;
  readonly batchTokens: number;
  readonly accumulate: number;
  readonly trainCorpus: string;
  /** How the corpus is filtered and cut: lengths, windows, duplicates. */
  readonly data: string;
  readonly model: string;
  /** Missing in older checkpoints, as is everything below. */
  readonly task?: string;
  readonly tokenizer?: string;
  readonly optimizer?: string;
  readonly validCorpus?: string;
  /** The other keys of `training`. */
  readonly training?: string;
}

/**
 * What a change means for a resumed run:
 *
 * - fixed      refused: the weights and moments depend on it
 * - asked      mixes two different runs: only with --allow-change
 * - best       earlier scores measured something else: the best is validated again, patience and plateau restart
 * - patience   validations without improvement came at other intervals: patience restarts
 * - reduction  "plateau" had reduced another rate: its reduction restarts
 * - free       affects later updates only
 */
export type Treatment = "fixed" | "asked" | "best" | "patience" | "reduction" | "free";

/** By the path of a key or of a section that contains it. */
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
  // Without momentum there is no moment to continue from.
  "training.momentum": "fixed",
  "training.beta1": "asked",
  "training.beta2": "asked",
  "training.warmup": "free",
  // When they change the length of a cosine, `schedule-change.ts` asks.
  // A resumed run has its own model and vocabularies.
  "training.from": "free",
  "training.newVocabulary": "fixed",
  // The optimiser has no moments for frozen weights.
  "training.freeze": "fixed",
  "training.lora": "fixed",
  "training.epochs": "free",
  "training.steps": "free",
  "training.minutes": "free",
  "training.patience": "free",
  "training.weightDecay": "free",
  "training.epsilon": "free",
  "training.clip": "free",
  "training.labelSmoothing": "free",
  "training.smoothOver": "free",
  "training.rDrop": "free",
  // Without an average there is none to continue from.
  "training.ema": "fixed",
  "training.bpeDropout": "asked",
  // Other links are another corpus, which asks.
  "training.guidedAlignment": "free",
  "training.wire": "free",
  // The outer step has a momentum of its own, and each update takes part of the batch.
  "training.localSteps": "fixed",
  "training.average": "free",
  "training.keep": "free",
  "training.logEvery": "free",
  "training.statistics": "free",
  "training.onSpike": "free",
  "training.spikeDeviations": "free",
};

/** What a change of a key means; undefined for a key that no row covers. */
export function treatmentOf(path: string): Treatment | undefined {
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length--) {
    const treatment = treatments[parts.slice(0, length).join(".")];
    if (treatment) return treatment;
  }
  return undefined;
}

/** The fingerprint of a configuration and its corpora. */
export function fingerprintOf(
  { seed, task, data, tokenizer, model, training }: Config,
  corpora: { readonly hash: string; readonly validHash: string },
): Fingerprint {
  const { batchTokens, accumulate, optimizer, ...others } = training;
  const { train: _, valid: __, ...filtering } = data;
  return {
    seed,
    batchTokens,
    accumulate,
    trainCorpus: corpora.hash,
    data: JSON.stringify(filtering),
    model: JSON.stringify(model),
    task,
    tokenizer: JSON.stringify(tokenizer),
    optimizer,
    validCorpus: corpora.validHash,
    training: JSON.stringify(others),
  };
}

const nested = ["data", "model", "tokenizer", "training"] as const;

/** Flattens a fingerprint to the paths of its keys. */
export function flatFingerprint(fingerprint: Fingerprint): FlatConfig {
  const parsed = nested.flatMap((key) => {
    const json = fingerprint[key];
    return json === undefined ? [] : [[key, JSON.parse(json)] as const];
  });
  return flatten({ ...fingerprint, ...Object.fromEntries(parsed) });
}

/** Paths of the keys that decide how many updates a run has. */
const lengthKeys = [
  "seed",
  "batchTokens",
  "accumulate",
  "trainCorpus",
  "data",
  "training.epochs",
  "training.steps",
];

/**
 * Whether two runs have the same number of updates. The count planned at the start is then still the right one: as
 * passes are batched differently, one counted again from another pass can differ.
 */
export function hasSameLength(before: Fingerprint, now: Fingerprint): boolean {
  const [was, is] = [flatFingerprint(before), flatFingerprint(now)];
  const paths = [...new Set([...was.keys(), ...is.keys()])];
  const decides = (path: string): boolean =>
    lengthKeys.some((key) => path === key || path.startsWith(`${key}.`));
  return paths.filter(decides).every((path) => was.get(path) === is.get(path));
}

export interface Differences {
  /** Recorded in checkpoints: "seed was 42 and is 9". */
  readonly changes: readonly string[];
  /** Those that restart a count of the run, by what they restart. */
  readonly restarts: Readonly<Record<"best" | "patience" | "reduction", readonly string[]>>;
}

/** Compares two fingerprints. @throws ERR_CONFIG listing changes that are fixed, or that only `allowed` permits. */
export function differencesSince(
  before: Fingerprint,
  now: Fingerprint,
  where: string,
  allowed = false,
): Differences {
  const [was, is] = [flatFingerprint(before), flatFingerprint(now)];
  const paths = [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path));
  // Older checkpoints lack some fields; those cannot be compared.
  const known = paths.filter((path) => before[path.split(".")[0] as keyof Fingerprint] !== undefined);
  const shown = (path: string): string =>
    `${path} was ${was.get(path) ?? "unset"} and is ${is.get(path) ?? "unset"}`;
  const treated = (treatment: Treatment): string[] =>
    known.filter((path) => (treatmentOf(path) ?? "asked") === treatment).map(shown);
  const fixed = treated("fixed");
  if (fixed.length > 0) {
    const remedy = "its weights depend on that; train the new configuration in another --run";
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
  const changes = [
    ...asked,
    ...restarts.best,
    ...restarts.patience,
    ...restarts.reduction,
    ...treated("free"),
  ];
  return { changes, restarts };
}
