/** Draws pictures when they come into sight, and again when the page turns light or dark. */

const waiting = new Map<Element, () => void>();
const drawn = new Map<Element, () => void>();

const watch = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      const draw = waiting.get(target);
      waiting.delete(target);
      if (!draw) continue;
      drawn.set(target, draw);
      draw();
    }
  },
  { rootMargin: "100px" },
);

const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => {
  for (const draw of drawn.values()) draw();
});

/** @returns a function that forgets it */
export function onceVisible(element: Element, draw: () => void): () => void {
  waiting.set(element, draw);
  watch.observe(element);
  return () => {
    watch.unobserve(element);
    waiting.delete(element);
    drawn.delete(element);
  };
}

/** Calls `draw` when the page turns light or dark. @returns a function that ends it */
export function onTheme(draw: () => void): () => void {
  dark.addEventListener("change", draw);
  return () => dark.removeEventListener("change", draw);
}
