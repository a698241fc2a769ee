import { type BleuTokenizer, tokenizers } from "./bleu-tokenizers.ts";

export type Smoothing = "exp" | "none" | "floor" | "add-k";

export interface BleuOptions {
  /** How text is cut into words. Default "13a", mteval's, as WMT uses. */
  readonly tokenize?: BleuTokenizer;
  readonly lowercase?: boolean;
  /** What replaces a precision of zero. Default "exp". */
  readonly smoothing?: Smoothing;
}

export interface BleuScore {
  /** 0 to 100. */
  readonly score: number;
  /** Precisions of 1- to 4-grams, 0 to 100. */
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
  /** In words. */
  readonly hypothesisLength: number;
  /** The reference lengths closest to the hypotheses', summed; in words. */
  readonly referenceLength: number;
  /** What must be quoted with a score for it to mean anything. */
  readonly signature: string;
}

const ORDER = 4;
/** The sacreBLEU release whose scores these are. */
export const SACREBLEU = "2.6.0";

interface Statistics {
  readonly correct: number[];
  readonly total: number[];
  hypothesisLength: number;
  referenceLength: number;
}

/**
 * Corpus BLEU, equal to sacreBLEU's.
 *
 *   BLEU = BP · exp(Σ_n ¼ log p_n),   BP = min(1, exp(1 - r/h))
 *
 * @param references  One list per reference set, each as long as `hypotheses`.
 * @see Papineni et al. 2002 - https://aclanthology.org/P02-1040; Post 2018 - https://aclanthology.org/W18-6319
 */
export function corpusBleu(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: BleuOptions = {},
): BleuScore {
  const { tokenize = "13a", lowercase = false, smoothing = "exp" } = options;
  const total: Statistics = { correct: [0, 0, 0, 0], total: [0, 0, 0, 0], hypothesisLength: 0, referenceLength: 0 };
  const words = (text: string): string[] => {
    const cut = tokenizers[tokenize](lowercase ? text.toLowerCase() : text);
    return cut.split(/\s+/).filter(Boolean);
  };
  hypotheses.forEach((hypothesis, i) => {
    addSentence(total, words(hypothesis), references.map((set) => words(set[i] ?? "")));
  });
  const casing = lowercase ? "lc" : "mixed";
  const parts = [`nrefs:${references.length}`, `case:${casing}`, "eff:no", `tok:${tokenize}`, `smooth:${smoothing}`];
  return { ...scoreOf(total, smoothing), signature: [...parts, `version:${SACREBLEU}`].join("|") };
}

function addSentence(sums: Statistics, hypothesis: readonly string[], references: readonly string[][]): void {
  sums.hypothesisLength += hypothesis.length;
  const distances = references.map(({ length }) => ({ length, distance: Math.abs(hypothesis.length - length) }));
  distances.sort((a, b) => a.distance - b.distance || a.length - b.length);
  sums.referenceLength += distances[0]?.length ?? 0;
  for (let n = 1; n <= ORDER; n++) {
    const most = new Map<string, number>();
    for (const reference of references) {
      for (const [gram, count] of ngrams(reference, n)) most.set(gram, Math.max(count, most.get(gram) ?? 0));
    }
    for (const [gram, count] of ngrams(hypothesis, n)) {
      sums.correct[n - 1] = (sums.correct[n - 1] ?? 0) + Math.min(count, most.get(gram) ?? 0);
    }
    sums.total[n - 1] = (sums.total[n - 1] ?? 0) + Math.max(0, hypothesis.length - n + 1);
  }
}

function ngrams(words: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= words.length; i++) {
    const gram = words.slice(i, i + n).join(" ");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

function scoreOf(sums: Statistics, smoothing: Smoothing): Omit<BleuScore, "signature"> {
  const { correct, total, hypothesisLength, referenceLength } = sums;
  const brevityPenalty =
    hypothesisLength >= referenceLength
      ? 1
      : hypothesisLength > 0
        ? Math.exp(1 - referenceLength / hypothesisLength)
        : 0;
  const lengths = { hypothesisLength, referenceLength, brevityPenalty };
  const precisions = [0, 0, 0, 0];
  if (correct.every((count) => count === 0)) return { score: 0, precisions, ...lengths };
  let halving = 1;
  for (let n = 0; n < ORDER; n++) {
    let hits = correct[n] ?? 0;
    let all = total[n] ?? 0;
    if (smoothing === "add-k" && n > 0) {
      hits += 1;
      all += 1;
    }
    if (all === 0) break;
    if (hits === 0 && smoothing === "exp") {
      halving *= 2;
      precisions[n] = 100 / (halving * all);
    } else if (hits === 0 && smoothing === "floor") {
      precisions[n] = 10 / all;
    } else {
      precisions[n] = (100 * hits) / all;
    }
  }
  // log 0 counts as a very small number, as in sacreBLEU.
  const logs = precisions.map((p) => (p === 0 ? -9999999999 : Math.log(p)));
  const score = brevityPenalty * Math.exp(logs.reduce((sum, log) => sum + log, 0) / ORDER);
  return { score, precisions, ...lengths };
}

