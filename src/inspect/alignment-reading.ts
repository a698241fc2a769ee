import { alignmentErrorRate, type GoldAlignment, type Link } from "../evaluation/alignment.ts";
import type { AlignedPair } from "./cross-attention.ts";
import type { Matrix } from "./matrix.ts";
import { linksOf } from "./matrix.ts";

/** Which row of cross-attention belongs to a target word: see `CrossAttentionOptions.row`. */
export type AttentionRow = "input" | "output";

/** Which numbers of cross-attention are read as an alignment, and from what weight on words are linked. */
export interface AlignmentReading {
  readonly row: AttentionRow;
  /** A decoder layer, from 0, or the mean over all. */
  readonly layer: number | "mean";
  /** A head of that layer, from 0, or the mean over all. */
  readonly head: number | "mean";
  /** Links go from a target word to the source words with at least this share of its largest weight; 1: to that one. */
  readonly share: number;
}

/** A reading and how well it agrees with what it was chosen by. */
export interface ChosenReading {
  readonly reading: AlignmentReading;
  /** The alignment error rate against gold links, 0 to 1. */
  readonly aer: number;
}

/** Shares that are tried when a reading is chosen. */
const SHARES = [1, 0.8, 0.6, 0.4];

/** The weights that a reading looks at: [target words][source words]. */
export function weightsOf({ layers, heads }: AlignedPair, { layer, head }: AlignmentReading): Matrix {
  if (layer === "mean") return layers.at(-1) ?? [];
  return (head === "mean" ? layers[layer] : heads[layer]?.[head]) ?? [];
}

/** The links of a sentence pair under a reading. */
export const linksUnder = (pair: AlignedPair, reading: AlignmentReading): Link[] =>
  linksOf(weightsOf(pair, reading), reading.share);

/** Every layer with every head and their means, and the mean over layers. */
export function readingsOf({ heads }: AlignedPair, row: AttentionRow, share = 1): AlignmentReading[] {
  const perLayer = heads.flatMap((all, layer) =>
    [...all.keys(), "mean" as const].map((head): AlignmentReading => ({ row, layer, head, share })),
  );
  return [...perLayer, { row, layer: "mean", head: "mean", share }];
}

/**
 * The reading with the least alignment error against gold links.
 *
 * @param aligned  The same sentence pairs, read at each of the rows to choose from.
 */
export function chooseByGold(
  aligned: Readonly<Partial<Record<AttentionRow, readonly AlignedPair[]>>>,
  gold: readonly GoldAlignment[],
): ChosenReading {
  const tried = rowsOf(aligned).flatMap(([row, pairs]) =>
    SHARES.flatMap((share) => readingsOf(pairs[0] as AlignedPair, row, share)).map((reading) => ({
      reading,
      aer: alignmentErrorRate(
        pairs.map((pair) => linksUnder(pair, reading)),
        gold,
      ).aer,
    })),
  );
  return tried.reduce((best, one) => (one.aer < best.aer ? one : best));
}

const rowsOf = (
  aligned: Readonly<Partial<Record<AttentionRow, readonly AlignedPair[]>>>,
): (readonly [AttentionRow, readonly AlignedPair[]])[] =>
  (["output", "input"] as const).flatMap((row) => {
    const pairs = aligned[row];
    return pairs && pairs.length > 0 ? [[row, pairs] as const] : [];
  });

/**
 * The readings of two directions that agree best, where there are no gold links: with A the links of one and B those
 * of the other, turned around, the largest 2 |A ∩ B| / (|A| + |B|).
 *
 * @param backward  The pairs of `forward` with source and target exchanged.
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
  const there = linked(forward, ({ source, target }) => `${source}-${target}`);
  const back = linked(backward, ({ source, target }) => `${target}-${source}`);
  let best: ReturnType<typeof chooseByAgreement> | undefined;
  for (const a of there) {
    for (const b of back) {
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

/** "decoder layer 2, head 3, row of the step that writes the word": layers and heads count from 1, as people do. */
export function describeReading({ row, layer, head }: AlignmentReading): string {
  const where =
    row === "output" ? "row of the step that writes the word" : "row of the step that reads it back";
  if (layer === "mean") return `mean of all decoder layers and heads, ${where}`;
  const which = head === "mean" ? "mean of its heads" : `head ${head + 1}`;
  return `decoder layer ${layer + 1}, ${which}, ${where}`;
}
