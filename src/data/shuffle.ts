import { randomInts } from "../random.ts";

/** Shuffles in place (Fisher-Yates), in an order that depends only on (seed, name). Returns `items`. */
export function shuffle<T extends { [index: number]: unknown; readonly length: number }>(
  items: T,
  seed: number,
  name = "",
): T {
  const next = randomInts(seed, name);
  for (let last = items.length - 1; last > 0; last--) {
    // The bias of the remainder is below length / 2^32.
    const other = (next() >>> 0) % (last + 1);
    const item = items[last];
    items[last] = items[other];
    items[other] = item;
  }
  return items;
}
