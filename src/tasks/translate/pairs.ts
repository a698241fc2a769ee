import type { TranslateConfig } from "../../config/schema.ts";
import type { PairBatch, PairExample } from "../../data/batches.ts";
import type { FilterReport } from "../../data/filters.ts";
import { type PairFilter, pairFilter } from "../../data/filters.ts";
import { type PieceLinks, pieceLinks } from "../../data/piece-links.ts";
import { heedError } from "../../errors.ts";
import type { BatchFeeds } from "../../runtime/compile.ts";
import { type Tokenizers, writtenIds } from "../../text/tokenizer.ts";
import { wordSpans } from "../../text/word-spans.ts";
import { inTurns, type Work } from "../../work.ts";
import { type CorpusLinks, checkLinks } from "./links.ts";

export interface SentencePair {
  readonly source: string;
  readonly target: string;
}

export function encodePair({ source, target }: SentencePair, tokenizers: Tokenizers): PairExample {
  return {
    source: new Int32Array(tokenizers.source.encode(source)),
    target: new Int32Array(writtenIds(tokenizers.target, target)),
  };
}

/** A batch under the names of the graph's inputs, with the links of its examples if they guide attention. */
export function pairFeeds(batch: PairBatch, links?: PieceLinks): BatchFeeds {
  const source = [batch.size, batch.sourceLength];
  const target = [batch.size, batch.targetLength];
  return {
    source: { shape: source, data: batch.source },
    sourceMask: { shape: source, data: batch.sourceMask },
    target: { shape: target, data: batch.targetIn },
    labels: { shape: target, data: batch.targetOut },
    labelWeight: { shape: target, data: batch.targetWeight },
    ...(links ? { links: linksFeed(batch, links) } : {}),
  };
}

const linksFeed = (
  { examples, size, targetLength, sourceLength }: PairBatch,
  links: PieceLinks,
): BatchFeeds[string] => ({
  shape: [size, targetLength, sourceLength],
  data: links.matrix(examples, targetLength, sourceLength),
});

/**
 * Encodes pairs, leaving out those that the filters refuse, and their links with them.
 *
 * @returns the examples, and which pair of the corpus each was, counted from 1
 * @throws ERR_DATA with the counts by reason when none is left, or for links that do not fit their pair; the signal's
 *   reason once it is aborted.
 */
export const encodeCorpus = (
  pairs: readonly SentencePair[],
  tokenizers: Tokenizers,
  config: Pick<TranslateConfig, "data" | "model">,
  name: string,
  signal?: AbortSignal,
  links?: CorpusLinks,
  onProgress?: (done: number, total: number) => void,
): Promise<EncodedCorpus> =>
  inTurns(encoding(pairs, tokenizers, config, name, { links, onProgress }), signal);

export interface EncodedCorpus {
  readonly examples: PairExample[];
  readonly numbers: number[];
  readonly report: FilterReport;
  /** Those of the examples. */
  readonly links?: PieceLinks;
}

function* encoding(
  pairs: readonly SentencePair[],
  tokenizers: Tokenizers,
  config: Pick<TranslateConfig, "data" | "model">,
  name: string,
  {
    links,
    onProgress,
  }: {
    readonly links?: CorpusLinks | undefined;
    readonly onProgress?: ((done: number, total: number) => void) | undefined;
  },
): Work<EncodedCorpus> {
  const examples: PairExample[] = [];
  const numbers: number[] = [];
  const guiding = links && pieceLinks();
  const { encode, finish } = filteredEncoder(tokenizers, config, name);
  for (const [i, pair] of pairs.entries()) {
    yield;
    onProgress?.(i + 1, pairs.length);
    const { example, isKept } = encode(pair);
    if (links) {
      const spans = {
        source: wordSpans(tokenizers.source, example.source),
        target: wordSpans(tokenizers.target, example.target),
      };
      const known = links.of(i);
      checkLinks(known, spans, links.where(i));
      if (isKept) guiding?.add(known, spans);
    }
    if (!isKept) continue;
    examples.push(example);
    numbers.push(i + 1);
  }
  return { examples, numbers, report: finish(), ...(guiding ? { links: guiding.finish() } : {}) };
}

/** Encodes one pair after another, and tells which ones the filters keep. */
export function filteredEncoder(
  tokenizers: Tokenizers,
  { data, model }: Pick<TranslateConfig, "data" | "model">,
  name: string,
): {
  readonly encode: (pair: SentencePair) => { readonly example: PairExample; readonly isKept: boolean };
  readonly finish: PairFilter["finish"];
} {
  const lengths = new Map<string, number>();
  const filter = pairFilter({
    ...data,
    name,
    maxTokens: longestPair({ data, model }),
    countTokens: (text) => lengths.get(text) ?? 0,
  });
  return {
    encode: (pair) => {
      const example = encodePair(pair, tokenizers);
      lengths.clear();
      lengths.set(pair.source, example.source.length).set(pair.target, example.target.length);
      return { example, isKept: filter.accepts(pair) };
    },
    finish: filter.finish,
  };
}

/** Most tokens on a side of the pairs that are kept. */
export const longestPair = ({ data, model }: Pick<TranslateConfig, "data" | "model">): number =>
  Math.min(data.maxTokens, model.maxLength);

/** The pairs that the model has positions for. @throws ERR_DATA when there are none; the signal's reason once aborted. */
export const fittingPairs = (
  pairs: readonly SentencePair[],
  tokenizers: Tokenizers,
  config: Pick<TranslateConfig, "model">,
  name: string,
  signal?: AbortSignal,
): Promise<SentencePair[]> => inTurns(fitting(pairs, tokenizers, config, name), signal);

function* fitting(
  pairs: readonly SentencePair[],
  tokenizers: Tokenizers,
  { model: { maxLength } }: Pick<TranslateConfig, "model">,
  name: string,
): Work<SentencePair[]> {
  const kept: SentencePair[] = [];
  for (const pair of pairs) {
    yield;
    const { source, target } = encodePair(pair, tokenizers);
    if (Math.max(source.length, target.length) <= maxLength) kept.push(pair);
  }
  if (kept.length > 0) return kept;
  const cause = `all ${pairs.length} pairs are longer than ${maxLength} tokens`;
  throw heedError("ERR_DATA", { where: name, cause, remedy: "raise model.maxLength or shorten the pairs" });
}
