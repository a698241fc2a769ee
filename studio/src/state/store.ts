/** The view as the page's components read and change it: signals, an undo list and the address. */
import { computed, effect, signal } from "@preact/signals";
import { fromHash, toHash } from "./permalink.ts";
import type { View } from "./view.ts";

const current = signal<View>(fromHash(location.hash));
const past = signal<readonly View[]>([]);

export const view = computed(() => current.value);
export const canUndo = computed(() => past.value.length > 0);

/** Changes what is on the screen. Changes of what the model does can be taken back; of where one looks, they need not be. */
export function show(change: Partial<View>): void {
  const before = current.value;
  const isDone = ["intervene", "off", "forced", "text"].some((key) => key in change);
  if (isDone) past.value = [...past.value.slice(-99), before];
  current.value = { ...before, ...change };
}

/** Takes back the last change of the text or of what the model does. */
export function undo(): void {
  const before = past.value.at(-1);
  if (!before) return;
  past.value = past.value.slice(0, -1);
  current.value = before;
}

/** Keeps the address up to date, and follows it. */
export function followAddress(): void {
  effect(() => {
    const hash = toHash(current.value);
    if (hash !== location.hash) history.replaceState(null, "", hash);
  });
  addEventListener("hashchange", () => {
    current.value = fromHash(location.hash);
  });
}
