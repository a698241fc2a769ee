import { checkCounts, type References } from "./counts.ts";
import { type Metric, signatureOf, sumsOf, tabulate } from "./metric.ts";
import { field, yesNo } from "./signature.ts";
import { tercomEdits } from "./tercom.ts";
import { type TerOptions, tercomTokens } from "./tercom-tokens.ts";

export interface TerScore {
  /** In percent; lower is better. Above 100 if there are more edits than words in the references. */
  readonly score: number;
  /** Insertions, deletions, substitutions and shifts of runs of words, from each sentence's closest reference. */
  readonly edits: number;
  /** Sum of each sentence's mean reference length, in words. */
  readonly referenceLength: number;
  /** sacreBLEU's signature, to be quoted with the score. */
  readonly signature: string;
}

/**
 * Translation edit rate of a test set, equal to sacreBLEU's: the edits that turn hypotheses into references.
 *
 *   TER = 100 · Σ min over references of edits / Σ mean reference length
 *
 * 100 if there are edits but no words in any reference.
 *
 * @param references  One list per reference set, each as long as `hypotheses`; undefined where a sentence has fewer.
 * @throws ERR_DATA when a set differs in length from the hypotheses, or there is nothing to score.
 * @see Snover et al. 2006 - https://aclanthology.org/2006.amta-papers.25
 */
export function corpusTer(
  hypotheses: readonly string[],
  references: readonly References[],
  options: TerOptions = {},
): TerScore {
  const table = tabulate(ter(options), hypotheses, references);
  const sums = sumsOf(table);
  const [edits, referenceLength] = sums as unknown as readonly [number, number];
  return { score: rate(sums), edits, referenceLength, signature: signatureOf(table) };
}

/** Translation edit rate of one sentence. @throws ERR_DATA when there is no reference. */
export function sentenceTer(
  hypothesis: string,
  references: readonly string[],
  options: TerOptions = {},
): TerScore {
  const sets = references.map((reference) => [reference]);
  checkCounts("TER", [hypothesis], sets);
  return corpusTer([hypothesis], sets, options);
}

/** TER as a metric. Statistics of a sentence: fewest edits, mean length of the references. */
export function ter(options: TerOptions = {}): Metric {
  const { normalized = false, noPunctuation = false, asianSupport = false, caseSensitive = false } = options;
  const words = (text: string): string[] => tercomTokens(text, options);
  return {
    name: "TER",
    isErrorRate: true,
    statistics: (hypothesis, references) => {
      const own = words(hypothesis);
      const others = references.map(words);
      const edits = Math.min(...others.map((other) => tercomEdits(own, other)));
      return [edits, others.reduce((sum, other) => sum + other.length, 0) / others.length];
    },
    score: rate,
    sentenceScore: rate,
    fields: [
      field("case", "c", caseSensitive ? "mixed" : "lc"),
      field("tok", "t", "tercom"),
      field("norm", "nr", yesNo(normalized)),
      field("punct", "pn", yesNo(!noPunctuation)),
      field("asian", "as", yesNo(asianSupport)),
    ],
  };
}

function rate(sums: ArrayLike<number>): number {
  const [edits, length] = [sums[0] as number, sums[1] as number];
  if (length > 0) return (100 * edits) / length;
  return edits > 0 ? 100 : 0;
}
