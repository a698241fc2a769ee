import { checkCounts, countOf, type References, referencesAt } from "./counts.ts";
import { SACREBLEU_VERSION } from "./sacrebleu.ts";
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
}

export interface ChrfScore {
  /** 0 to 100. */
  readonly score: number;
  /** "chrF2", "chrF2++": beta, then a plus for each word order. */
  readonly name: string;
  /** What must be quoted with a score for it to mean anything; sacreBLEU's form. */
  readonly signature: string;
}

/** n-grams of one order: of the hypothesis, of the reference, and those they share. */
interface OrderCounts {
  readonly hypothesis: number;
  readonly reference: number;
  readonly matches: number;
}

/**
 * Character n-gram F-score of a test set, equal to sacreBLEU's. White space does not count. With several sets
 * of references each sentence is held against the one that gives it the best score.
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
  checkCounts("chrF", hypotheses, references);
  const { wordOrder = 0, beta = 2, charOrder = 6, lowercase = false } = options;
  const grams = (text: string): Map<string, number>[] =>
    allNgrams(lowercase ? text.toLowerCase() : text, charOrder, wordOrder);

  let sums: OrderCounts[] = Array.from({ length: charOrder + wordOrder }, () => ({
    hypothesis: 0,
    reference: 0,
    matches: 0,
  }));
  hypotheses.forEach((hypothesis, at) => {
    const own = grams(hypothesis);
    let best: OrderCounts[] = [];
    let bestScore = -1;
    for (const reference of referencesAt(references, at)) {
      const counts = compare(own, grams(reference));
      const score = fScore(counts, beta);
      if (score > bestScore) [best, bestScore] = [counts, score];
    }
    sums = sums.map((sum, order) => plus(sum, best[order] as OrderCounts));
  });

  const signature = [
    `nrefs:${countOf(references)}`,
    `case:${lowercase ? "lc" : "mixed"}`,
    "eff:yes",
    `nc:${charOrder}`,
    `nw:${wordOrder}`,
    "space:no",
    `version:${SACREBLEU_VERSION}`,
  ].join("|");
  return {
    score: fScore(sums, beta),
    name: `chrF${beta}${"+".repeat(wordOrder)}`,
    signature,
  };
}

/** n-grams of characters, orders 1 to `charOrder`, then of words, orders 1 to `wordOrder`. */
function allNgrams(text: string, charOrder: number, wordOrder: number): Map<string, number>[] {
  const words = splitSpaces(text);
  const characters = [...words.join("")];
  const separated = words.flatMap(separatePunctuation);
  return [
    ...Array.from({ length: charOrder }, (_, n) => ngrams(characters, n + 1, "")),
    ...Array.from({ length: wordOrder }, (_, n) => ngrams(separated, n + 1, " ")),
  ];
}

function ngrams(items: readonly string[], n: number, separator: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + n <= items.length; start++) {
    const gram = items.slice(start, start + n).join(separator);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
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
): OrderCounts[] {
  return hypothesis.map((grams, order) => {
    const others = reference[order] as Map<string, number>;
    let matches = 0;
    for (const [gram, count] of grams) matches += Math.min(count, others.get(gram) ?? 0);
    // A reference too short for an order leaves the order out.
    return { hypothesis: others.size > 0 ? total(grams) : 0, reference: total(others), matches };
  });
}

function fScore(orders: readonly OrderCounts[], beta: number): number {
  const present = orders.filter(({ hypothesis, reference }) => hypothesis > 0 && reference > 0);
  if (present.length === 0) return 0;
  const precision =
    present.reduce((sum, { matches, hypothesis }) => sum + matches / hypothesis, 0) / present.length;
  const recall =
    present.reduce((sum, { matches, reference }) => sum + matches / reference, 0) / present.length;
  if (precision + recall === 0) return 0;
  return (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
}

function plus(a: OrderCounts, b: OrderCounts): OrderCounts {
  return {
    hypothesis: a.hypothesis + b.hypothesis,
    reference: a.reference + b.reference,
    matches: a.matches + b.matches,
  };
}

function total(grams: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of grams.values()) sum += count;
  return sum;
}
