import { heedError } from "../../errors.ts";
import { input } from "../../ir/leaf.ts";
import type { Size } from "../../ir/size.ts";
import type { Value } from "../../ir/value.ts";
import { splitTap, type TapPattern } from "../../nn/match-taps.ts";
import { tapAxes } from "../../nn/taps.ts";
import { sum } from "../../ops/broadcast.ts";
import { add, div, maximum, mul, sub } from "../../ops/elementwise.ts";
import { gather } from "../../ops/gather.ts";
import { reshape } from "../../ops/reshape.ts";

/** A change of what passes at some taps: of all of it, or of a head, a row, a column, one number. */
export interface Intervention {
  /** Taps, by pattern: `decoder.1.cross.weights`, `encoder.*.attention.heads`. */
  readonly at: TapPattern;
  /** A head, from 0. Default: all. */
  readonly head?: number;
  /** A query, or a place of the sequence, from 0. Default: all. */
  readonly row?: number;
  /** A key, or a component of the vectors, from 0. Default: all. */
  readonly column?: number;
  /** Only where a query meets the key of its own position. Default false. */
  readonly diagonal?: boolean;
  /**
   * New values: one number for all, the numbers of the part in order, as another look gave them, or those of one row, which
   * is then every row. Default: unchanged.
   */
  readonly to?: number | ArrayLike<number>;
  /** Factor on the values that are there; `to` is added to the product. Default 1, or 0 where `to` is given. */
  readonly scale?: number;
  /** Divides each row by its sum afterwards, so that weights sum to 1 again. Default false. */
  readonly renormalise?: boolean;
}

/** The numbers of a tap: `keep` times what passes, plus `put`; in the order of its axes. */
export interface Change {
  readonly keep: Float32Array;
  readonly put: Float32Array;
  readonly renormalise: boolean;
}

export const nameOf = (kind: "keep" | "put" | "renormalise", path: string): string => `${kind} ${path}`;

/** A tap that can be changed, as a graph has it. */
export interface Changeable {
  /** Its shape for all steps, symbols included. */
  readonly shape: readonly Size[];
  /** In a recurrence: its time axis, which is fed first. */
  readonly time: number | undefined;
  /** The addend that is fed: its gradient is the tap's. */
  readonly put: Value;
  /** What arrives at the tap, before the change; undefined in a recurrence. */
  readonly arriving: Value | undefined;
}

/**
 * The answer at a tap whose change is fed: value · keep + put. One graph then serves every change.
 *
 * @param steps     The size of the sequence, in a recurrence.
 * @param position  The step of it that is being built, in a recurrence.
 * @param name      What its feeds are called after.
 */
export function changeable(
  path: string,
  value: Value,
  steps: Size,
  position: Value | undefined,
  name = path,
): { readonly answer: Value; readonly changeable: Changeable } {
  const axes: readonly string[] = tapAxes[splitTap(path)[1]];
  const time = axes.findIndex((axis) => axis === "length" || axis === "queries");
  const shape = position ? value.shape.map((size, axis) => (axis === time ? steps : size)) : value.shape;
  const fed = position ? [steps, ...value.shape.filter((_, axis) => axis !== time)] : value.shape;
  const here = (kind: "keep" | "put"): { whole: Value; part: Value } => {
    const whole = input(nameOf(kind, name), value.dtype, fed);
    if (!position) return { whole, part: whole };
    return { whole, part: reshape(gather(whole, reshape(position, [1])), value.shape) };
  };
  const [keep, put] = [here("keep"), here("put")];
  const changed = add(mul(value, keep.part), put.part);
  const answer = isWeights(path) ? renormalised(name, changed) : changed;
  const at = position ? { time, arriving: undefined } : { time: undefined, arriving: value };
  return { answer, changeable: { shape, put: put.whole, ...at } };
}

