import type { OptionSpec } from "./command.ts";

/** What `score`, `compare` and `evaluate` have in common. Nothing heavy is imported here. */
export const metricOptions = {
  metrics: {
    type: "string",
    value: "LIST",
    default: "bleu,chrf",
    help: "of bleu, chrf, chrf++, ter, exact, with commas",
  },
  tokenize: { type: "string", value: "T", default: "13a", help: "BLEU's words: 13a, intl, zh, char or none" },
  smoothing: {
    type: "string",
    value: "S",
    default: "exp",
    help: "BLEU's precisions of zero: exp, none, floor or add-k; floor=0.01 and add-k=2 set their value",
  },
  lowercase: { type: "boolean", help: "BLEU and chrF take A for a (TER does so anyway)" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** What only commands have that do nothing but score. */
export const furtherMetricOptions = {
  effectiveOrder: { type: "boolean", help: "BLEU: orders longer than every translation do not count" },
  chrfCharOrder: {
    type: "number",
    whole: true,
    range: [1, 20],
    default: 6,
    help: "chrF: longest character n-grams",
  },
  chrfWordOrder: {
    type: "number",
    whole: true,
    range: [0, 10],
    default: 0,
    help: "chrF: longest word n-grams (chrf++ has 2)",
  },
  chrfBeta: {
    type: "number",
    whole: true,
    range: [1, 10],
    default: 2,
    help: "chrF: how much more recall counts",
  },
  chrfWhitespace: { type: "boolean", help: "chrF: white space counts" },
  chrfEpsSmoothing: { type: "boolean", help: "chrF: all orders count, as in the metric's first program" },
  terNormalized: { type: "boolean", help: "TER: punctuation apart, as Tercom does" },
  terNoPunct: { type: "boolean", help: "TER: without punctuation" },
  terAsianSupport: { type: "boolean", help: "TER: the two before also for Chinese and Japanese" },
  terCaseSensitive: { type: "boolean", help: "TER: A is not a" },
  seed: { type: "number", whole: true, range: [0, 2 ** 32 - 1], default: 12345, help: "of what is drawn" },
  short: { type: "boolean", help: "short signatures" },
} as const satisfies Readonly<Record<string, OptionSpec>>;
