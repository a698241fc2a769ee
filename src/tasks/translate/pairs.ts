import type { TranslateConfig } from "../../config/schema.ts";
import type { PairBatch, PairExample } from "../../data/batches.ts";
import type { FilterReport } from "../../data/filters.ts";
import { pairFilter } from "../../data/filters.ts";
import { heedError } from "../../errors.ts";
import type { BatchFeeds } from "../../runtime/compile.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";
import { inTurns, type Work } from "../../work.ts";

export interface SentencePair {
  readonly source: string;
  readonly target: string;
}

export function encodePair({ source, target }: SentencePair, tokenizers: Tokenizers): PairExample {
  return {
    source: Int32Array.from(tokenizers.source.encode(source)),
    target: Int32Array.from(tokenizers.target.encode(target)),
  };
}

/** A batch under the names of the graph's inputs. */
export function pairFeeds(batch: PairBatch): BatchFeeds {
  const source = [batch.size, batch.sourceLength];
  const target = [batch.size, batch.targetLength];
  return {
    source: { shape: source, data: batch.source },
    sourceMask: { shape: source, data: batch.sourceMask },
    target: { shape: target, data: batch.targetIn },
    labels: { shape: target, data: batch.targetOut },
    labelWeight: { shape: target, data: batch.targetWeight },
  };
}

/**
 * Encodes pairs, leaving out those that the filters refuse.
 *
 * @returns the examples, and which pair of the corpus each was, counted from 1
 * @throws ERR_DATA with the counts by reason when none is left; the signal's reason once it is aborted.
 */
export const encodeCorpus = (
  pairs: readonly SentencePair[],
  tokenizers: Tokenizers,
  config: Pick<TranslateConfig, "data" | "model">,
  name: string,
  signal?: AbortSignal,
): Promise<EncodedCorpus> => inTurns(encoding(pairs, tokenizers, config, name), signal);

export interface EncodedCorpus {
  readonly examples: PairExample[];
  readonly numbers: number[];
  readonly report: FilterReport;
}

function* encoding(
  pairs: readonly SentencePair[],
  tokenizers: Tokenizers,
  { data, model }: Pick<TranslateConfig, "data" | "model">,
  name: string,
): Work<EncodedCorpus> {
  const examples: PairExample[] = [];
  const numbers: number[] = [];
  const lengths = new Map<string, number>();
  const filter = pairFilter({
    ...data,
    name,
    maxTokens: Math.min(data.maxTokens, model.maxLength),
    countTokens: (text) => lengths.get(text) ?? 0,
  });
  for (const [i, pair] of pairs.entries()) {
    yield;
    const example = encodePair(pair, tokenizers);
    lengths.clear();
    lengths.set(pair.source, example.source.length).set(pair.target, example.target.length);
    if (!filter.accepts(pair)) continue;
    examples.push(example);
    numbers.push(i + 1);
  }
  return { examples, numbers, report: filter.finish() };
}

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
