import { checkCounts, type References } from "./counts.ts";
import { corpusScore, type Metric, signatureOf, tabulate } from "./metric.ts";
import { charNgrams, wordNgrams } from "./ngrams.ts";
import { field, yesNo } from "./signature.ts";
import { splitSpaces } from "./tokenize.ts";

export interface ChrfOptions {
  /** Longest word n-grams: 0 (default) for chrF, 2 for chrF++. */
  readonly wordOrder?: number;
  /** How many times as important recall is as precision. Default 2. */
  readonly beta?: number;
  /** Longest character n-grams. Default 6. */
  readonly charOrder?: number;
  /** Default false. */
  readonly lowercase?: boolean;
  /** Whether white space counts as characters. Default false. */
  readonly whitespace?: boolean;
  /**
   * True (default) averages precision and recall over the orders that occur in both texts. False averages the F-scores
   * of all orders, as in the original program chrF++.py.
   */
  readonly effectiveOrder?: boolean;
}

export interface ChrfScore {
  /** 0 to 100. */
  readonly score: number;
  /** "chrF2" or "chrF2++": beta, then one plus per word order. */
  readonly name: string;
  /** sacreBLEU's signature, to be quoted with the score. */
  readonly signature: string;
}

/**
 * Character n-gram F-score of a test set, equal to sacreBLEU's. Each sentence is compared with the reference that gives
 * it the best score.
 *
 *   chrF = 100 · (1 + β²) P R / (β² P + R),   P and R averaged over the orders that occur
 *
 * @param references  One list per reference set, each as long as `hypotheses`; undefined where a sentence has fewer.
 * @throws ERR_DATA when a set differs in length from the hypotheses, or there is nothing to score.
 * @see Popović 2015 - https://aclanthology.org/W15-3049; 2017 (chrF++) - https://aclanthology.org/W17-4770
 */
export function corpusChrf(
  hypotheses: readonly string[],
  references: readonly References[],
  options: ChrfOptions = {},
): ChrfScore {
  const table = tabulate(chrf(options), hypotheses, references);
  return { score: corpusScore(table), name: table.metric.name, signature: signatureOf(table) };
}

/** Character n-gram F-score of one sentence. @throws ERR_DATA when there is no reference. */
export function sentenceChrf(
  hypothesis: string,
  references: readonly string[],
  options: ChrfOptions = {},
): ChrfScore {
  const sets = references.map((reference) => [reference]);
  checkCounts("chrF", [hypothesis], sets);
  return corpusChrf([hypothesis], sets, options);
}

/** chrF as a metric. Statistics of a sentence, per order: n-grams of the hypothesis, of the reference, shared. */
export function chrf(options: ChrfOptions = {}): Metric {
  const {
    wordOrder = 0,
    beta = 2,
    charOrder = 6,
    lowercase = false,
    whitespace = false,
    effectiveOrder = true,
  } = options;
  const grams = (text: string): Map<string, number>[] => {
    const cased = lowercase ? text.toLowerCase() : text;
    const words = splitSpaces(cased);
    const separated = wordOrder > 0 ? words.flatMap(separatePunctuation) : [];
    return [
      ...charNgrams(whitespace ? cased : words.join(""), charOrder),
      ...Array.from({ length: wordOrder }, (_, n) => wordNgrams(separated, n + 1)),
    ];
  };
  const score = (sums: ArrayLike<number>): number =>
    effectiveOrder ? fScoreOfMeans(sums, beta) : meanFScore(sums, beta);
  return {
    name: `chrF${beta}${"+".repeat(wordOrder)}`,
    isErrorRate: false,
    statistics: (hypothesis, references) => {
      const own = grams(hypothesis);
      let best: number[] = [];
      let bestScore = -1;
      for (const reference of references) {
        const counts = compare(own, grams(reference));
        const current = score(counts);
        if (current > bestScore) [best, bestScore] = [counts, current];
      }
      return best;
    },
    score,
    sentenceScore: score,
    fields: [
      field("case", "c", lowercase ? "lc" : "mixed"),
      field("eff", "e", yesNo(effectiveOrder)),
      field("nc", "nc", charOrder),
      field("nw", "nw", wordOrder),
      field("space", "s", yesNo(whitespace)),
    ],
  };
}

const isPunctuation = /^[!-/:-@[-`{-~]$/;

/** Splits one ASCII punctuation mark from a word: the last character if it is one, else the first. */
function separatePunctuation(word: string): string[] {
  if (word.length > 1 && isPunctuation.test(word.slice(-1))) return [word.slice(0, -1), word.slice(-1)];
  if (word.length > 1 && isPunctuation.test(word.slice(0, 1))) return [word.slice(0, 1), word.slice(1)];
  return [word];
}

function compare(
  hypothesis: readonly Map<string, number>[],
  reference: readonly Map<string, number>[],
): number[] {
  return hypothesis.flatMap((grams, order) => {
    const others = reference[order] as Map<string, number>;
    let matches = 0;
    for (const [gram, count] of grams) matches += Math.min(count, others.get(gram) ?? 0);
    // An order that the reference is too short for is left out.
    return [others.size > 0 ? total(grams) : 0, total(others), matches];
  });
}

/** Precision and recall of one order; undefined where the text has no n-grams of that length. */
interface Shares {
  readonly precision: number | undefined;
  readonly recall: number | undefined;
}

function shares(sums: ArrayLike<number>): Shares[] {
  return Array.from({ length: sums.length / 3 }, (_, order) => {
    const [hypothesis, reference, matches] = [0, 1, 2].map((k) => sums[3 * order + k] as number) as [
      number,
      number,
      number,
    ];
    return {
      precision: hypothesis > 0 ? matches / hypothesis : undefined,
      recall: reference > 0 ? matches / reference : undefined,
    };
  });
}

function fScoreOfMeans(sums: ArrayLike<number>, beta: number): number {
  const present = shares(sums).flatMap(({ precision, recall }) =>
    precision === undefined || recall === undefined ? [] : [{ precision, recall }],
  );
  if (present.length === 0) return 0;
  const precision = present.reduce((sum, share) => sum + share.precision, 0) / present.length;
  const recall = present.reduce((sum, share) => sum + share.recall, 0) / present.length;
  return 100 * fScore(precision, recall, beta, 0);
}

/** Replaces 0/0, as in chrF++.py and sacreBLEU: too small to affect a score, but it decides between references. */
const EPSILON = 1e-16;

function meanFScore(sums: ArrayLike<number>, beta: number): number {
  const all = shares(sums);
  const sum = all.reduce(
    (sum, { precision = EPSILON, recall = EPSILON }) => sum + fScore(precision, recall, beta, EPSILON),
    0,
  );
  return (100 * sum) / all.length;
}

/** @param fallback  The score if precision and recall are both 0. */
function fScore(precision: number, recall: number, beta: number, fallback: number): number {
  const denominator = beta ** 2 * precision + recall;
  return denominator > 0 ? ((1 + beta ** 2) * precision * recall) / denominator : fallback;
}

function total(grams: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of grams.values()) sum += count;
  return sum;
}
