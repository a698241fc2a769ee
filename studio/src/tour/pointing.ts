/** The element that a stop of the tour is about: outlined, and brought into view once. */
import { effect } from "@preact/signals";
import { arrivals, stop } from "./tour.ts";

/** Until then numbers arrive, and what is pointed at may still move. In ms. */
const SETTLING = 15_000;
const ATTRIBUTE = "data-pointed";

const found = (): HTMLElement | null => {
  const at = stop.peek()?.at;
  return at === undefined ? null : document.querySelector<HTMLElement>(`main :is(${at})`);
};

/** Scrolls to the element, and says whether there is one. */
export function reveal(behavior: ScrollBehavior): HTMLElement | null {
  const element = found();
  if (!element) return null;
  const free = innerHeight - (document.querySelector<HTMLElement>(".tour")?.offsetHeight ?? 0);
  const block = element.offsetHeight > free ? "start" : "center";
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block, behavior: isStill ? "auto" : behavior });
  return element;
}

/** Follows the tour. @returns a function that ends it */
export function followPointing(): () => void {
  let pointed: HTMLElement | null = null;
  let settled = 0;
  let frame = 0;
  const release = (): void => {
    settled = 0;
  };
  const point = (): void => {
    frame = 0;
    const element = found();
    if (element !== pointed) pointed?.removeAttribute(ATTRIBUTE);
    element?.setAttribute(ATTRIBUTE, "");
    pointed = element;
    if (performance.now() < settled) reveal("auto");
  };
  const soon = (): void => {
    frame ||= requestAnimationFrame(point);
  };
  // Whoever scrolls or types meanwhile goes where they like.
  const taken = ["wheel", "touchmove", "pointerdown", "keydown"] as const;
  const changes = new MutationObserver(soon);
  changes.observe(document.querySelector(".studio") ?? document.body, { childList: true, subtree: true });
  const sizes = new ResizeObserver(soon);
  sizes.observe(document.body);
  for (const kind of taken) addEventListener(kind, release, { passive: true, capture: true });
  const arriving = effect(() => {
    void [arrivals.value, stop.value];
    settled = performance.now() + SETTLING;
    soon();
  });
  return () => {
    arriving();
    changes.disconnect();
    sizes.disconnect();
    cancelAnimationFrame(frame);
    for (const kind of taken) removeEventListener(kind, release, { capture: true });
    pointed?.removeAttribute(ATTRIBUTE);
  };
}
