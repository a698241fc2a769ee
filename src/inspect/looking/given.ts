/** Changes of the model that many variants of an example are read with. */
import { evaluate, type Size } from "../../ir/size.ts";
import type { Feed } from "../../runtime/compile.ts";
import { type Change, type Changeable, changeOf, feedsOf, type Intervention } from "./intervention.ts";
import { givenName } from "./look-plan.ts";
import type { Variant } from "./variant.ts";

/** Whether a tap is the same for all variants of a run, as the positions are: it has no batch. */
export const isShared = (shape: readonly Size[]): boolean => !shape.includes("batch");

/** The feeds of a tap: what the model's change is for each variant; of a shared one, for the first and so for all. */
export function givenFeeds(
  path: string,
  one: Changeable,
  lengths: ReadonlyMap<string, number>,
  variants: readonly Variant[],
): Record<string, Feed> {
  const changing = isShared(one.shape) ? variants.slice(0, 1) : variants;
  const changes = changing.map(({ given, shortened }) => {
    const interventions = given?.get(path) ?? [];
    return changeFor(path, one.shape, lengths, interventions, shortened);
  });
  const all = (kind: "keep" | "put"): Float32Array =>
    Float32Array.from(changes.flatMap((change) => Array.from(change?.[kind] ?? [])));
  const shape = sizesOf(one.shape, lengths);
  const renormalise = changes.some((change) => change?.renormalise);
  return feedsOf(path, one, shape, { keep: all("keep"), put: all("put"), renormalise }, givenName(path));
}

/**
 * What interventions do in one variant. They count in the whole text: without one of its places, what they do at the others
 * moves up.
 *
 * @param lengths  Of the variants.
 */
function changeFor(
  path: string,
  symbolic: readonly Size[],
  lengths: ReadonlyMap<string, number>,
  interventions: readonly Intervention[],
  shortened: Variant["shortened"],
): Change | undefined {
  const single = new Map([...lengths, ["batch", 1]]);
  if (!shortened) return changeOf(path, sizesOf(symbolic, single), interventions);
  const { size, at } = shortened;
  const shape = sizesOf(symbolic, new Map([...single, [size, (lengths.get(size) as number) + 1]]));
  const change = changeOf(path, shape, interventions);
  if (!change) return undefined;
  const isShort = symbolic.map((each) => each === size);
  const { keep, put, renormalise } = change;
  return {
    keep: withoutPlace(keep, shape, isShort, at),
    put: withoutPlace(put, shape, isShort, at),
    renormalise,
  };
}

/**
 * The path of a tap at which interventions do something else at one place of a sequence than at another; undefined if there
 * is none.
 *
 * @param size     The symbol of the sequence's length.
 * @param shapeOf  The sizes of a tap's axes.
 */
export function placedTap(
  given: ReadonlyMap<string, readonly Intervention[]>,
  size: string,
  lengths: ReadonlyMap<string, number>,
  shapeOf: (path: string) => readonly Size[],
): string | undefined {
  const shorter = new Map([...lengths, [size, (lengths.get(size) as number) - 1]]);
  return [...given].find(([path, interventions]) => {
    const symbolic = shapeOf(path);
    if (!symbolic.includes(size)) return false;
    const without = (at: number): string => {
      const change = changeFor(path, symbolic, shorter, interventions, { size, at });
      return JSON.stringify([Array.from(change?.keep ?? []), Array.from(change?.put ?? [])]);
    };
    const first = without(0);
    return Array.from({ length: lengths.get(size) as number }, (_, at) => at).some(
      (at) => without(at) !== first,
    );
  })?.[0];
}

/** Numbers without those at one place of the axes that are marked. */
function withoutPlace(
  numbers: Float32Array,
  shape: readonly number[],
  isShort: readonly boolean[],
  at: number,
): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return numbers.filter((_, place) =>
    shape.every(
      (size, axis) => !isShort[axis] || Math.floor(place / (strides[axis] as number)) % size !== at,
    ),
  );
}

const sizesOf = (shape: readonly Size[], lengths: ReadonlyMap<string, number>): number[] =>
  shape.map((size) => evaluate(size, lengths) as number);
