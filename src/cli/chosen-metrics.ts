import { heedError } from "../errors.ts";
import { type BleuOptions, bleu, type Smoothing, smoothings } from "../evaluation/bleu.ts";
import { chrf } from "../evaluation/chrf.ts";
import { exact } from "../evaluation/exact-match.ts";
import type { Metric } from "../evaluation/metric.ts";
import type { MetricKey } from "../evaluation/metric-keys.ts";
import { isMetric, metricKeys } from "../evaluation/metric-keys.ts";
import { ter } from "../evaluation/ter.ts";
import { type BleuTokenizer, bleuTokenizers } from "../evaluation/tokenize.ts";

/** The values of `metricOptions` and, where a command has them, of `furtherMetricOptions`. */
export interface MetricValues {
  readonly metrics: string;
  readonly tokenize: string;
  readonly smoothing: string;
  readonly lowercase: boolean;
  readonly effectiveOrder?: boolean;
  readonly chrfCharOrder?: number;
  readonly chrfWordOrder?: number;
  readonly chrfBeta?: number;
  readonly chrfWhitespace?: boolean;
  readonly chrfEpsSmoothing?: boolean;
  readonly terNormalized?: boolean;
  readonly terNoPunct?: boolean;
  readonly terAsianSupport?: boolean;
  readonly terCaseSensitive?: boolean;
}

/**
 * The metrics named by `--metrics`, in that order.
 *
 * @param others  Further names that are allowed and left to the caller.
 * @throws ERR_USAGE for an unknown metric, tokeniser or smoothing.
 */
export function chosenMetrics(
  values: MetricValues,
  others: readonly string[] = [],
): ReadonlyMap<MetricKey, Metric> {
  const { lowercase } = values;
  const chrfValues = {
    lowercase,
    charOrder: values.chrfCharOrder ?? 6,
    wordOrder: values.chrfWordOrder ?? 0,
    beta: values.chrfBeta ?? 2,
    whitespace: values.chrfWhitespace ?? false,
    effectiveOrder: !values.chrfEpsSmoothing,
  };
  const factories: Readonly<Record<MetricKey, () => Metric>> = {
    bleu: () =>
      bleu({
        lowercase,
        tokenize: tokenizerOf(values.tokenize),
        effectiveOrder: values.effectiveOrder ?? false,
        ...smoothingOf(values.smoothing),
      }),
    chrf: () => chrf(chrfValues),
    "chrf++": () => chrf({ ...chrfValues, wordOrder: 2 }),
    ter: () =>
      ter({
        normalized: values.terNormalized ?? false,
        noPunctuation: values.terNoPunct ?? false,
        asianSupport: values.terAsianSupport ?? false,
        caseSensitive: values.terCaseSensitive ?? false,
      }),
    exact,
  };
  const names = metricNames(values.metrics).filter((name) => !others.includes(name));
  const named = names.map((name) => {
    if (isMetric(name)) return [name, factories[name]()] as const;
    throw unknown("--metrics", `"${name}" is not a metric`, [...metricKeys, ...others]);
  });
  return new Map(named);
}

/** The names in a comma-separated list. */
export const metricNames = (list: string): string[] => list.split(",").map((name) => name.trim());

function tokenizerOf(name: string): BleuTokenizer {
  const tokenizer = bleuTokenizers.find((each) => each === name);
  if (tokenizer) return tokenizer;
  throw unknown("--tokenize", `"${name}" is not a supported tokeniser`, bleuTokenizers);
}

/** Parses "exp" or "floor=0.01". */
function smoothingOf(text: string): BleuOptions {
  const [name = "", value] = text.split("=");
  const smoothing: Smoothing | undefined = smoothings.find((each) => each === name);
  if (!smoothing) throw unknown("--smoothing", `"${name}" is not a smoothing`, smoothings);
  if (value === undefined) return { smoothing };
  const smoothingValue = Number(value);
  const hasValue = smoothing === "floor" || smoothing === "add-k";
  if (hasValue && value.trim() !== "" && smoothingValue >= 0 && smoothingValue < Infinity)
    return { smoothing, smoothingValue };
  throw heedError("ERR_USAGE", {
    where: "--smoothing",
    cause: `"${text}" is not valid`,
    remedy: "only floor and add-k take a value, a number of at least 0: floor=0.1",
  });
}

const unknown = (where: string, cause: string, choices: readonly string[]) =>
  heedError("ERR_USAGE", { where, cause, remedy: `choose ${choices.join(", ")}` });
