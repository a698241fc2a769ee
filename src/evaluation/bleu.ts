import { checkCounts, countOf, type References, referencesAt } from "./counts.ts";
import { SACREBLEU_VERSION } from "./sacrebleu.ts";
import { type BleuTokenizer, bleuTokens } from "./tokenize.ts";

/** What stands in for a precision of zero: methods 3, 0, 1 and 2 of Chen & Cherry 2014. */
export type Smoothing = "exp" | "none" | "floor" | "add-k";

export interface BleuOptions {
  /** How text is cut into words. Default "13a", mteval's, as WMT uses. */
  readonly tokenize?: BleuTokenizer;
  /** Default false. */
  readonly lowercase?: boolean;
  /** Default "exp". "floor" counts 0.1 for no match; "add-k" adds 1 to matches and totals above order 1. */
  readonly smoothing?: Smoothing;
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
  /** The reference lengths closest to the hypotheses', summed; in words. */
  readonly referenceLength: number;
  /** What must be quoted with a score for it to mean anything; sacreBLEU's form. */
  readonly signature: string;
}

const ORDER = 4;
const smoothingNames = { exp: "exp", none: "none", floor: "floor[0.10]", "add-k": "add-k[1.00]" } as const;

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
  checkCounts("BLEU", hypotheses, references);
  return score(hypotheses, references, false, options);
}

/**
 * BLEU of one sentence against its references. Orders above the sentence's length do not count (sacreBLEU's
 * effective order, `eff:yes`).
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
  return score([hypothesis], sets, true, options);
}

/** Sums over sentences; index n - 1 is for n-grams. */
interface Sums {
  readonly matches: number[];
  readonly totals: number[];
  hypothesisLength: number;
  referenceLength: number;
}

function score(
  hypotheses: readonly string[],
  references: readonly References[],
  effectiveOrder: boolean,
  options: BleuOptions,
): BleuScore {
  const { tokenize = "13a", lowercase = false, smoothing = "exp" } = options;
  const words = (text: string): string[] => bleuTokens(lowercase ? text.toLowerCase() : text, tokenize);
  const sums: Sums = { matches: [0, 0, 0, 0], totals: [0, 0, 0, 0], hypothesisLength: 0, referenceLength: 0 };
  hypotheses.forEach((hypothesis, at) => {
    addSentence(sums, words(hypothesis), referencesAt(references, at).map(words));
  });

  const { hypothesisLength, referenceLength } = sums;
  const isShort = hypothesisLength < referenceLength;
  // No words at all give exp(-Infinity) = 0.
  const brevityPenalty = isShort ? Math.exp(1 - referenceLength / hypothesisLength) : 1;
  const precisions = smoothedPrecisions(sums, smoothing);
  const reached = sums.totals.filter((total) => total > 0 || smoothing === "add-k").length;
  const orders = effectiveOrder ? reached : ORDER;
  // The logarithm of a precision of 0 makes the mean -Infinity and the score 0.
  const logs = precisions.slice(0, orders).reduce((sum, precision) => sum + Math.log(precision), 0);
  const signature = [
    `nrefs:${countOf(references)}`,
    `case:${lowercase ? "lc" : "mixed"}`,
    `eff:${effectiveOrder ? "yes" : "no"}`,
    `tok:${tokenize}`,
    `smooth:${smoothingNames[smoothing]}`,
    `version:${SACREBLEU_VERSION}`,
  ].join("|");
  return {
    score: orders === 0 ? 0 : brevityPenalty * Math.exp(logs / orders),
    precisions,
    brevityPenalty,
    hypothesisLength,
    referenceLength,
    signature,
  };
}

/** In percent; all 0 when nothing matches, and 0 for orders above the longest sentence. */
function smoothedPrecisions(sums: Sums, smoothing: Smoothing): number[] {
  const precisions = [0, 0, 0, 0];
  if (sums.matches.every((matches) => matches === 0)) return precisions;
  let halving = 1;
  for (let n = 1; n <= ORDER; n++) {
    const extra = smoothing === "add-k" && n > 1 ? 1 : 0;
    const matches = at(sums.matches, n) + extra;
    const total = at(sums.totals, n) + extra;
    if (total === 0) break;
    if (matches > 0) precisions[n - 1] = (100 * matches) / total;
    else if (smoothing === "floor") precisions[n - 1] = (100 * 0.1) / total;
    else if (smoothing === "exp") {
      halving *= 2;
      precisions[n - 1] = 100 / (halving * total);
    }
  }
  return precisions;
}

function addSentence(sums: Sums, hypothesis: readonly string[], references: readonly string[][]): void {
  sums.hypothesisLength += hypothesis.length;
  sums.referenceLength += closestLength(hypothesis.length, references);
  for (let n = 1; n <= ORDER; n++) {
    const most = new Map<string, number>();
    for (const reference of references) {
      for (const [gram, count] of ngrams(reference, n)) most.set(gram, Math.max(count, most.get(gram) ?? 0));
    }
    for (const [gram, count] of ngrams(hypothesis, n)) {
      sums.matches[n - 1] = at(sums.matches, n) + Math.min(count, most.get(gram) ?? 0);
    }
    sums.totals[n - 1] = at(sums.totals, n) + Math.max(0, hypothesis.length - n + 1);
  }
}

/** How often each run of `n` words occurs; words have no spaces inside. */
function ngrams(words: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + n <= words.length; start++) {
    const gram = words.slice(start, start + n).join(" ");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** The reference length closest to `length`; of two equally close, the shorter. */
function closestLength(length: number, references: readonly (readonly string[])[]): number {
  const lengths = references.map((words) => words.length);
  lengths.sort((a, b) => Math.abs(a - length) - Math.abs(b - length) || a - b);
  return lengths[0] as number;
}

function at(sums: readonly number[], n: number): number {
  return sums[n - 1] as number;
}
