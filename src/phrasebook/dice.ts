import { randomStream } from "../random.ts";

/** Choices that depend on a seed alone. */
export interface Dice {
  pick<T>(choices: readonly T[]): T;
  chance(probability: number): boolean;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
}

export function dice(seed: number, name: string): Dice {
  const next = randomStream(seed, name);
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    pick: <T>(choices: readonly T[]) => choices[whole(0, choices.length - 1)] as T,
    chance: (probability) => next() < probability,
    whole,
  };
}
