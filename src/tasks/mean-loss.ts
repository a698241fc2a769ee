import { alone, type Communicator } from "../distributed/communicator.ts";
import { type BatchFeeds, feedsFor, type Program, toNumber } from "../runtime/compile.ts";

/** Mean loss over batches, which several ranks share; undefined when a signal came first. */
export async function meanLoss(
  program: Program<"negativeLogLikelihood" | "tokens">,
  batches: Iterable<BatchFeeds>,
  signal?: AbortSignal,
  communicator: Communicator = alone,
): Promise<number | undefined> {
  let total = 0;
  let count = 0;
  let number = 0;
  for (const feeds of batches) {
    number += 1;
    if (number % communicator.size !== communicator.rank) continue;
    if (signal?.aborted) return undefined;
    const { negativeLogLikelihood, tokens } = await program(feedsFor(program, feeds));
    total += await toNumber(negativeLogLikelihood);
    count += await toNumber(tokens);
    negativeLogLikelihood.dispose();
    tokens.dispose();
  }
  const sums = Float64Array.of(total, count);
  await communicator.allReduce(sums, "sum");
  return (sums[0] as number) / (sums[1] as number);
}
