import { heedError } from "../../errors.ts";
import type { GoldAlignment, Link } from "../../evaluation/alignment.ts";
import { asWordWeights, linksAmong, linksOf, type Matrix } from "../matrix.ts";
import type { AlignedPair } from "./cross-attention.ts";

/** Which row of cross-attention belongs to a target word: see `CrossAttentionOptions.row`. */
export type AttentionRow = "input" | "output";

/** How cross-attention is read as an alignment: which weights, and how large a weight must be to link words. */
export interface AlignmentReading {
  readonly row: AttentionRow;
  /** A decoder layer, from 0, or the mean over all. */
  readonly layer: number | "mean";
  /** A head of that layer, from 0, or the mean over all. */
  readonly head: number | "mean";
  /** A target word is linked to source words with at least this share of its largest weight; 1 links only the largest. */
  readonly share: number;
  /**
   * A source word is also linked to target words with at least this share of the largest weight on it: an article, an
   * auxiliary or a preposition that no target word looks at most still gets its link. Default: it is not.
   */
  readonly sourceShare?: number | undefined;
}

/** A reading and its error against the gold links it was chosen by. */
export interface ChosenReading {
  readonly reading: AlignmentReading;
  /** The alignment error rate against gold links, 0 to 1. */
  readonly aer: number;
}

/** Shares to try when choosing a reading. */
const SHARES = [1, 0.8, 0.6, 0.4];
const SOURCE_SHARES = [undefined, 1, 0.8, 0.6];

/** The weights of a reading: [target words][source words]. */
export function weightsOf({ layers, heads }: AlignedPair, { layer, head }: AlignmentReading): Matrix {
  if (layer === "mean") return layers.at(-1) ?? [];
  return (head === "mean" ? layers[layer] : heads[layer]?.[head]) ?? [];
}

/** The links of a sentence pair under a reading. */
export const linksUnder = (pair: AlignedPair, reading: AlignmentReading): Link[] =>
  linksOf(weightsOf(pair, reading), reading.share, reading.sourceShare);

/** All readings: every head of every layer, each layer's mean, and the mean over layers. */
export function readingsOf({ heads }: AlignedPair, row: AttentionRow, share = 1): AlignmentReading[] {
  const perLayer = heads.flatMap((all, layer) =>
    [...all.keys(), "mean" as const].map((head): AlignmentReading => ({ row, layer, head, share })),
  );
  return [...perLayer, { row, layer: "mean", head: "mean", share }];
}

/**
 * The reading with the lowest alignment error rate against gold links.
 *
 * @param aligned  The same sentence pairs, read at each of the rows to choose from.
 * @throws ERR_DATA when there are not as many gold alignments.
 */
export function chooseByGold(
  aligned: Readonly<Partial<Record<AttentionRow, readonly AlignedPair[]>>>,
  gold: readonly GoldAlignment[],
): ChosenReading {
  const known = gold.map(({ sure, possible }) => {
    const sureSet = new Set(sure.map(numberOf));
    return { sure: sureSet, possible: new Set([...sureSet, ...possible.map(numberOf)]) };
  });
  let best: ChosenReading | undefined;
  for (const [row, pairs] of rowsOf(aligned)) {
    if (pairs.length !== gold.length) {
      const cause = `${pairs.length} aligned pairs but ${gold.length} gold alignments`;
      throw heedError("ERR_DATA", { where: "chooseByGold", cause, remedy: "give one for each pair" });
    }
    for (const place of readingsOf(pairs[0] as AlignedPair, row)) {
      const weights = pairs.map((pair) => asWordWeights(weightsOf(pair, place)));
      for (const share of SHARES) {
        for (const sourceShare of SOURCE_SHARES) {
          const reading = { ...place, share, ...(sourceShare === undefined ? {} : { sourceShare }) };
          const aer = errorRate(
            weights.map((each) => linksAmong(each, share, sourceShare)),
            known,
          );
          if (!best || aer < best.aer) best = { reading, aer };
        }
      }
    }
  }
  if (!best) throw new RangeError("chooseByGold: there are no sentence pairs");
  return best;
}

