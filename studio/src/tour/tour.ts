/** Where the guided tour stands, and how it goes on. The stop is part of the view, so the address and undo hold it. */
import { computed, signal } from "@preact/signals";
import { show, view } from "../state/store.ts";
import { type Stop, stops, viewAt } from "./stops.ts";

/** The stop, from 1; 0 when nobody is on tour. */
export const number = computed(() => Math.min(view.value.tour, stops.length));
export const stop = computed((): Stop | undefined => stops[number.value - 1]);

/** Counts arrivals: what a stop points at is scrolled into view then, and not again. */
export const arrivals = signal(0);

/** Whether a person has changed what the stop had set up. It is theirs: only they put it back. */
export const isChanged = computed(
  () => number.value > 0 && JSON.stringify(viewAt(number.value)) !== JSON.stringify(view.value),
);

/** Shows a stop as it was set up. */
export function goTo(to: number): void {
  const there = viewAt(Math.max(1, Math.min(stops.length, to)));
  show(there);
  arrivals.value++;
}

/** Ends the tour; what is on the screen stays. */
export const end = (): void => show({ tour: 0 });
