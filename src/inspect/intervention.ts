import { heedError } from "../errors.ts";
import { input } from "../ir/leaf.ts";
import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { splitTap, type TapPattern } from "../nn/match-taps.ts";
import { tapAxes } from "../nn/taps.ts";
import { sum } from "../ops/broadcast.ts";
import { add, div, maximum, mul, sub } from "../ops/elementwise.ts";
import { gather } from "../ops/gather.ts";
import { reshape } from "../ops/reshape.ts";

/** A change of what passes at some taps: of all of it, or of a head, a row, a column. */
export interface Intervention {
  /** Taps, by pattern: `decoder.1.cross.weights`, `encoder.*.attention.heads`. */
  readonly at: TapPattern;
  /** A head, from 0. Default: all. */
  readonly head?: number;
  /** A query, or a place of the sequence, from 0. Default: all. */
  readonly row?: number;
  /** A key, or a component of the vectors, from 0. Default: all. */
  readonly column?: number;
  /**
   * New values: one number for all, or the numbers of the part in order, as another run gave them. Default: unchanged.
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
}

/**
 * The answer at a tap whose change is fed: value · keep + put. One graph then serves every change.
 *
 * @param steps     The size of the sequence, in a recurrence.
 * @param position  The step of it that is being built, in a recurrence.
 */
export function changeable(
  path: string,
  value: Value,
  steps: Size,
  position: Value | undefined,
): { readonly answer: Value; readonly changeable: Changeable } {
  const axes: readonly string[] = tapAxes[splitTap(path)[1]];
  const time = axes.findIndex((axis) => axis === "length" || axis === "queries");
  const shape = position ? value.shape.map((size, axis) => (axis === time ? steps : size)) : value.shape;
  const fed = position ? [steps, ...value.shape.filter((_, axis) => axis !== time)] : value.shape;
  const here = (kind: "keep" | "put"): { whole: Value; part: Value } => {
    const whole = input(nameOf(kind, path), value.dtype, fed);
    if (!position) return { whole, part: whole };
    return { whole, part: reshape(gather(whole, reshape(position, [1])), value.shape) };
  };
  const [keep, put] = [here("keep"), here("put")];
  const changed = add(mul(value, keep.part), put.part);
  const answer = isWeights(path) ? renormalised(path, changed) : changed;
  return { answer, changeable: { shape, time: position ? time : undefined, put: put.whole } };
}

/** Whether the rows of a tap are shares that sum to 1. */
export const isWeights = (path: string): boolean => splitTap(path)[1] === "weights";

/** Rows divided by their sums, if that is fed: 1 for yes, 0 for no. */
export function renormalised(path: string, weights: Value): Value {
  const isWanted = input(nameOf("renormalise", path), weights.dtype, []);
  const total = maximum(sum(weights, [-1], { keep: true }), 1e-12);
  return div(weights, add(mul(total, isWanted), sub(1, isWanted)));
}

/** The feeds of a tap: unchanged without a `change`. */
export function feedsOf(
  path: string,
  { time }: Pick<Changeable, "time">,
  shape: readonly number[],
  change: Change | undefined,
): Record<string, { shape: readonly number[]; data: Float32Array } | number> {
  const size = shape.reduce((product, n) => product * n, 1);
  const keep = change?.keep ?? new Float32Array(size).fill(1);
  const put = change?.put ?? new Float32Array(size);
  const fed =
    time === undefined ? shape : [shape[time] as number, ...shape.filter((_, axis) => axis !== time)];
  const laid = (data: Float32Array): Float32Array =>
    time === undefined ? data : timeFirst(data, shape, time);
  return {
    [nameOf("keep", path)]: { shape: fed, data: laid(keep) },
    [nameOf("put", path)]: { shape: fed, data: laid(put) },
    ...(isWeights(path) ? { [nameOf("renormalise", path)]: change?.renormalise ? 1 : 0 } : {}),
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
    if (one.renormalise && !isWeights(path)) {
      const cause = "only weights can be renormalised";
      throw heedError("ERR_USAGE", { where: path, cause, remedy: "leave out renormalise" });
    }
    const places = placesOf(path, shape, one);
    const { to, scale = to === undefined ? 1 : 0 } = one;
    if (typeof to === "object" && to.length !== places.length) {
      const cause = `"to" has ${to.length} numbers, and the part has ${places.length}`;
      throw heedError("ERR_USAGE", {
        where: path,
        cause,
        remedy: "give one number, or as many as the part has",
      });
    }
    places.forEach((place, i) => {
      const value = to === undefined ? 0 : typeof to === "number" ? to : (to[i] as number);
      keep[place] = (keep[place] as number) * scale;
      put[place] = (put[place] as number) * scale + value;
    });
  }
  return { keep, put, renormalise: interventions.some(({ renormalise }) => renormalise) };
}

/** The places of an intervention among the numbers of a tap. */
export function placesOf(
  path: string,
  shape: readonly number[],
  { head, row, column }: Intervention,
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
  const places: number[] = [];
  const size = shape.reduce((product, n) => product * n, 1);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  for (let place = 0; place < size; place++) {
    const isChosen = [...chosen].every(
      ([axis, index]) => Math.floor(place / (strides[axis] as number)) % (shape[axis] as number) === index,
    );
    if (isChosen) places.push(place);
  }
  return places;
}
