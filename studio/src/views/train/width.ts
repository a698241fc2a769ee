import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** The inner width of an element in px, as it changes; 0 before it is known. */
export function useWidth<E extends HTMLElement>(): {
  readonly box: RefObject<E | null>;
  readonly width: Signal<number>;
} {
  const box = useRef<E>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      width.value = Math.floor(entry?.contentRect.width ?? 0);
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}
