/** Whether another tab of the browser trains: two would be kept in one place, so only one may. */
import { signal } from "@preact/signals";

/** The name of the lock that the tab that trains holds. */
const LOCK = "heed-training";
/** In ms. */
const EVERY = 1000;

export const trainsElsewhere = signal(false);

/**
 * Follows the other tabs while this one does not train itself.
 *
 * @param onFree  Called when another has ended: what it kept may be gone on with here.
 * @returns a function that ends it
 */
export function followOtherTabs(onFree: () => void): () => void {
  const look = async (): Promise<void> => {
    const { held = [] } = await navigator.locks.query();
    const before = trainsElsewhere.peek();
    trainsElsewhere.value = held.some(({ name }) => name === LOCK);
    if (before && !trainsElsewhere.peek()) onFree();
  };
  void look();
  const timer = setInterval(() => void look(), EVERY);
  return () => {
    clearInterval(timer);
    trainsElsewhere.value = false;
  };
}
