import type { CorpusSize } from "../../config/fit.ts";
import type { TranslateConfig } from "../../config/schema.ts";
import { type CorpusReader, filesOf, type Pair, type PairSpec } from "../../data/corpus-reader.ts";
import type { CorpusCache, EncodedCorpusFile } from "../../data/encoded.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";
import { sizeCounter } from "../corpus-size.ts";
import { trainTokenizersFrom } from "../learn-tokenizers.ts";
import type { RunFiles } from "../run-files.ts";
import type { Stage, Watch } from "../task.ts";
import { readKnownTokenizers, tokenizerFiles } from "../tokenizers.ts";
import { filteredEncoder, longestPair } from "./pairs.ts";

/** Training pairs that are too large for the memory: they stay in their files, and encoded ones in those of a cache. */
export interface LargeCorpus {
  readonly spec: PairSpec;
  readonly hash: string;
  readonly counts: Counts;
  readonly reader: CorpusReader;
  readonly cache: CorpusCache;
}

interface Counts {
  readonly pairs: number;
  /** Characters of both sides. */
  readonly text: number;
  readonly size: CorpusSize;
}

/** What preparing a large corpus needs. */
export interface Preparing {
  readonly config: TranslateConfig;
  readonly say: (message: string) => void;
  readonly signal: AbortSignal | undefined;
  readonly watch: Watch | undefined;
}

/**
 * The files of a corpus that is not held in memory; undefined when it is. Links that guide attention need it there, and so do
 * texts that are split anew in each epoch.
 */
export function largeSpec(
  { data, training }: TranslateConfig,
  { cache }: CorpusReader,
): PairSpec | undefined {
  const { train } = data;
  if (!cache || "corpus" in train || training.guidedAlignment || training.bpeDropout) return undefined;
  return cache.isLarge(filesOf(train)) ? train : undefined;
}

/** Reads a large corpus to identify and count it; one that is known is only identified. */
export async function openLarge(
  spec: PairSpec,
  reader: CorpusReader,
  cache: CorpusCache,
  watch: Watch | undefined,
): Promise<LargeCorpus> {
  const onBytes = bytesOf(watch, "reading");
  const hash = await reader.hash(filesOf(spec), onBytes);
  const key = { counts: identityOf(spec, hash) };
  const known = cache.recall(key) as Counts | undefined;
  const counts = known ?? (await count(reader.pairs(spec, onBytes)));
  if (!known) cache.remember(key, counts);
  return { spec, hash, counts, reader, cache };
}

/** A vocabulary is learnt from at most this many characters, evenly spread over the pairs. */
const LEARNT_FROM = 256e6;

/** The vocabularies of a large corpus: `known` ones, or those that a training has learnt before, or new ones. */
export async function largeTokenizers(
  { spec, hash, counts, reader, cache }: LargeCorpus,
  known: Partial<Tokenizers>,
  { config, say, signal, watch }: Preparing,
): Promise<Tokenizers> {
  if (known.source && known.target) return { source: known.source, target: known.target };
  const isNew = !known.source && !known.target;
  const key = { vocabularies: identityOf(spec, hash), config: config.tokenizer, from: LEARNT_FROM };
  const remembered = isNew ? (cache.recall(key) as RunFileContents | undefined) : undefined;
  if (remembered) {
    say("vocabulary of an earlier training with this corpus");
    return readKnownTokenizers(filesIn(remembered)) as Tokenizers;
  }
  const every = Math.max(1, Math.ceil(counts.text / LEARNT_FROM));
  if (every > 1) say(`the vocabulary is learnt from every ${ordinal(every)} of ${shown(counts.pairs)} pairs`);
  const onProgress = (done: number, total: number): void => watch?.("vocabulary", done, total);
  const pairs = reader.pairs(spec, onProgress);
  const tokenizers = await trainTokenizersFrom(config, pairs, { every, say, signal, known, onProgress });
  if (isNew) cache.remember(key, tokenizerFiles(tokenizers));
  return tokenizers;
}

/** The encoded pairs of a large corpus: those of an earlier training with the same vocabularies and filters, or new ones. */
export async function encodeLarge(
  { spec, hash, counts, reader, cache }: LargeCorpus,
  tokenizers: Tokenizers,
  name: string,
  { config, say, signal, watch }: Preparing,
): Promise<EncodedCorpusFile> {
  const longest = longestPair(config);
  const { ratio, duplicates } = config.data;
  const filters = { longest, ratio, duplicates };
  const key = { pairs: identityOf(spec, hash), files: tokenizerFiles(tokenizers), filters };
  const known = await cache.open(key, { signal, onBytes: bytesOf(watch, "checking") });
  if (known) {
    say(`${shown(counts.pairs)} pairs as an earlier training encoded them`);
    return known;
  }
  const vocabulary = Math.max(tokenizers.source.size, tokenizers.target.size);
  const writer = cache.begin(key, { vocabulary, length: longest + 1 });
  try {
    const { encode, finish } = filteredEncoder(tokenizers, config, name);
    let number = 0;
    for await (const pair of reader.pairs(spec, bytesOf(watch, "encoding"))) {
      number += 1;
      const { example, isKept } = encode(pair);
      if (isKept) writer.add(example, number);
    }
    return writer.finish(finish());
  } finally {
    writer.abandon();
  }
}

/** The hash of a corpus does not tell how its files are read. */
const identityOf = (spec: PairSpec, hash: string): string => `${Object.keys(spec).sort().join("+")} ${hash}`;

/** Words are counted in every so many pairs, which stand for all. */
const COUNTED_EVERY = 50;

async function count(pairs: AsyncIterable<Pair>): Promise<Counts> {
  const counts = { pairs: 0, text: 0 };
  const counter = sizeCounter();
  for await (const { source, target } of pairs) {
    if (counts.pairs % COUNTED_EVERY === 0) counter.add([target, source]);
    counts.pairs += 1;
    counts.text += source.length + target.length;
  }
  return { ...counts, size: counter.size("pairs", counts.pairs) };
}

type RunFileContents = Readonly<Record<string, unknown>>;

const filesIn = (contents: RunFileContents): RunFiles => ({
  where: "the cache",
  has: (name) => Object.hasOwn(contents, name),
  json: (name) => contents[name],
});

const bytesOf =
  (watch: Watch | undefined, stage: Stage) =>
  (done: number, total: number): void =>
    watch?.(stage, done, total);

const shown = (count: number): string => count.toLocaleString("en-US");

function ordinal(count: number): string {
  const endings: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd", other: "th" };
  return `${count}${endings[new Intl.PluralRules("en", { type: "ordinal" }).select(count)]}`;
}
