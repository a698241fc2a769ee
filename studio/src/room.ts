import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useMemo } from "preact/hooks";

/** The width of an element in px, 0 until it is known. The element may come later than the component. */
export function useRoom(): { readonly place: RefObject<HTMLDivElement | null>; readonly room: number } {
  const room = useSignal(0);
  const place = useMemo(() => {
    const observer = new ResizeObserver(([entry]) => {
      room.value = Math.floor(entry?.contentRect.width ?? 0);
    });
    let element: HTMLDivElement | null = null;
    return {
      get current() {
        return element;
      },
      set current(next: HTMLDivElement | null) {
        observer.disconnect();
        element = next;
        if (next) observer.observe(next);
      },
    };
  }, []);
  return { place, room: room.value };
}