/** A link as one number. */
const numberOf = ({ source, target }: Link): number => source * 2 ** 26 + target;

/** `alignmentErrorRate` for distinct links and gold links in sets: a choice compares hundreds of readings. */
function errorRate(
  predicted: readonly (readonly Link[])[],
  gold: readonly { readonly sure: ReadonlySet<number>; readonly possible: ReadonlySet<number> }[],
): number {
  let [all, matches] = [0, 0];
  for (const [i, links] of predicted.entries()) {
    const { sure, possible } = gold[i] as (typeof gold)[number];
    all += links.length + sure.size;
    for (const link of links) {
      const number = numberOf(link);
      if (sure.has(number)) matches += 2;
      else if (possible.has(number)) matches += 1;
    }
  }
  return all === 0 ? 0 : 1 - matches / all;
}

const rowsOf = (
  aligned: Readonly<Partial<Record<AttentionRow, readonly AlignedPair[]>>>,
): (readonly [AttentionRow, readonly AlignedPair[]])[] =>
  (["output", "input"] as const).flatMap((row) => {
    const pairs = aligned[row];
    return pairs && pairs.length > 0 ? [[row, pairs] as const] : [];
  });

/**
 * The readings of two directions that agree best, for use without gold links. They maximise 2 |A ∩ B| / (|A| + |B|), with
 * A the links of one direction and B the reversed links of the other.
 *
 * @param backward  The pairs of `forward` with source and target swapped.
 */
export function chooseByAgreement(
  forward: Readonly<Partial<Record<AttentionRow, readonly AlignedPair[]>>>,
  backward: Readonly<Partial<Record<AttentionRow, readonly AlignedPair[]>>>,
): { readonly forward: AlignmentReading; readonly backward: AlignmentReading; readonly agreement: number } {
  const linked = (
    aligned: Readonly<Partial<Record<AttentionRow, readonly AlignedPair[]>>>,
    write: (link: Link) => string,
  ): { reading: AlignmentReading; links: Set<string>[]; count: number }[] =>
    rowsOf(aligned).flatMap(([row, pairs]) =>
      readingsOf(pairs[0] as AlignedPair, row).map((reading) => {
        const links = pairs.map((pair) => new Set(linksUnder(pair, reading).map(write)));
        return { reading, links, count: links.reduce((sum, { size }) => sum + size, 0) };
      }),
    );
  const forwardLinks = linked(forward, ({ source, target }) => `${source}-${target}`);
  const backwardLinks = linked(backward, ({ source, target }) => `${target}-${source}`);
  let best: ReturnType<typeof chooseByAgreement> | undefined;
  for (const a of forwardLinks) {
    for (const b of backwardLinks) {
      const shared = a.links.reduce((sum, links, i) => sum + countShared(links, b.links[i] ?? new Set()), 0);
      const agreement = (2 * shared) / Math.max(1, a.count + b.count);
      if (best && agreement <= best.agreement) continue;
      best = { forward: a.reading, backward: b.reading, agreement };
    }
  }
  if (!best) throw new RangeError("chooseByAgreement: there are no sentence pairs");
  return best;
}

function countShared(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let count = 0;
  for (const link of a) if (b.has(link)) count += 1;
  return count;
}

/** "decoder layer 2, head 3, at the step that writes a word": layers and heads are numbered from 1. */
export function describeReading({ row, layer, head, sourceShare }: AlignmentReading): string {
  const step = row === "output" ? "at the step that writes a word" : "at the step that reads a word";
  const where = sourceShare === undefined ? step : `${step}, each source word linked too`;
  if (layer === "mean") return `mean of all decoder layers and heads, ${where}`;
  const which = head === "mean" ? "mean of its heads" : `head ${head + 1}`;
  return `decoder layer ${layer + 1}, ${which}, ${where}`;
}
