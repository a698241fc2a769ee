/** Interventions at one step of a decoder: a step is one row of what a decoder computes at once for a given text. */
import { heedError } from "../../errors.ts";
import { input } from "../../ir/leaf.ts";
import { evaluate, type Size, symbolsOf } from "../../ir/size.ts";
import type { Value } from "../../ir/value.ts";
import { splitTap } from "../../nn/match-taps.ts";
import { tapAxes } from "../../nn/taps.ts";
import { cast, equal } from "../../ops/compare.ts";
import { add, mul, sub } from "../../ops/elementwise.ts";
import { max } from "../../ops/reduce.ts";
import { changeOf, type Intervention, isWeights, nameOf, renormalised } from "../looking/intervention.ts";
import { isRowAxis } from "../looking/subject.ts";

/** A tap of a decoder's step that can be changed, the same for all hypotheses. */
export interface SteppedTap {
  readonly path: string;
  /** Of one step: 1 for the batch and for the row; symbols for the source, and for keys that grow with the text. */
  readonly shape: readonly Size[];
  /** 1 at the places where any hypothesis's number was changed, in that shape. */
  readonly differs: Value;
}

const axesOf = (path: string): readonly string[] => tapAxes[splitTap(path)[1]];

/** Whether a tap has a number for every query and key. */
const hasKeys = (path: string): boolean => ["queries", "keys"].every((axis) => axesOf(path).includes(axis));

/** Whether a tap has a row for every step. */
export const hasRows = (path: string): boolean => axesOf(path).some(isRowAxis);

/** The answer at a tap of a step: value · keep + put, both fed for this step. */
export function steppedTap(
  path: string,
  value: Value,
): { readonly answer: Value; readonly stepped: SteppedTap } {
  const all = axesOf(path).flatMap((axis, i) => (axis === "batch" || isRowAxis(axis) ? [i] : []));
  const shape = value.shape.map((size, i) => (all.includes(i) ? 1 : size));
  const [keep, put] = (["keep", "put"] as const).map((kind) =>
    input(nameOf(kind, path), value.dtype, shape),
  ) as [Value, Value];
  const changed = add(mul(value, keep), put);
  const answer = isWeights(path) ? renormalised(path, changed) : changed;
  const differs = max(sub(1, cast(equal(answer, value), "float32")), all, { keep: true });
  return { answer, stepped: { path, shape, differs } };
}

/** A step's shape in numbers. @param lengths  Of the symbols, `past` left out. */
export const shapeAt = (
  { shape }: SteppedTap,
  position: number,
  lengths: ReadonlyMap<string, number>,
): number[] => shape.map((size) => evaluate(size, new Map([...lengths, ["past", position]])) as number);

/** Whether a tap has one key more at every step, as in self-attention. */
const isGrowing = ({ shape }: SteppedTap): boolean => shape.some((size) => symbolsOf(size).includes("past"));

/**
 * An intervention as it holds at one step, fitted to the step's shape; undefined where it does not hold there.
 *
 * @param position  Of the token that the step reads: the row of the step.
 */
export function atStep(
  tap: SteppedTap,
  one: Intervention,
  position: number,
  shape: readonly number[],
): Intervention | undefined {
  const { row, column, diagonal, ...rest } = one;
  if (diagonal && hasKeys(tap.path)) {
    const isHere = [row, column].every((index) => index === undefined || index === position);
    const isSeen = position < (shape.at(-1) as number);
    return isHere && isSeen ? { ...rest, row: 0, column: position } : undefined;
  }
  const grows = isGrowing(tap);
  if (!hasRows(tap.path)) return grows && row !== undefined && row > position ? undefined : one;
  if (row !== undefined && row !== position) return undefined;
  if (row === undefined && grows && column !== undefined && column > position) return undefined;
  return { ...(grows ? withSeenKeys(tap.path, one, shape) : one), row: 0 };
}

/**
 * A head's row of self-attention as another look gave it also has numbers for keys that come later. They count for
 * nothing.
 *
 * @throws ERR_USAGE for a weight on a key that comes later.
 */
function withSeenKeys(path: string, one: Intervention, shape: readonly number[]): Intervention {
  const { to, head, column } = one;
  const seen = shape.at(-1) as number;
  if (typeof to !== "object" || column !== undefined || head === undefined || to.length <= seen) return one;
  const [numbers, later] = [Array.from(to).slice(0, seen), Array.from(to).slice(seen)];
  if (isWeights(path) && later.some((weight) => weight !== 0)) {
    const cause = `row ${seen - 1} sees keys 0 to ${seen - 1}, and "to" has a weight on a later one`;
    throw heedError("ERR_USAGE", { where: path, cause });
  }
  return { ...one, to: numbers };
}

/**
 * Refuses an intervention that cannot hold at any step.
 *
 * @param steps  The rows of the first step and of the last that can be taken; a later one is never written.
 * @throws ERR_USAGE for an index that the tap does not have, or numbers that do not fit.
 */
export function checkStep(
  tap: SteppedTap,
  one: Intervention,
  steps: { readonly first: number; readonly last: number; readonly lengths: ReadonlyMap<string, number> },
): void {
  const { first, last, lengths } = steps;
  const { path } = tap;
  const { row, column, to } = one;
  const [rows, grows] = [hasRows(path), isGrowing(tap)];
  const refuse = (cause: string, remedy?: string): never => {
    throw heedError("ERR_USAGE", { where: path, cause, ...(remedy ? { remedy } : {}) });
  };
  if (row !== undefined && (rows || grows) && !(Number.isInteger(row) && row >= 0))
    refuse(`has rows from 0, not ${row}`);
  if (grows && row !== undefined && row > last) return;
  if (grows && typeof to === "object" && row === undefined && (!rows || column === undefined))
    refuse("has one key more at every step, so the numbers cannot fit all of them", "give a row");
  // A column may come only later.
  const later = row === undefined && rows && grows && Number.isInteger(column) ? (column as number) : 0;
  if (later > last) return;
  const position = row === undefined || (!rows && !grows) ? Math.max(first, later) : row;
  const shape = shapeAt(tap, position, lengths);
  const fitted = atStep(tap, one, position, shape);
  if (fitted) changeOf(path, shape, [fitted]);
}
