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
 * The metrics named, in that order.
 *
 * @param others  What may also be named and is left to the caller.
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
  const made: Readonly<Record<MetricKey, () => Metric>> = {
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
    if (isMetric(name)) return [name, made[name]()] as const;
    throw unknown("--metrics", `"${name}" is not a metric`, [...metricKeys, ...others]);
  });
  return new Map(named);
}

/** The names in a comma-separated list. */
export const metricNames = (list: string): string[] => list.split(",").map((name) => name.trim());

function tokenizerOf(name: string): BleuTokenizer {
  const found = bleuTokenizers.find((each) => each === name);
  if (found) return found;
  throw unknown("--tokenize", `"${name}" is not a tokeniser that needs no model`, bleuTokenizers);
}

/** "floor=0.01" */
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
    cause: `"${text}" has no use`,
    remedy: "floor and add-k take a number from 0, as floor=0.1",
  });
}

const unknown = (where: string, cause: string, choices: readonly string[]) =>
  heedError("ERR_USAGE", { where, cause, remedy: `choose ${choices.join(", ")}` });
