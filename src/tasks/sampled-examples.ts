import type { PairExample } from "../data/batches.ts";
import { heedError } from "../errors.ts";
import { randomStream } from "../random.ts";
import type { Tokenizer, Tokenizers } from "../text/tokenizer.ts";
import { inTurns, type Work } from "../work.ts";

/** How training texts are split anew in each epoch. */
export interface Resampling {
  /** Share of merges skipped. */
  readonly rate: number;
  readonly seed: number;
}

/** One training example and how its sides are split. A side without a text stays as it is. */
export interface Resampled {
  readonly example: PairExample;
  readonly source: string;
  readonly target?: string;
}

/**
 * The examples of an epoch, split anew with merges skipped at random. How one is split depends on (seed, epoch, its index)
 * alone, so that a resumed run sees the same. Where a side gets more than `most` tokens, it keeps its usual ones.
 *
 * @throws ERR_CONFIG when no side has merges, as in imported vocabularies.
 * @see Provilkov et al. 2020 - https://aclanthology.org/2020.acl-main.170
 */
export function sampledExamples(
  texts: readonly Resampled[],
  tokenizers: Tokenizers,
  resampling: Resampling,
  epoch: number,
  most: number,
): Promise<PairExample[]> {
  if (tokenizers.source.sample || tokenizers.target.sample)
    return inTurns(sampling(texts, tokenizers, resampling, epoch, most));
  const cause = "has no effect: neither vocabulary has merges of its own to skip";
  throw heedError("ERR_CONFIG", { where: "training.bpeDropout", cause, remedy: "leave it out" });
}

function* sampling(
  texts: readonly Resampled[],
  tokenizers: Tokenizers,
  { rate, seed }: Resampling,
  epoch: number,
  most: number,
): Work<PairExample[]> {
  const examples: PairExample[] = [];
  for (const [i, { example, source, target }] of texts.entries()) {
    yield;
    const uniform = randomStream(seed, `merges ${epoch} ${i}`);
    const side = (tokenizer: Tokenizer, usual: Int32Array, text: string | undefined): Int32Array => {
      const ids = text === undefined ? undefined : tokenizer.sample?.(text, rate, uniform);
      return ids && ids.length <= most ? Int32Array.from(ids) : usual;
    };
    examples.push({
      source: side(tokenizers.source, example.source, source),
      target: side(tokenizers.target, example.target, target),
    });
  }
  return examples;
}

/** Makes the examples of an epoch once, and keeps those of the last one. */
export function lastKept<Examples>(
  make: (epoch: number) => Promise<Examples>,
): (epoch: number) => Promise<Examples> {
  let kept: { readonly epoch: number; readonly examples: Promise<Examples> } | undefined;
  return (epoch) => {
    if (kept?.epoch !== epoch) kept = { epoch, examples: make(epoch) };
    return kept.examples;
  };
}
