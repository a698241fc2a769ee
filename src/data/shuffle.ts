import { randomStream } from "../random.ts";

/** A copy in an order that depends on (seed, name) alone (Fisher-Yates). */
export function shuffle<T>(items: readonly T[], seed: number, name = ""): T[] {
  const shuffled = [...items];
  const uniform = randomStream(seed, name);
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
  }
  return shuffled;
}
