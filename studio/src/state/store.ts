/** The view as the page's components read and change it: signals, an undo list and the address. */
import { computed, effect, signal } from "@preact/signals";
import { fromHash, toHash } from "./permalink.ts";
import { isStep, withStep } from "./undo.ts";
import { firstView, type View } from "./view.ts";

const current = signal<View>(fromHash(location.hash));
const past = signal<readonly View[]>([]);
let latest = { keys: "", at: 0 };

export const view = computed(() => current.value);

/** Whether an address names a model. */
const namesModel = ({ model }: View): boolean => model !== firstView.model;
/** Whether the model was chosen after the view: where the two do not go together, the newer choice stands. */
export const isModelNewer = signal(namesModel(current.value));
export const canUndo = computed(() => past.value.length > 0);

/** Changes what is on the screen. Changes of what the model does can be taken back; of where one looks, they need not be. */
export function show(change: Partial<View>): void {
  const before = current.value;
  if (isStep(change)) {
    const now = { keys: Object.keys(change).join(), at: performance.now() };
    past.value = withStep(past.value, before, latest, now);
    latest = now;
  }
  if ("model" in change) isModelNewer.value = true;
  else if ("view" in change) isModelNewer.value = false;
  current.value = { ...before, ...change };
}

/** Changes what was left open, and what nobody has to take back. */
export function settle(change: Partial<View>): void {
  current.value = { ...current.value, ...change };
}

/** Takes back the last change of the text or of what the model does. */
export function undo(): void {
  const before = past.value.at(-1);
  if (!before) return;
  past.value = past.value.slice(0, -1);
  latest = { keys: "", at: 0 };
  current.value = before;
}

/** Ctrl+Z takes back a change, but for what is being typed: that is the field's own. */
export function followKeys(): void {
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
    const { target } = event;
    const isTyping =
      target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === "text");
    if (isTyping) return;
    event.preventDefault();
    undo();
  });
}

/** Keeps the address up to date, and follows it. */
export function followAddress(): void {
  let soon: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const hash = toHash(current.value);
    clearTimeout(soon);
    // A drag is many changes, and browsers refuse more than a few addresses a second.
    soon = setTimeout(() => {
      if (hash !== location.hash) history.replaceState(null, "", hash);
    }, 200);
  });
  addEventListener("hashchange", ({ newURL }) => {
    // Not location.hash: an older view may have been written there since.
    current.value = fromHash(new URL(newURL).hash);
    isModelNewer.value = namesModel(current.value);
  });
}
