import { checkCounts, type References } from "./counts.ts";
import { type Metric, signatureOf, sumsOf, tabulate } from "./metric.ts";
import { wordNgrams } from "./ngrams.ts";
import { field, twoDecimals, yesNo } from "./signature.ts";
import { type BleuTokenizer, bleuTokens } from "./tokenize.ts";

/** How a precision of zero is smoothed: methods 3, 0, 1 and 2 of Chen & Cherry 2014. */
export type Smoothing = "exp" | "none" | "floor" | "add-k";

/** All values of `Smoothing`, for messages and checks. */
export const smoothings = ["exp", "floor", "add-k", "none"] as const satisfies Smoothing[];

export interface BleuOptions {
  /** How text is split into words. Default "13a": that of mteval, used by WMT. */
  readonly tokenize?: BleuTokenizer;
  /** Default false. */
  readonly lowercase?: boolean;
  /** Default "exp": the n-th precision of zero becomes 2⁻ⁿ matches. */
  readonly smoothing?: Smoothing;
  /**
   * "floor": the number of matches to count instead of 0, default 0.1. "add-k": the number added to matches and totals
   * of orders above 1, default 1. Unused by the others.
   */
  readonly smoothingValue?: number;
  /** Whether to ignore orders above the longest hypothesis. Default false; true for a single sentence. */
  readonly effectiveOrder?: boolean;
}

export interface BleuScore {
  /** 0 to 100. */
  readonly score: number;
  /** Precisions of 1- to 4-grams, 0 to 100. */
  readonly precisions: readonly number[];
  /** 0 to 1. */
  readonly brevityPenalty: number;
  /** In words. */
  readonly hypothesisLength: number;
  /** Sum of the reference lengths closest to the hypotheses', in words. */
  readonly referenceLength: number;
  /** sacreBLEU's signature, to be quoted with the score. */
  readonly signature: string;
}

const ORDER = 4;

/**
 * BLEU of a test set, equal to sacreBLEU's.
 *
 *   BLEU = BP · exp(Σ_n ¼ log p_n),   BP = min(1, exp(1 - r/h))
 *
 * @param references  One list per reference set, each as long as `hypotheses`; undefined where a sentence has fewer.
 * @throws ERR_DATA when a set differs in length from the hypotheses, or there is nothing to score.
 * @see Papineni et al. 2002 - https://aclanthology.org/P02-1040
 * @see Post 2018 - https://aclanthology.org/W18-6319
 */
export function corpusBleu(
  hypotheses: readonly string[],
  references: readonly References[],
  options: BleuOptions = {},
): BleuScore {
  const table = tabulate(bleu(options), hypotheses, references);
  return { ...fromSums(sumsOf(table), options), signature: signatureOf(table) };
}

/**
 * BLEU of one sentence. Orders above the sentence's length are ignored (sacreBLEU's effective order, `eff:yes`) unless
 * `effectiveOrder` is false.
 *
 * @throws ERR_DATA when there is no reference.
 */
export function sentenceBleu(
  hypothesis: string,
  references: readonly string[],
  options: BleuOptions = {},
): BleuScore {
  const sets = references.map((reference) => [reference]);
  checkCounts("BLEU", [hypothesis], sets);
  return corpusBleu([hypothesis], sets, { effectiveOrder: true, ...options });
}

/** BLEU as a metric. Statistics of a sentence: lengths of hypothesis and reference, 4 matches, 4 totals. */
export function bleu(options: BleuOptions = {}): Metric {
  const { tokenize = "13a", lowercase = false, effectiveOrder = false } = options;
  const words = (text: string): string[] => bleuTokens(lowercase ? text.toLowerCase() : text, tokenize);
  return {
    name: "BLEU",
    isErrorRate: false,
    statistics: (hypothesis, references) => sentenceStatistics(words(hypothesis), references.map(words)),
    score: (sums) => fromSums(sums, options).score,
    sentenceScore: (sums) => fromSums(sums, { ...options, effectiveOrder: true }).score,
    fields: [
      field("case", "c", lowercase ? "lc" : "mixed"),
      field("eff", "e", yesNo(effectiveOrder)),
      field("tok", "tok", tokenize),
      field("smooth", "s", smoothingName(options)),
    ],
  };
}

