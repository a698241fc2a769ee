import type { Communicator } from "./communicator.ts";

type Place = Pick<Communicator, "rank" | "size">;

/**
 * A rank's part of a batch: each item belongs to one rank. The items are sorted by length, so they are dealt to and fro:
 * 0 1 2 | 2 1 0 | 0 1 2. Ranks then have the same number of items and almost the same number of tokens.
 */
export function shareOf<T>(items: readonly T[], { rank, size }: Place): T[] {
  return items.filter((_, i) => {
    const place = i % size;
    const isForth = Math.floor(i / size) % 2 === 0;
    return rank === (isForth ? place : size - 1 - place);
  });
}
