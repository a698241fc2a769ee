import { flatten } from "./flat.ts";
import type { GivenConfig } from "./parse.ts";
import type { Config } from "./schema.ts";

/** The size of a training corpus. */
export interface CorpusSize {
  /** "2,000 pairs" */
  readonly name: string;
  /** Characters of the targets, or of the texts where there are no pairs. */
  readonly characters: number;
}

/**
 * Defaults for corpora smaller than the schema's defaults assume. A small corpus supports few vocabulary entries and few
 * parameters, and needs many passes in small batches to give enough updates.
 */
const table = [
  {
    below: 400_000,
    defaults: {
      "tokenizer.vocab": 1000,
      "model.layers": 2,
      "model.dModel": 128,
      "model.heads": 4,
      "model.feedForward": 256,
      "model.hidden": 256,
      "model.dropout": 0.2,
      "training.batchTokens": 512,
      "training.epochs": 40,
      "training.learningRate": 2e-3,
      "training.warmup": 200,
    },
  },
  {
    below: 4_000_000,
    defaults: {
      "tokenizer.vocab": 4000,
      "model.layers": 3,
      "model.dModel": 256,
      "model.heads": 4,
      "model.feedForward": 512,
      "model.hidden": 256,
      "model.dropout": 0.2,
      "training.batchTokens": 2048,
      "training.epochs": 20,
      "training.learningRate": 1e-3,
      "training.warmup": 400,
    },
  },
] as const;

type Path = keyof (typeof table)[number]["defaults"];
const paths = Object.keys(table[0].defaults) as Path[];

/** Other keys whose values settle a key too: once the user sets one of them, the key is not fitted. */
const settledBy: Readonly<Partial<Record<Path, readonly string[]>>> = {
  "model.dModel": ["model.heads", "model.dKey"],
  "model.heads": ["model.dModel"],
  "training.epochs": ["training.steps", "training.minutes"],
};

/** Whether this key may be fitted to the data. */
function isFree(path: Path, { config, given }: GivenConfig): boolean {
  // A vocabulary of words or characters holds those that occur, few or many.
  if (path === "tokenizer.vocab" && config.tokenizer.kind !== "bpe") return false;
  // Other optimisers and schedules need other rates.
  const { optimizer, schedule } = config.training;
  const isUsual = (optimizer === "adamw" || optimizer === "muon") && schedule === "inverse-sqrt";
  if (path === "training.learningRate" && !isUsual) return false;
  return ![path, ...(settledBy[path] ?? [])].some((key) => given.has(key));
}

/** Paths of the keys that training fits to its data. */
export function fittedKeys({ config, given }: GivenConfig): ReadonlySet<string> {
  const has = flatten(config);
  return new Set(paths.filter((path) => has.has(path) && isFree(path, { config, given })));
}

/**
 * Fits the defaults of a configuration to the corpus. Keys that the user set stay.
 *
 * @returns the configuration, and the changed keys with their new values.
 */
export function fitToData(
  requested: GivenConfig,
  { characters }: CorpusSize,
): { config: Config; changes: readonly string[] } {
  const { config } = requested;
  const row = table.find(({ below }) => characters < below);
  const before = flatten(config);
  const changed = new Map<Path, number>();
  for (const path of row ? paths : []) {
    const value = row?.defaults[path];
    if (value === undefined || !before.has(path) || before.get(path) === value) continue;
    if (isFree(path, requested)) changed.set(path, value);
  }
  return {
    config: withValues(config, changed),
    changes: [...changed].map(([path, value]) => `${path} ${value}`),
  };
}

/** A configuration with the values that were fitted when a run began, except for keys that the user sets now. */
export function fitToRun(requested: GivenConfig, run: Config): Config {
  const recorded = flatten(run);
  const kept = [...fittedKeys(requested)].filter((path) => recorded.has(path)) as Path[];
  return withValues(requested.config, new Map(kept.map((path) => [path, recorded.get(path) as number])));
}

function withValues(config: Config, values: ReadonlyMap<Path, number>): Config {
  const copy = structuredClone(config);
  for (const [path, value] of values) {
    const [section, key] = path.split(".") as ["tokenizer" | "model" | "training", string];
    (copy[section] as Record<string, unknown>)[key] = value;
  }
  return copy;
}
