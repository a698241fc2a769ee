import { spearman } from "../evidence/evidence.ts";
import type { EncodedExample } from "../looking/subject.ts";
import type { HeadBatches } from "./batches.ts";
import type { AttentionPlace } from "./places.ts";
import type { ReadAttention } from "./program.ts";

/** A share of attention, and what it would be if every visible key had the same. */
export interface Share {
  readonly share: number;
  readonly chance: number;
}

/**
 * Where a head looks, as means over rows. Rows that see a single key have no choice and are not counted; NaN where no row
 * counts. Positions of cross-attention are compared by their number: `self` is the source token of the same position.
 */
export interface HeadStatistics {
  /** Rows that see two keys or more. */
  readonly rows: number;
  /** -Σ a ln a in nats, and as a share of ln n, the entropy of n keys alike. */
  readonly entropy: { readonly nats: number; readonly relative: number };
  /** Attention to the key before a row's own position, after it and at it; to the first; to punctuation and special tokens. */
  readonly mass: {
    readonly previous: Share;
    readonly next: Share;
    readonly self: Share;
    readonly first: Share;
    readonly separators: Share;
  };
  /** Separators by the attention that they get, over all rows; the largest first. */
  readonly sinks: readonly { readonly token: string; readonly share: number }[];
  /** How often the largest weight of a row is at its own position. Equal weights share it. */
  readonly diagonal: Share;
  /**
   * How often argmax_j a_ij is another key than argmax_j ‖a_ij v_j‖, and Spearman's correlation of both within a row, over
   * rows of three keys or more.
   */
  readonly contribution: { readonly differs: number; readonly correlation: number };
}

/** Sums over the rows of all examples. */
export interface HeadTally {
  readonly add: (attention: ReadAttention, example: EncodedExample) => void;
  readonly finish: () => HeadStatistics[];
}

const SINKS = 3;

/** Adds up what the heads of one attention do. */
export function headTally(place: AttentionPlace, batches: HeadBatches): HeadTally {
  const tallies = Array.from({ length: place.heads }, newSums);
  return {
    add: (attention, example) => {
      const columns = batches.columns(place, example);
      const isSeparator = Array.from(columns, (id) => batches.isSeparator(place, id));
      const rows = batches.rows(place, example).length;
      for (const [head, sums] of tallies.entries()) {
        for (let row = 0; row < rows; row++) {
          const visible = place.kind === "causal" ? row + 1 : columns.length;
          if (visible < 2) continue;
          const weights = Array.from({ length: visible }, (_, j) => attention.weight(head, row, j));
          const norms = weights.map((a, j) => a * attention.valueNorm(head, j));
          addRow(sums, { row, weights, norms, isSeparator, columns });
        }
      }
    },
    finish: () => tallies.map((sums) => statisticsOf(sums, (id) => batches.nameOf(place, id))),
  };
}

type Mean = { total: number; chance: number; count: number };
const newMean = (): Mean => ({ total: 0, chance: 0, count: 0 });

const newSums = () => ({
  entropy: newMean(),
  relative: newMean(),
  previous: newMean(),
  next: newMean(),
  self: newMean(),
  first: newMean(),
  separators: newMean(),
  diagonal: newMean(),
  differs: newMean(),
  correlation: newMean(),
  byToken: new Map<number, number>(),
});
type Sums = ReturnType<typeof newSums>;

function addTo(mean: Mean, value: number, chance = 0): void {
  mean.total += value;
  mean.chance += chance;
  mean.count += 1;
}

interface Row {
  readonly row: number;
  /** Of the visible keys alone. */
  readonly weights: readonly number[];
  /** ‖a_ij v_j‖ */
  readonly norms: readonly number[];
  readonly isSeparator: readonly boolean[];
  readonly columns: Int32Array;
}

function addRow(sums: Sums, { row, weights, norms, isSeparator, columns }: Row): void {
  const n = weights.length;
  const entropy = -weights.reduce((sum, a) => sum + (a > 0 ? a * Math.log(a) : 0), 0);
  addTo(sums.entropy, entropy);
  addTo(sums.relative, entropy / Math.log(n));
  for (const [mean, at] of [
    [sums.previous, row - 1],
    [sums.next, row + 1],
    [sums.self, row],
    [sums.first, 0],
  ] as const) {
    const weight = weights[at];
    if (weight !== undefined) addTo(mean, weight, 1 / n);
  }
  let [mass, count] = [0, 0];
  for (const [j, weight] of weights.entries()) {
    if (!isSeparator[j]) continue;
    const id = columns[j] as number;
    sums.byToken.set(id, (sums.byToken.get(id) ?? 0) + weight);
    mass += weight;
    count += 1;
  }
  addTo(sums.separators, mass, count / n);
  if (row < n) addTo(sums.diagonal, shareOfMaximum(weights, row), 1 / n);
  addTo(sums.differs, largest(weights) === largest(norms) ? 0 : 1);
  const correlation = n > 2 ? spearman([weights], [norms]) : Number.NaN;
  if (Number.isFinite(correlation)) addTo(sums.correlation, correlation);
}

const largest = (values: readonly number[]): number =>
  values.reduce((best, value, i) => (value > (values[best] as number) ? i : best), 0);

/** 1 when the weight at `at` is the largest, a share of 1 when others are as large, 0 when one is larger. */
function shareOfMaximum(weights: readonly number[], at: number): number {
  const own = weights[at] as number;
  if (weights.some((weight) => weight > own)) return 0;
  return 1 / weights.filter((weight) => weight === own).length;
}

function statisticsOf(sums: Sums, tokenOf: (id: number) => string): HeadStatistics {
  const mean = ({ total, count }: Mean): number => total / count;
  const share = (of: Mean): Share => ({ share: mean(of), chance: of.chance / of.count });
  const rows = sums.entropy.count;
  const sinks = [...sums.byToken]
    .map(([id, total]) => ({ token: tokenOf(id), share: total / rows }))
    .sort((a, b) => b.share - a.share);
  const { previous, next, self, first, separators } = sums;
  return {
    rows,
    entropy: { nats: mean(sums.entropy), relative: mean(sums.relative) },
    mass: {
      previous: share(previous),
      next: share(next),
      self: share(self),
      first: share(first),
      separators: share(separators),
    },
    sinks: sinks.slice(0, SINKS),
    diagonal: share(sums.diagonal),
    contribution: { differs: mean(sums.differs), correlation: mean(sums.correlation) },
  };
}
