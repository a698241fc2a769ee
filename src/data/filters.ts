import { heedError } from "../errors.ts";
import { isBlank } from "../text/blank.ts";
import { numberSet } from "./number-set.ts";

export interface TextPair {
  readonly source: string;
  readonly target: string;
}

export interface FilterOptions {
  /** The name of the corpus in messages. Default "corpus". */
  readonly name?: string;
  /** Most tokens of a side. Default: unlimited. */
  readonly maxTokens?: number;
  /** Most characters (code points) of a side. Default: unlimited. */
  readonly maxChars?: number;
  /** Largest ratio between the numbers of tokens of the two sides. Default: unlimited. */
  readonly ratio?: number;
  /** "drop" keeps only the first of equal pairs. Default "keep". */
  readonly duplicates?: "keep" | "drop";
  /** Counts the tokens of a text. Default: words between white space. */
  readonly countTokens?: (text: string) => number;
}

/** How many pairs were kept and dropped; a dropped pair counts under the first reason that applies. */
export interface FilterReport {
  readonly kept: number;
  readonly dropped: {
    /** A side is blank: see `isBlank`. */
    readonly empty: number;
    readonly tooLong: number;
    readonly ratio: number;
    readonly duplicate: number;
  };
}

type Reason = keyof FilterReport["dropped"];

/** A filter for a stream of pairs, which counts what it drops. */
export interface PairFilter {
  readonly accepts: (pair: TextPair) => boolean;
  readonly report: () => FilterReport;
  /** Call after the last pair. @throws ERR_DATA with the counts by reason when all pairs were dropped. */
  readonly finish: () => FilterReport;
}

/**
 * Filters pair by pair. To detect duplicates it keeps a 53-bit hash per pair: among a million pairs the chance that any
 * is dropped by mistake is below 1 in 10,000, among 20 million it is 2 in 100.
 */
export function pairFilter(options: FilterOptions = {}): PairFilter {
  const { name = "corpus", maxTokens = Infinity, maxChars = Infinity, ratio = Infinity } = options;
  const { duplicates = "keep", countTokens = countWords } = options;
  const dropped: Record<Reason, number> = { empty: 0, tooLong: 0, ratio: 0, duplicate: 0 };
  const seen = numberSet();
  let kept = 0;

  const reasonAgainst = (pair: TextPair): Reason | undefined => {
    const sides = [pair.source, pair.target];
    if (sides.some(isBlank)) return "empty";
    // Characters first: counting the tokens of a huge text may be slow.
    if (sides.some((text) => text.length > maxChars && [...text].length > maxChars)) return "tooLong";
    const [shorter, longer] = sides.map(countTokens).sort((a, b) => a - b) as [number, number];
    if (longer > maxTokens) return "tooLong";
    if (longer > ratio * shorter) return "ratio";
    if (duplicates === "keep") return undefined;
    const key = hash53(`${pair.source.length} ${pair.source}${pair.target}`);
    return seen.add(key) ? undefined : "duplicate";
  };
  const report = (): FilterReport => ({ kept, dropped: { ...dropped } });

  return {
    accepts: (pair) => {
      const reason = reasonAgainst(pair);
      if (reason) dropped[reason]++;
      else kept++;
      return reason === undefined;
    },
    report,
    finish: () => {
      const pairs = dropped.empty + dropped.tooLong + dropped.ratio + dropped.duplicate;
      if (kept > 0 || pairs === 0) return report();
      const { empty, tooLong, ratio: uneven, duplicate } = dropped;
      const counts = `${empty} empty, ${tooLong} too long, ${uneven} too uneven, ${duplicate} duplicate`;
      const remedy = "check the corpus or widen the limits";
      throw heedError("ERR_DATA", {
        where: name,
        cause: `all ${pairs} pairs were filtered out: ${counts}`,
        remedy,
      });
    },
  };
}

/**
 * The pairs that pass the filter, and how many were dropped for each reason.
 *
 * @throws ERR_DATA with the counts by reason when all pairs were dropped.
 */
export async function filterPairs<P extends TextPair>(
  pairs: AsyncIterable<P> | Iterable<P>,
  options: FilterOptions = {},
): Promise<{ readonly pairs: P[]; readonly report: FilterReport }> {
  const filter = pairFilter(options);
  const accepted: P[] = [];
  for await (const pair of pairs) if (filter.accepts(pair)) accepted.push(pair);
  return { pairs: accepted, report: filter.finish() };
}

function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

/** 53 bits from two 32-bit multiplicative hashes (cyrb53, public domain). */
function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 2 ** 32 * (b & 0x1fffff) + (a >>> 0);
}
