import { flatten } from "./flat.ts";
import type { GivenConfig } from "./parse.ts";
import type { Config } from "./schema.ts";

/** How much there is to learn from. */
export interface CorpusSize {
  /** "2,000 pairs" */
  readonly name: string;
  /** Of what is written or judged: targets of pairs, texts. */
  readonly characters: number;
}

/**
 * Defaults for corpora smaller than those that the schema's are for: a small corpus carries few entries of a vocabulary and
 * few parameters, and it takes many passes in small batches until there have been enough updates to learn anything.
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

/** Keys of which one given decides what the others may be. */
const together: Readonly<Partial<Record<Path, readonly string[]>>> = {
  "model.dModel": ["model.heads", "model.dKey"],
  "model.heads": ["model.dModel"],
  "training.epochs": ["training.steps", "training.minutes"],
};

/** Whether the user has left this key to us. */
function isFree(path: Path, { config, given }: GivenConfig): boolean {
  // A vocabulary of words or letters has those that occur, few or many.
  if (path === "tokenizer.vocab" && config.tokenizer.kind !== "bpe") return false;
  // Another rule reads the rate in another way.
  const { optimizer, schedule } = config.training;
  const isUsual = optimizer === "adamw" && schedule === "inverse-sqrt";
  if (path === "training.learningRate" && !isUsual) return false;
  return ![path, ...(together[path] ?? [])].some((one) => given.has(one));
}

/** The keys that a training will fit to its data, by their paths. */
export function fittedKeys({ config, given }: GivenConfig): ReadonlySet<string> {
  const has = flatten(config);
  return new Set(paths.filter((path) => has.has(path) && isFree(path, { config, given })));
}

/**
 * A configuration whose defaults fit the corpus: only keys that were left out change.
 *
 * @returns the configuration, and which keys changed to what.
 */
export function fitToData(
  asked: GivenConfig,
  { characters }: CorpusSize,
): { config: Config; changes: readonly string[] } {
  const { config } = asked;
  const row = table.find(({ below }) => characters < below);
  const before = flatten(config);
  const changed = new Map<Path, number>();
  for (const path of row ? paths : []) {
    const value = row?.defaults[path];
    if (value === undefined || !before.has(path) || before.get(path) === value) continue;
    if (isFree(path, asked)) changed.set(path, value);
  }
  return {
    config: withValues(config, changed),
    changes: [...changed].map(([path, value]) => `${path} ${value}`),
  };
}

/** A configuration with what a run was fitted to when it began, where the user leaves that to us still. */
export function fitToRun(asked: GivenConfig, run: Config): Config {
  const then = flatten(run);
  const kept = [...fittedKeys(asked)].filter((path) => then.has(path)) as Path[];
  return withValues(asked.config, new Map(kept.map((path) => [path, then.get(path) as number])));
}

function withValues(config: Config, values: ReadonlyMap<Path, number>): Config {
  const copy = structuredClone(config);
  for (const [path, value] of values) {
    const [section, key] = path.split(".") as ["tokenizer" | "model" | "training", string];
    (copy[section] as Record<string, unknown>)[key] = value;
  }
  return copy;
}
