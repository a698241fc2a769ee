/** The twelve stops of the tour through the lecture: each a state of the whole view, and what it points at. */
import { firstView, type View } from "../state/view.ts";
import type { text } from "../text.ts";
import { type StationName, stationNames } from "../views/steps/station-names.ts";

export type StopName = keyof typeof text.tour.at;

export interface Stop {
  readonly name: StopName;
  /** What differs from the first view. */
  readonly view: Partial<View>;
  /** The element of the page that it is about, as a selector. */
  readonly at: string;
}

/** Three words stand in the other order. */
const REVERSED = "Our father's clock is fragile.";
const LONG = "A princess used to return to the church on Sundays.";

const walk = (station: StationName, view: Partial<View> = {}): Partial<View> => ({
  view: "steps",
  station: stationNames.indexOf(station),
  query: 5,
  key: 6,
  ...view,
});

export const stops: readonly Stop[] = [
  { name: "summary", view: { view: "recurrent", model: "gru-summary", text: LONG }, at: ".sides" },
  {
    name: "attention",
    view: { view: "recurrent", model: "gru-attention", beside: "gru-summary", text: LONG },
    at: ".sides",
  },
  {
    name: "alignment",
    view: { text: REVERSED, layer: 1, head: 0 },
    at: ".reading figure",
  },
  { name: "self", view: walk("products"), at: ".vector" },
  { name: "softmax", view: walk("weights"), at: ".vector" },
  {
    name: "heads",
    view: { view: "heads", enlarged: "decoder.1.cross/0", overlay: "decoder.1.cross/1" },
    at: ".one",
  },
  { name: "positions", view: walk("positions"), at: ".vector" },
  { name: "mask", view: walk("masked", { attention: "decoder", query: 3, key: 4 }), at: ".whole" },
  { name: "residual", view: walk("residual"), at: ".effect" },
  { name: "beam", view: {}, at: "[aria-labelledby=tree]" },
  { name: "evidence", view: { layer: 1, head: 0, place: 5, evidence: "leaveOneOut" }, at: ".reading" },
  { name: "training", view: { view: "train" }, at: ".choice, .progress" },
];

/** The whole view of a stop. @param number  From 1. */
export const viewAt = (number: number): View => ({
  ...firstView,
  ...stops[number - 1]?.view,
  tour: number,
});
