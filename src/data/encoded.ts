import type { PairExample } from "./batches.ts";
import type { PairLengths } from "./epoch-plan.ts";
import type { FilterReport } from "./filters.ts";

/** Encoded pairs, in memory or in a file, by their index. */
export interface EncodedPairs {
  readonly size: number;
  /** Of each pair, with `</s>`. */
  readonly lengths: PairLengths;
  /** Tokens of all pairs, on both sides. */
  readonly tokens: number;
  /** The number of a pair in messages. */
  readonly number: (index: number) => number;
  /** The pairs at `indices`, in that order. @throws ERR_IO when the file that has them cannot be read any more. */
  readonly read: (indices: ArrayLike<number>) => Promise<PairExample[]>;
  readonly close: () => void;
}

/** Pairs that are held in memory. @param numbers  The number of each in messages. Default: its index. */
export function pairsInMemory(examples: readonly PairExample[], numbers?: readonly number[]): EncodedPairs {
  const lengths = {
    source: Uint32Array.from(examples, ({ source }) => source.length),
    target: Uint32Array.from(examples, ({ target }) => target.length),
  };
  return {
    size: examples.length,
    lengths,
    tokens: tokensOf(lengths),
    number: (index) => numbers?.[index] ?? index,
    read: async (indices) => Array.from(indices, (index) => examples[index] as PairExample),
    close: () => undefined,
  };
}

export function tokensOf({ source, target }: PairLengths): number {
  let tokens = 0;
  for (let i = 0; i < source.length; i++) tokens += (source[i] as number) + (target[i] as number);
  return tokens;
}

/** Pairs that a corpus has been encoded into, and what the filters left out. */
export interface EncodedCorpusFile {
  readonly pairs: EncodedPairs;
  readonly report: FilterReport;
}

/** Writes encoded pairs one by one. @throws ERR_IO when they cannot be written; what is there is removed */
export interface EncodedWriter {
  /** @param number  The number of the pair in messages. */
  readonly add: (example: PairExample, number: number) => void;
  /** Makes what was added one whole: until then, nobody finds it. */
  readonly finish: (report: FilterReport) => EncodedCorpusFile;
  /** Removes what was written, unless it is finished. */
  readonly abandon: () => void;
}

/** Keeps what takes long to find out about a corpus that is too large to be held in memory, for later trainings. Keys are JSON. */
export interface CorpusCache {
  /** Whether files are too large to be held in memory. */
  readonly isLarge: (names: readonly string[]) => boolean;
  /** What was remembered under a key; undefined when nothing was, or it is damaged. */
  readonly recall: (key: unknown) => unknown;
  readonly remember: (key: unknown, content: unknown) => void;
  /** The pairs of a key, if they are there and whole. @throws the signal's reason once it is aborted */
  readonly open: (key: unknown, options?: OpenOptions) => Promise<EncodedCorpusFile | undefined>;
  /** @throws ERR_CREATE when the folder cannot be written */
  readonly begin: (key: unknown, sizes: EncodedSizes) => EncodedWriter;
}

export interface OpenOptions {
  readonly onBytes?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Exclusive bounds of what is written, which decide how many bytes each takes. */
export interface EncodedSizes {
  readonly vocabulary: number;
  readonly length: number;
}
