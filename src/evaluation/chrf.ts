import { checkCounts, type References } from "./counts.ts";
import { corpusScore, type Metric, signatureOf, tabulate } from "./metric.ts";
import { charNgrams, wordNgrams } from "./ngrams.ts";
import { field, yesNo } from "./signature.ts";
import { splitSpaces } from "./tokenize.ts";

export interface ChrfOptions {
  /** Longest word n-grams: 0 (default) for chrF, 2 for chrF++. */
  readonly wordOrder?: number;
  /** How many times recall counts as much as precision. Default 2. */
  readonly beta?: number;
  /** Longest character n-grams. Default 6. */
  readonly charOrder?: number;
  /** Default false. */
  readonly lowercase?: boolean;
  /** Whether white space counts as characters. Default false. */
  readonly whitespace?: boolean;
  /**
   * Default true: precision and recall are averaged over the orders that occur in both texts. False: the F-scores of
   * all orders are averaged, as in the metric's first program.
   */
  readonly effectiveOrder?: boolean;
}

export interface ChrfScore {
  /** 0 to 100. */
  readonly score: number;
  /** "chrF2", "chrF2++": beta, then a plus for each word order. */
  readonly name: string;
  /** What must be quoted with a score for it to mean anything; sacreBLEU's form. */
  readonly signature: string;
}

/**
 * Character n-gram F-score of a test set, equal to sacreBLEU's. With several sets of references each sentence is held
 * against the one that gives it the best score.
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

/** Character n-gram F-score of one sentence against its references. @throws ERR_DATA when there is no reference. */
export function sentenceChrf(
  hypothesis: string,
  references: readonly string[],
  options: ChrfOptions = {},
): ChrfScore {
  const sets = references.map((reference) => [reference]);
  checkCounts("chrF", [hypothesis], sets);
  return corpusChrf([hypothesis], sets, options);
}

/** chrF as a metric for `tabulate`. A sentence's numbers, for each order: n-grams of hypothesis, of reference, shared. */
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
        const found = score(counts);
        if (found > bestScore) [best, bestScore] = [counts, found];
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

/** One ASCII punctuation mark apart from its word: the last character if it is one, else the first. */
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
    // A reference too short for an order leaves the order out.
    return [others.size > 0 ? total(grams) : 0, total(others), matches];
  });
}

/** Precision and recall of an order; undefined where the text has no n-grams of that length. */
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

/** Stands in for what is 0/0, as in chrF++.py and sacreBLEU: too small to show, but it decides between references. */
const EPSILON = 1e-16;

function meanFScore(sums: ArrayLike<number>, beta: number): number {
  const all = shares(sums);
  const sum = all.reduce(
    (sum, { precision = EPSILON, recall = EPSILON }) => sum + fScore(precision, recall, beta, EPSILON),
    0,
  );
  return (100 * sum) / all.length;
}

/** @param without  The score where precision and recall are both 0. */
function fScore(precision: number, recall: number, beta: number, without: number): number {
  const denominator = beta ** 2 * precision + recall;
  return denominator > 0 ? ((1 + beta ** 2) * precision * recall) / denominator : without;
}

function total(grams: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of grams.values()) sum += count;
  return sum;
}
