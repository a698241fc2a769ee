import { alone, type Communicator } from "../distributed/communicator.ts";
import { type BatchFeeds, feedsFor, type Program, toNumber } from "../runtime/compile.ts";

/** A loss as the sums that its mean is computed from: those of the parts of a test set add up. */
export interface LossSums {
  readonly negativeLogLikelihood: number;
  readonly tokens: number;
}

/** Which batches are to be counted: every so many, from one. */
export type LossShare = Pick<Communicator, "rank" | "size">;

/**
 * Sums the loss over a share of the batches; undefined when a signal came first. Each batch adds a number in float32, so in
 * float64 the order of adding them up makes no difference.
 */
export async function sumLoss(
  program: Program<"negativeLogLikelihood" | "tokens">,
  batches: Iterable<BatchFeeds>,
  { rank, size }: LossShare = alone,
  signal?: AbortSignal,
): Promise<LossSums | undefined> {
  let total = 0;
  let count = 0;
  let number = 0;
  for (const feeds of batches) {
    number += 1;
    if (number % size !== rank) continue;
    if (signal?.aborted) return undefined;
    const { negativeLogLikelihood, tokens } = await program(feedsFor(program, feeds));
    total += await toNumber(negativeLogLikelihood);
    count += await toNumber(tokens);
    negativeLogLikelihood.dispose();
    tokens.dispose();
  }
  return { negativeLogLikelihood: total, tokens: count };
}

/** Mean loss over batches, which several ranks share; undefined when a signal came first. */
export async function meanLoss(
  program: Program<"negativeLogLikelihood" | "tokens">,
  batches: Iterable<BatchFeeds>,
  signal?: AbortSignal,
  communicator: Communicator = alone,
): Promise<number | undefined> {
  const own = await sumLoss(program, batches, communicator, signal);
  if (!own) return undefined;
  const sums = Float64Array.of(own.negativeLogLikelihood, own.tokens);
  await communicator.allReduce(sums, "sum");
  return (sums[0] as number) / (sums[1] as number);
}