const defaultValue = { exp: undefined, none: undefined, floor: 0.1, "add-k": 1 } as const;

const smoothingValueOf = ({ smoothing = "exp", smoothingValue }: BleuOptions): number =>
  smoothingValue ?? defaultValue[smoothing] ?? 0;

function smoothingName(options: BleuOptions): string {
  const { smoothing = "exp" } = options;
  const hasValue = defaultValue[smoothing] !== undefined;
  return hasValue ? `${smoothing}[${twoDecimals(smoothingValueOf(options))}]` : smoothing;
}

function fromSums(sums: ArrayLike<number>, options: BleuOptions): Omit<BleuScore, "signature"> {
  const [hypothesisLength, referenceLength] = [at(sums, 0), at(sums, 1)];
  const isShort = hypothesisLength < referenceLength;
  // An empty hypothesis gives exp(-Infinity) = 0.
  const brevityPenalty = isShort ? Math.exp(1 - referenceLength / hypothesisLength) : 1;
  const { precisions, reached } = smoothedPrecisions(sums, options);
  const orders = options.effectiveOrder ? reached : ORDER;
  // The logarithm of a precision of 0 makes the mean -Infinity and the score 0.
  let logs = 0;
  for (let n = 0; n < orders; n++) logs += Math.log(at(precisions, n));
  const score = orders === 0 ? 0 : brevityPenalty * Math.exp(logs / orders);
  return { score, precisions, brevityPenalty, hypothesisLength, referenceLength };
}

/**
 * Precisions in percent, all 0 if nothing matches and 0 for orders above the longest sentence; and the highest order
 * that occurs.
 */
function smoothedPrecisions(
  sums: ArrayLike<number>,
  options: BleuOptions,
): { precisions: number[]; reached: number } {
  const { smoothing = "exp" } = options;
  const value = smoothingValueOf(options);
  const precisions = [0, 0, 0, 0];
  const matchesOf = (n: number): number => at(sums, 1 + n);
  const totalOf = (n: number): number => at(sums, 1 + ORDER + n);
  if ([1, 2, 3, 4].every((n) => matchesOf(n) === 0)) return { precisions, reached: 0 };
  let halving = 1;
  let reached = 0;
  for (let n = 1; n <= ORDER; n++) {
    const extra = smoothing === "add-k" && n > 1 ? value : 0;
    const matches = matchesOf(n) + extra;
    const total = totalOf(n) + extra;
    if (total === 0) break;
    reached = n;
    if (matches > 0) precisions[n - 1] = (100 * matches) / total;
    else if (smoothing === "floor") precisions[n - 1] = (100 * value) / total;
    else if (smoothing === "exp") {
      halving *= 2;
      precisions[n - 1] = 100 / (halving * total);
    }
  }
  return { precisions, reached };
}

function sentenceStatistics(hypothesis: readonly string[], references: readonly string[][]): number[] {
  const matches = [0, 0, 0, 0];
  const totals = [0, 0, 0, 0];
  for (let n = 1; n <= ORDER; n++) {
    const most = new Map<string, number>();
    for (const reference of references) {
      for (const [gram, count] of wordNgrams(reference, n))
        most.set(gram, Math.max(count, most.get(gram) ?? 0));
    }
    for (const [gram, count] of wordNgrams(hypothesis, n)) {
      matches[n - 1] = at(matches, n - 1) + Math.min(count, most.get(gram) ?? 0);
    }
    totals[n - 1] = Math.max(0, hypothesis.length - n + 1);
  }
  return [hypothesis.length, closestLength(hypothesis.length, references), ...matches, ...totals];
}

/** The reference length closest to `length`; the shorter of two equally close ones. */
function closestLength(length: number, references: readonly (readonly string[])[]): number {
  const lengths = references.map((words) => words.length);
  lengths.sort((a, b) => Math.abs(a - length) - Math.abs(b - length) || a - b);
  return lengths[0] as number;
}

const at = (numbers: ArrayLike<number>, i: number): number => numbers[i] as number;
