import type { Aligned } from "../aligned.ts";
import type { Dice } from "../dice.ts";

/** One way of saying something, in both languages. */
export interface Rule {
  readonly name: string;
  /** What a reader learns from it. */
  readonly about: string;
  readonly make: (dice: Dice) => Aligned;
}
