import type { View } from "./view.ts";

const MOST = 100;
/** Changes of the same fields within this many milliseconds are one: a word that is typed, a weight that is dragged. */
const TOGETHER = 700;

/** A change, by the fields that it changed and when. */
export interface Changed {
  readonly keys: string;
  /** In milliseconds. */
  readonly at: number;
}

/** Whether a change can be taken back: one of the text, or of what the model does. */
export const isStep = (change: Partial<View>): boolean =>
  (["intervene", "off", "forced", "text"] as const).some((key) => key in change);

/** The views to go back to after another change. */
export function withStep(
  past: readonly View[],
  before: View,
  latest: Changed,
  now: Changed,
): readonly View[] {
  const isOneChange = past.length > 0 && latest.keys === now.keys && now.at - latest.at < TOGETHER;
  return isOneChange ? past : [...past.slice(1 - MOST), before];
}