/** Whether the rows of a tap are shares that sum to 1. */
export const isWeights = (path: string): boolean => splitTap(path)[1] === "weights";

/** Rows divided by their sums, if that is fed: 1 for yes, 0 for no. */
export function renormalised(name: string, weights: Value): Value {
  const isWanted = input(nameOf("renormalise", name), weights.dtype, []);
  const total = maximum(sum(weights, [-1], { keep: true }), 1e-12);
  return div(weights, add(mul(total, isWanted), sub(1, isWanted)));
}

/** The feeds of a tap: unchanged without a `change`. */
export function feedsOf(
  path: string,
  { time }: Pick<Changeable, "time">,
  shape: readonly number[],
  change: Change | undefined,
  name = path,
): Record<string, { shape: readonly number[]; data: Float32Array } | number> {
  const size = shape.reduce((product, n) => product * n, 1);
  const keep = change?.keep ?? new Float32Array(size).fill(1);
  const put = change?.put ?? new Float32Array(size);
  const fed =
    time === undefined ? shape : [shape[time] as number, ...shape.filter((_, axis) => axis !== time)];
  const laid = (data: Float32Array): Float32Array =>
    time === undefined ? data : timeFirst(data, shape, time);
  return {
    [nameOf("keep", name)]: { shape: fed, data: laid(keep) },
    [nameOf("put", name)]: { shape: fed, data: laid(put) },
    ...(isWeights(path) ? { [nameOf("renormalise", name)]: change?.renormalise ? 1 : 0 } : {}),
  };
}

/** Numbers with one axis moved to the front. */
const timeFirst = (data: Float32Array, shape: readonly number[], axis: number): Float32Array =>
  rearranged(data, shape, axis, (moved, there, here) => {
    moved[there] = data[here] as number;
  });

/** The reverse of `timeFirst`. */
export const timeBack = (data: Float32Array, shape: readonly number[], axis: number): Float32Array =>
  rearranged(data, shape, axis, (moved, there, here) => {
    moved[here] = data[there] as number;
  });

/** Calls `move` for every number, with its place when the axis comes first and when it stands where it is. */
function rearranged(
  { length }: Float32Array,
  shape: readonly number[],
  axis: number,
  move: (moved: Float32Array, there: number, here: number) => void,
): Float32Array {
  const before = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const [steps, after] = [shape[axis] as number, shape.slice(axis + 1).reduce((a, b) => a * b, 1)];
  const moved = new Float32Array(length);
  for (let b = 0; b < before; b++)
    for (let t = 0; t < steps; t++)
      for (let a = 0; a < after; a++) move(moved, (t * before + b) * after + a, (b * steps + t) * after + a);
  return moved;
}

/**
 * All interventions at one tap as numbers, one after the other.
 *
 * @throws ERR_USAGE for an index that the tap does not have, or a number of values that does not fit.
 */
export function changeOf(
  path: string,
  shape: readonly number[],
  interventions: readonly Intervention[],
): Change | undefined {
  if (interventions.length === 0) return undefined;
  const size = shape.reduce((product, n) => product * n, 1);
  const [keep, put] = [new Float32Array(size).fill(1), new Float32Array(size)];
  for (const one of interventions) {
    const { places, scale, to } = effectOf(path, shape, one);
    places.forEach((place, i) => {
      keep[place] = (keep[place] as number) * scale;
      put[place] = (put[place] as number) * scale + to(i);
    });
  }
  return { keep, put, renormalise: interventions.some(({ renormalise }) => renormalise) };
}

/** The interventions at one tap that change a number of what arrives there, one after the other. */
export function effective(
  path: string,
  shape: readonly number[],
  interventions: readonly Intervention[],
  arriving: Float32Array,
): Set<Intervention> {
  const now = arriving.slice();
  const found = interventions.filter((one) => {
    const { places, scale, to } = effectOf(path, shape, one);
    let isChanged = false;
    places.forEach((place, i) => {
      const before = now[place] as number;
      now[place] = before * scale + to(i);
      isChanged ||= now[place] !== before;
    });
    return isChanged || (one.renormalise === true && !sumToOne(now, shape.at(-1) as number));
  });
  return new Set(found);
}

