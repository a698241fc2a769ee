import { randomInts } from "../random.ts";
import { atOnce, type Work } from "../work.ts";

interface Shuffled {
  [index: number]: unknown;
  readonly length: number;
}

/** Shuffles in place (Fisher-Yates), in an order that depends only on (seed, name). Returns `items`. */
export function shuffle<T extends Shuffled>(items: T, seed: number, name = ""): T {
  return atOnce(shuffling(items, seed, name));
}

/** Items moved between two points where the work may be interrupted. */
const PAUSE = 1 << 16;

/** `shuffle` as work that can be interrupted. */
export function* shuffling<T extends Shuffled>(items: T, seed: number, name: string): Work<T> {
  const next = randomInts(seed, name);
  for (let last = items.length - 1; last > 0; last--) {
    // The bias of the remainder is below length / 2^32.
    const other = (next() >>> 0) % (last + 1);
    const item = items[last];
    items[last] = items[other];
    items[other] = item;
    if (last % PAUSE === 0) yield;
  }
  return items;
}
