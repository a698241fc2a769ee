import type { Aligned } from "../aligned.ts";
import type { Dice } from "../dice.ts";

/** One way of saying something, in both languages. */
export interface Rule {
  readonly name: string;
  /** The point of grammar it shows. */
  readonly about: string;
  readonly make: (dice: Dice) => Aligned;
}
