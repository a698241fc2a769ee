import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** The width of an element in px, 0 until it is known. */
export function useRoom(): { readonly place: RefObject<HTMLDivElement | null>; readonly room: number } {
  const room = useSignal(0);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      room.value = Math.floor(entry?.contentRect.width ?? 0);
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return { place, room: room.value };
}