/** Whether all rows sum to 1, but for rounding. */
function sumToOne(weights: Float32Array, size: number): boolean {
  for (let at = 0; at < weights.length; at += size) {
    const total = weights.subarray(at, at + size).reduce((sum, weight) => sum + weight, 0);
    if (Math.abs(total - 1) > 1e-5) return false;
  }
  return true;
}

/** What one intervention does at its places: x becomes x · scale + to. */
function effectOf(
  path: string,
  shape: readonly number[],
  intervention: Intervention,
): { readonly places: readonly number[]; readonly scale: number; readonly to: (i: number) => number } {
  if (intervention.renormalise && !isWeights(path)) {
    const cause = "only weights can be renormalised";
    throw heedError("ERR_USAGE", { where: path, cause, remedy: "leave out renormalise" });
  }
  const places = placesOf(path, shape, intervention);
  const { to, scale = to === undefined ? 1 : 0, column, diagonal = false } = intervention;
  if (to === undefined || typeof to === "number") return { places, scale, to: () => to ?? 0 };
  const isRow = to.length === shape.at(-1) && column === undefined && !diagonal;
  if (to.length !== places.length && !isRow) {
    throw heedError("ERR_USAGE", {
      where: path,
      cause: `"to" has ${to.length} numbers, and the part has ${places.length}`,
      remedy: "give one number, as many as the part has, or as many as a row of it has",
    });
  }
  return { places, scale, to: (i) => to[i % to.length] as number };
}

/** The part of a tap: what it has in common with an intervention on it. */
export type Part = Pick<Intervention, "head" | "row" | "column" | "diagonal">;

/**
 * The places of a part among the numbers of a tap.
 *
 * @throws ERR_USAGE for an index that the tap does not have.
 */
export function placesOf(
  path: string,
  shape: readonly number[],
  { head, row, column, diagonal = false }: Part,
): number[] {
  const axes: readonly string[] = tapAxes[splitTap(path)[1]];
  const rowAxis = axes.findIndex((axis) => axis === "queries" || axis === "length");
  const chosen = new Map<number, number>();
  const choose = (axis: number, index: number | undefined, what: string): void => {
    if (index === undefined) return;
    const most = shape[axis];
    if (axis >= 0 && most !== undefined && Number.isInteger(index) && index >= 0 && index < most) {
      chosen.set(axis, index);
      return;
    }
    const cause =
      axis < 0 || most === undefined ? `has no ${what}s` : `has ${what}s 0 to ${most - 1}, not ${index}`;
    throw heedError("ERR_USAGE", { where: path, cause });
  };
  choose(axes.indexOf("heads"), head, "head");
  choose(rowAxis >= 0 ? rowAxis : axes.indexOf("keys"), row, "row");
  choose(axes.length - 1, column, "column");
  const [queryAxis, keyAxis] = [axes.indexOf("queries"), axes.indexOf("keys")];
  if (diagonal && (queryAxis < 0 || keyAxis < 0)) {
    const cause = "has no diagonal: its axes are not queries and keys";
    throw heedError("ERR_USAGE", { where: path, cause });
  }
  const places: number[] = [];
  const size = shape.reduce((product, n) => product * n, 1);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const indexOn = (axis: number, place: number): number =>
    Math.floor(place / (strides[axis] as number)) % (shape[axis] as number);
  for (let place = 0; place < size; place++) {
    const isChosen = [...chosen].every(([axis, index]) => indexOn(axis, place) === index);
    const isOff = diagonal && indexOn(queryAxis, place) !== indexOn(keyAxis, place);
    if (isChosen && !isOff) places.push(place);
  }
  return places;
}
