import type { Config } from "./schema.ts";
import type { TrainingCost } from "./training-cost.ts";

/** The size of a training corpus. */
export interface CorpusSize {
  /** "2,000 pairs" */
  readonly name: string;
  readonly examples: number;
  /** Words of the targets, or of the texts where there are no pairs. */
  readonly words: number;
  /** Words on all sides. */
  readonly allWords: number;
  /** Different words on all sides. */
  readonly types: number;
}

/**
 * Defaults by the size of the corpus. A small one supports few vocabulary entries and few parameters, needs many passes in
 * small batches to give enough updates, and dropout against learning by heart. `bench/defaults` measures each row.
 */
export const fitTable = [
  {
    /** Words of the targets: some 400 short sentences. */
    below: 3_500,
    defaults: {
      "tokenizer.vocab": 400,
      "model.layers": 1,
      "model.dModel": 64,
      "model.heads": 4,
      "model.dropout": 0.1,
      "model.norm": "pre",
      "training.batchTokens": 256,
      "training.epochs": 60,
      "training.learningRate": 3e-3,
      "training.schedule": "cosine",
      "training.warmup": 100,
    },
  },
  {
    below: 8_000,
    defaults: {
      "tokenizer.vocab": 800,
      "model.layers": 2,
      "model.dModel": 128,
      "model.heads": 4,
      "model.dropout": 0.1,
      "model.norm": "pre",
      "training.batchTokens": 256,
      "training.epochs": 100,
      "training.learningRate": 3e-3,
      "training.schedule": "cosine",
      "training.warmup": 100,
    },
  },
  {
    below: 36_000,
    defaults: {
      "tokenizer.vocab": 3000,
      "model.layers": 2,
      "model.dModel": 128,
      "model.heads": 4,
      "model.dropout": 0.2,
      "model.norm": "pre",
      "training.batchTokens": 512,
      "training.epochs": 50,
      "training.learningRate": 3e-3,
      "training.schedule": "cosine",
      "training.warmup": 200,
    },
  },
  {
    below: 250_000,
    defaults: {
      "tokenizer.vocab": 4000,
      "model.layers": 3,
      "model.dModel": 128,
      "model.heads": 4,
      "model.dropout": 0.1,
      "model.norm": "pre",
      "training.batchTokens": 1024,
      "training.epochs": 30,
      "training.learningRate": 3e-3,
      "training.schedule": "cosine",
      "training.warmup": 300,
    },
  },
  {
    below: Infinity,
    defaults: {
      "tokenizer.vocab": 6000,
      "model.layers": 3,
      "model.dModel": 256,
      "model.heads": 4,
      "model.dropout": 0.1,
      "model.norm": "pre",
      "training.batchTokens": 2048,
      "training.epochs": 10,
      "training.learningRate": 3e-3,
      "training.schedule": "cosine",
      "training.warmup": 300,
    },
  },
] as const;

/** Pieces below which bytes and control tokens leave a vocabulary room for few merges. */
export const SMALLEST_VOCABULARY = 300;

export type FitRow = (typeof fitTable)[number];

/** Sizes that are a multiple of the width, whoever chose it. */
export const timesWidth = { "model.feedForward": 4, "model.hidden": 2 } as const;

export type FittedPath = keyof FitRow["defaults"] | keyof typeof timesWidth;
const unsorted = Object.keys({ ...fitTable[0].defaults, ...timesWidth }) as FittedPath[];
export const fittedPaths = ["tokenizer", "model", "training"].flatMap((section) =>
  unsorted.filter((path) => path.startsWith(section)),
);

/** What the reason for a value is made of. */
export interface Facts {
  readonly size: CorpusSize;
  /** With all values filled in. */
  readonly config: Config;
  readonly cost: TrainingCost;
  /** Whether the minutes ask for a smaller model than the corpus does. */
  readonly isShort: boolean;
}

const count = (n: number): string => Math.round(n).toLocaleString("en-US");
const rounded = (n: number): string => count(Number(n.toPrecision(2)));
const plural = (n: number, noun: string, nouns = `${noun}s`): string =>
  `${rounded(n)} ${rounded(n) === "1" ? noun : nouns}`;
const limit = ({ size, config, isShort }: Facts): string =>
  isShort
    ? `${duration(60 * (config.training.minutes ?? 0))} allow`
    : `${size.name} of ${rounded(size.words)} words carry`;

/** Why each value follows from the corpus. */
export const reasons: Readonly<Record<FittedPath, (facts: Facts) => string>> = {
  "tokenizer.vocab": ({ size, config }) =>
    `${rounded(size.allWords)} words, ${rounded(size.types)} of them different: each piece occurs some ${rounded((1.4 * size.allWords) / config.tokenizer.vocab)} times`,
  "model.layers": (facts) => `as deep as ${limit(facts)}`,
  "model.dModel": (facts) =>
    `some ${(facts.cost.parameters / 1e6).toFixed(1)} million parameters, as ${limit(facts)}`,
  "model.heads": () => "divides the width",
  "model.feedForward": () => "four times the width",
  "model.hidden": () => "twice the width",
  "model.dropout": ({ size }) => `against learning ${size.name} by heart`,
  "model.norm": () => "bears the higher rate",
  "training.batchTokens": ({ cost }) => `some ${plural(cost.updatesPerPass, "update")} a pass`,
  "training.epochs": ({ config, cost }) => {
    const { epochs, minutes = Infinity } = config.training;
    const seconds = (epochs * cost.tokens) / cost.speed;
    const passes = (60 * minutes * cost.speed) / cost.tokens;
    const speed = `at ${rounded(cost.speed)} tokens a second, assumed for two cores`;
    return passes < epochs
      ? `at most; ${duration(60 * minutes)} allow some ${plural(Math.max(1, passes), "pass", "passes")} ${speed}`
      : `some ${rounded(epochs * cost.updatesPerPass)} updates in ${duration(seconds)} ${speed}`;
  },
  "training.learningRate": ({ config }) => `for width ${"dModel" in config.model ? config.model.dModel : ""}`,
  "training.schedule": () => "the rate falls to 0 where training ends",
  "training.warmup": () => "at most a tenth of the updates",
};

const duration = (seconds: number): string =>
  seconds < 90 ? `${rounded(seconds)} seconds` : `${rounded(seconds / 60)} minutes`;
