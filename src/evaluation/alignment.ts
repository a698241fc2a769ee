import { heedError } from "../errors.ts";

/** Word `source` of the source is translated by word `target` of the target; both count from 0. */
export interface Link {
  readonly source: number;
  readonly target: number;
}

/** A human annotation of one sentence pair. */
export interface GoldAlignment {
  /** Links that a correct alignment must have. */
  readonly sure: readonly Link[];
  /** Links that it may have; sure links count as possible whether listed here or not. */
  readonly possible: readonly Link[];
}

export interface AlignmentScore {
  /** Alignment error rate, 0 to 1; lower is better. */
  readonly aer: number;
  /** Share of the predicted links that are possible, 0 to 1. */
  readonly precision: number;
  /** Share of the sure links that were predicted, 0 to 1. */
  readonly recall: number;
  /** Predicted links, each counted once. */
  readonly links: number;
}

/**
 * Compares predicted word alignments A with gold ones (S sure, P possible, S ⊆ P), summed over all sentences.
 *
 *   AER = 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|),   precision = |A ∩ P| / |A|,   recall = |A ∩ S| / |S|
 *
 * Precision is 1 if nothing is predicted, recall is 1 if no link is sure, and AER is 0 in both cases together.
 *
 * @throws ERR_DATA when the numbers of sentences differ.
 * @see Och & Ney 2003 - https://aclanthology.org/J03-1002
 */
export function alignmentErrorRate(
  predicted: readonly (readonly Link[])[],
  gold: readonly GoldAlignment[],
): AlignmentScore {
  if (predicted.length !== gold.length) {
    const cause = `${predicted.length} predicted alignments but ${gold.length} gold ones`;
    throw heedError("ERR_DATA", { where: "AER", cause, remedy: "give one alignment for each sentence" });
  }
  const tally = alignmentTally();
  predicted.forEach((links, at) => {
    tally.add(links, gold[at] as GoldAlignment);
  });
  return tally.score();
}

/** What a score is computed from; the counts of two test sets add up to those of both. */
export type AlignmentCounts = readonly [
  links: number,
  sureLinks: number,
  sureMatches: number,
  possibleMatches: number,
];

/** Counts sentence by sentence, for test sets that do not fit into memory. */
export interface AlignmentTally {
  readonly add: (predicted: readonly Link[], gold: GoldAlignment) => void;
  readonly counts: () => AlignmentCounts;
  readonly score: () => AlignmentScore;
}

export function alignmentTally(): AlignmentTally {
  let [links, sureLinks, sureMatches, possibleMatches] = [0, 0, 0, 0];
  const counts = (): AlignmentCounts => [links, sureLinks, sureMatches, possibleMatches];
  return {
    add: (predicted, { sure, possible }) => {
      const sureSet = new Set(sure.map(formatLink));
      const possibleSet = new Set([...sureSet, ...possible.map(formatLink)]);
      const distinct = [...new Set(predicted.map(formatLink))];
      links += distinct.length;
      sureLinks += sureSet.size;
      sureMatches += distinct.filter((link) => sureSet.has(link)).length;
      possibleMatches += distinct.filter((link) => possibleSet.has(link)).length;
    },
    counts,
    score: () => alignmentScore(counts()),
  };
}

/** Error rate, precision and recall from counts. */
export const alignmentScore = ([
  links,
  sureLinks,
  sureMatches,
  possibleMatches,
]: AlignmentCounts): AlignmentScore => ({
  aer: links + sureLinks === 0 ? 0 : 1 - (sureMatches + possibleMatches) / (links + sureLinks),
  precision: links === 0 ? 1 : possibleMatches / links,
  recall: sureLinks === 0 ? 1 : sureMatches / sureLinks,
  links,
});

/**
 * Parses one line in Pharaoh format: `0-0 1-2 2p1`, where `i-j` is a sure link and `ipj` a possible one.
 *
 * @param where  The name of the line in messages, such as `gold.txt:3`.
 * @throws ERR_DATA for anything else.
 */
export function parseAlignment(line: string, where = "alignment"): GoldAlignment {
  const sure: Link[] = [];
  const possible: Link[] = [];
  for (const item of line.split(/[ \t]+/).filter((piece) => piece !== "")) {
    const [, source, kind, target] = /^(\d{1,9})([-p])(\d{1,9})$/.exec(item) ?? [];
    if (kind === undefined) {
      const remedy = "write links as i-j (sure) or ipj (possible), counting words from 0";
      throw heedError("ERR_DATA", { where, cause: `${JSON.stringify(item)} is not a link`, remedy });
    }
    (kind === "-" ? sure : possible).push({ source: Number(source), target: Number(target) });
  }
  return { sure, possible };
}

/** Formats one line in Pharaoh format: sure links, then possible ones that are not sure. */
export function formatAlignment(links: readonly Link[], possible: readonly Link[] = []): string {
  const sure = new Set(links.map(formatLink));
  const rest = possible.filter((link) => !sure.has(formatLink(link)));
  return [...sure, ...rest.map(({ source, target }) => `${source}p${target}`)].join(" ");
}

const formatLink = ({ source, target }: Link): string => `${source}-${target}`;

/** The links seen from the other side: source and target exchanged. */
export const turnLinks = (links: readonly Link[]): Link[] =>
  links.map(({ source, target }) => ({ source: target, target: source }));
