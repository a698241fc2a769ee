import { scalar } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";

/** A value, or a number that becomes a constant of the other operand's element type. */
export type Operand = Value | number;

export function asOperand(x: Operand, like: Value): Value {
  return typeof x === "number" ? scalar(like.dtype, x) : x;
}
