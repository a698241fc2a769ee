import {
  type CorpusSize,
  type FitRow,
  type FittedPath,
  fitTable,
  fittedPaths,
  reasons,
  SMALLEST_VOCABULARY,
  timesWidth,
} from "./fit-table.ts";
import { flatten } from "./flat.ts";
import type { GivenConfig } from "./parse.ts";
import type { Config } from "./schema.ts";
import { trainingCost } from "./training-cost.ts";

export type { CorpusSize } from "./fit-table.ts";

type Value = string | number;

/** Other keys whose values settle a key too: once the user sets one of them, the key is not fitted. */
const settledBy: Readonly<Partial<Record<FittedPath, readonly string[]>>> = {
  "model.dModel": ["model.heads", "model.dKey"],
  "model.heads": ["model.dModel"],
  "training.epochs": ["training.steps"],
  // Trained weights bear smaller rates than new ones.
  "training.learningRate": ["training.from"],
};

/** With a budget of minutes, the target tokens that a model must read for each of its parameters; otherwise a smaller one is taken. */
const FEWEST_TOKENS = 0.5;
/** Share of the minutes that updates take; validation and saving take the rest. */
const TRAINING = 0.85;
/** Words of all sides that a piece of the vocabulary needs at the least. */
const RARE = 12;
/** The width of the largest row. */
const WIDEST = 256;
/** Share of all updates that the rate may rise. */
const WARMING = 0.1;

/** What the fitted learning rates are for. */
const usual: Readonly<Record<string, readonly string[]>> = {
  "training.optimizer": ["adamw", "muon"],
  "training.schedule": ["cosine"],
  "model.norm": ["pre"],
};

/** With both given, nothing reads `model.layers`. */
const bothDepths = ["model.encoderLayers", "model.decoderLayers"];

/** Whether this key may be fitted to the data. */
function isFree(path: FittedPath, { config, given }: GivenConfig): boolean {
  // A vocabulary of words or characters holds those that occur, few or many.
  if (path === "tokenizer.vocab" && config.tokenizer.kind !== "bpe") return false;
  if (path === "model.layers" && bothDepths.every((key) => given.has(key))) return false;
  // The rates are for AdamW, also within Muon, a cosine and pre-norm.
  const has = flatten(config);
  const isOther = Object.entries(usual).some(
    ([key, values]) => given.has(key) && !values.includes(`${has.get(key)}`),
  );
  if (path === "training.learningRate" && isOther) return false;
  return ![path, ...(settledBy[path] ?? [])].some((key) => given.has(key));
}

/** Paths of the keys that training fits to its data. */
export function fittedKeys({ config, given }: GivenConfig): ReadonlySet<string> {
  const has = flatten(config);
  return new Set(fittedPaths.filter((path) => has.has(path) && isFree(path, { config, given })));
}

/**
 * Resolves the keys that the user left out from counts of the corpus, and from the minutes that training may take: the row
 * of the table that the words select, or with few minutes a smaller one; a warm-up that ends early in the passes that fit
 * into the minutes. Keys that the user set stay. Equal data gives equal values, on any machine.
 *
 * @returns the configuration, and each resolved key with its value and the reason: "model.dModel 128: …".
 */
export function fitToData(
  requested: GivenConfig,
  size: CorpusSize,
): { config: Config; choices: readonly string[] } {
  const last = fitTable.findIndex(({ below }) => size.words < below);
  const free = fittedKeys(requested);
  // A smaller row is for a smaller model: whoever has set the size gets the row of the corpus.
  const isSized = !["model.layers", "model.dModel", "model.hidden"].some((path) => free.has(path));
  const rows = fitTable.slice(isSized ? last : 0, last + 1).toReversed();
  const fits = rows.map((row) => withRow(requested, row, size));
  const { config } = fits.find(({ share }) => share >= FEWEST_TOKENS) ?? (fits.at(-1) as Fit);
  const facts = { size, config, cost: trainingCost(config, size), isShort: config !== fits[0]?.config };
  const values = flatten(config);
  const paths = fittedPaths.filter((path) => free.has(path));
  return { config, choices: paths.map((path) => `${path} ${values.get(path)}: ${reasons[path](facts)}`) };
}

interface Fit {
  readonly config: Config;
  /** Target tokens that the minutes allow, for each parameter; Infinity without minutes. */
  readonly share: number;
}

function withRow(requested: GivenConfig, { defaults }: FitRow, size: CorpusSize): Fit {
  const free = fittedKeys(requested);
  const set = (config: Config, path: FittedPath, value: Value): Config =>
    free.has(path) ? withValues(config, new Map([[path, value]])) : config;
  const entries = Object.entries(defaults) as [FittedPath, Value][];
  let config = withValues(requested.config, new Map(entries.filter(([path]) => free.has(path))));
  const width = "dModel" in config.model ? config.model.dModel : WIDEST;
  for (const [path, times] of Object.entries(timesWidth))
    config = set(config, path as FittedPath, times * width);
  config = set(config, "tokenizer.vocab", vocabularyOf(defaults["tokenizer.vocab"], size));
  const { minutes = Infinity, steps = Infinity } = config.training;
  const cost = trainingCost(config, size);
  const tokens = TRAINING * 60 * minutes * cost.speed;
  // The clock ends training where it ends first, and the rate with it; how many passes that will be is a guess.
  const passes = Math.min(config.training.epochs, tokens / cost.tokens);
  const updates = Math.min(steps, passes * cost.updatesPerPass);
  const warmup = Math.min(defaults["training.warmup"], Math.floor(WARMING * updates));
  config = set(config, "training.warmup", warmup);
  return {
    config: set(config, "training.learningRate", rateOf(config, defaults["training.learningRate"])),
    share: tokens / cost.parameters,
  };
}

/** The vocabulary of a row, unless merges would run out before, or its pieces be rare. */
function vocabularyOf(most: number, { allWords, types }: CorpusSize): number {
  const carried = Math.min(SMALLEST_VOCABULARY + types / 2, Math.max(SMALLEST_VOCABULARY, allWords / RARE));
  return Math.min(most, Number(carried.toPrecision(2)));
}

/** The rate of a row is for Transformers; wider ones than its widest bear less, recurrent networks a third. */
function rateOf({ model }: Config, rate: number): number {
  if ("hidden" in model) return rate / 3;
  const width = "dModel" in model ? model.dModel : WIDEST;
  return Number((rate * Math.min(1, WIDEST / width)).toPrecision(2));
}

/** A configuration with the values that were fitted when a run began, except for keys that the user sets now. */
export function fitToRun(requested: GivenConfig, run: Config): Config {
  const recorded = flatten(run);
  const kept = [...fittedKeys(requested)].filter((path) => recorded.has(path)) as FittedPath[];
  return withValues(requested.config, new Map(kept.map((path) => [path, recorded.get(path) as Value])));
}

function withValues(config: Config, values: ReadonlyMap<FittedPath, Value>): Config {
  const copy = structuredClone(config);
  for (const [path, value] of values) {
    const [section, key] = path.split(".") as ["tokenizer" | "model" | "training", string];
    (copy[section] as Record<string, unknown>)[key] = value;
  }
  return copy;
}
