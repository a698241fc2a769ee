import { heedError } from "../errors.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { Hypothesis } from "./hypothesis.ts";
import { batchesByTokens } from "./packing.ts";
import type { TranslatorOptions } from "./translator-options.ts";

/**
 * Translates any number of sources in batches of similar lengths, `streams` batches at a time.
 *
 * @param search  Is also told which of the sources are in its batch.
 */
export async function searchInBatches(
  sources: readonly ArrayLike<number>[],
  search: (batch: readonly ArrayLike<number>[], chosen: readonly number[]) => Promise<Hypothesis[][]>,
  {
    batch = 32,
    batchTokens = 2048,
    streams = 1,
    signal,
  }: Pick<TranslatorOptions, "batch" | "batchTokens" | "streams" | "signal">,
): Promise<Hypothesis[][]> {
  const results: Hypothesis[][] = sources.map(() => []);
  const length = (i: number): number => sources[i]?.length ?? 0;
  const waiting = batchesByTokens(sources.length, length, { sentences: batch, tokens: batchTokens });
  const work = async (): Promise<void> => {
    // Longest first, so that streams end at about the same time.
    for (let chosen = waiting.pop(); chosen; chosen = waiting.pop()) {
      if (signal?.aborted) return;
      const hypotheses = await search(
        chosen.map((i) => sources[i] ?? []),
        chosen,
      );
      for (const [n, i] of chosen.entries()) results[i] = hypotheses[n] ?? [];
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, streams) }, work));
  signal?.throwIfAborted();
  return results;
}

/** @throws ERR_USAGE for a sentence that is empty, too long for the model or has ids outside the vocabulary. */
export function checkSources(
  sources: readonly ArrayLike<number>[],
  vocabulary: Tokenizer,
  maxLength: number,
): void {
  const refuse = (cause: string): never => {
    throw heedError("ERR_USAGE", { where: "translateIds", cause });
  };
  for (const [i, ids] of sources.entries()) {
    if (ids.length > maxLength)
      refuse(`sentence ${i} has ${ids.length} tokens; the model reads at most ${maxLength}`);
    if (ids.length === 0) refuse(`sentence ${i} has no tokens: even an empty one ends with </s>`);
    const unknown = Array.from(ids).find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary.size);
    if (unknown !== undefined)
      refuse(`sentence ${i} has token ${unknown}; the vocabulary has ids 0 to ${vocabulary.size - 1}`);
  }
}
