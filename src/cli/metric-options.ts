import type { OptionSpec } from "./command.ts";

/** The options that `score`, `compare` and `evaluate` share. Nothing heavy is imported here. */
export const metricOptions = {
  metrics: {
    type: "string",
    value: "LIST",
    default: "bleu,chrf",
    help: "comma-separated list of bleu, chrf, chrf++, ter, exact",
  },
  tokenize: {
    type: "string",
    value: "T",
    default: "13a",
    help: "BLEU: tokeniser, one of 13a, intl, zh, char, none",
  },
  smoothing: {
    type: "string",
    value: "S",
    default: "exp",
    help: "BLEU: smoothing of zero precisions, one of exp, none, floor, add-k; floor=0.01 and add-k=2 set the value",
  },
  lowercase: { type: "boolean", help: "BLEU and chrF: ignore case (TER does by default)" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Further options of the commands that only score. */
export const furtherMetricOptions = {
  effectiveOrder: { type: "boolean", help: "BLEU: ignore orders longer than every translation" },
  chrfCharOrder: {
    type: "number",
    whole: true,
    range: [1, 20],
    default: 6,
    help: "chrF: longest character n-gram",
  },
  chrfWordOrder: {
    type: "number",
    whole: true,
    range: [0, 10],
    default: 0,
    help: "chrF: longest word n-gram (chrf++ has 2)",
  },
  chrfBeta: {
    type: "number",
    whole: true,
    range: [1, 10],
    default: 2,
    help: "chrF: weight of recall relative to precision",
  },
  chrfWhitespace: { type: "boolean", help: "chrF: count white space" },
  chrfEpsSmoothing: {
    type: "boolean",
    help: "chrF: count all orders with epsilon smoothing, as the original chrF++.py does",
  },
  terNormalized: { type: "boolean", help: "TER: split off punctuation, as Tercom does" },
  terNoPunct: { type: "boolean", help: "TER: remove punctuation" },
  terAsianSupport: { type: "boolean", help: "TER: apply the two options above to Chinese and Japanese too" },
  terCaseSensitive: { type: "boolean", help: "TER: distinguish upper and lower case" },
  seed: {
    type: "number",
    whole: true,
    range: [0, 2 ** 32 - 1],
    default: 12345,
    help: "for random draws: same seed, same numbers",
  },
  short: { type: "boolean", help: "print short signatures" },
} as const satisfies Readonly<Record<string, OptionSpec>>;
