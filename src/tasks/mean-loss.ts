import { type BatchFeeds, feedsFor, type Program, toNumber } from "../runtime/compile.ts";

/** Mean loss over batches; undefined when a signal came first. */
export async function meanLoss(
  program: Program<"negativeLogLikelihood" | "tokens">,
  batches: Iterable<BatchFeeds>,
  signal?: AbortSignal,
): Promise<number | undefined> {
  let total = 0;
  let count = 0;
  for (const feeds of batches) {
    if (signal?.aborted) return undefined;
    const { negativeLogLikelihood, tokens } = await program(feedsFor(program, feeds));
    total += await toNumber(negativeLogLikelihood);
    count += await toNumber(tokens);
    negativeLogLikelihood.dispose();
    tokens.dispose();
  }
  return total / count;
}
