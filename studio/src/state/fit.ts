import type { View } from "./view.ts";

/** What of a model a view can point to. */
export interface Fitted {
  /** The paths of all taps. */
  readonly paths: readonly string[];
  /** The number of heads by the place of an attention: `decoder.1.cross`. */
  readonly heads: Readonly<Record<string, number>>;
}

/**
 * What has to change for a view to fit a model: a layer or a head that the model does not have, and changes at taps that it
 * does not have, go.
 */
export function fitting(view: View, { heads, paths }: Fitted): Partial<View> {
  const cross = Object.keys(heads).filter((place) => place.endsWith("cross"));
  const isLayer = view.layer < 0 || view.layer < cross.length;
  const count = heads[cross[isLayer ? Math.max(0, view.layer) : 0] ?? ""] ?? 1;
  const isHead = view.head === "mean" || (typeof view.head === "number" && view.head < count);
  const kept = view.intervene.filter(({ at }) => at.includes("*") || paths.includes(at));
  return {
    ...(isLayer ? {} : { layer: -1 }),
    ...(isHead ? {} : { head: "mean" }),
    ...(kept.length === view.intervene.length ? {} : { intervene: kept }),
  };
}

/** A view of another model: what was done to the one before is not done to it. */
export const otherModel = (model: string): Partial<View> => ({
  model,
  layer: -1,
  head: "mean",
  forced: [],
  intervene: [],
  off: [],
  place: -1,
  rival: "",
  step: -1,
});

/** A view of another text: what was done to words of the one before is not done to its words. */
export const otherText = ({ intervene }: View, text: string): Partial<View> => ({
  text,
  forced: [],
  intervene: intervene.filter(({ row }) => row === undefined),
  place: -1,
  rival: "",
});
