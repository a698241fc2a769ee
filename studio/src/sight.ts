import { useSignal } from "@preact/signals";

/** What of a wide picture can be seen, in px from its left side, and as much again on either side. */
export interface Sight {
  readonly from: number;
  readonly to: number;
}

/** Whether any part of what stands between two places can be seen. */
export const isSeen = ({ from, to }: Sight, start: number, end: number): boolean =>
  Math.max(start, end) >= from && Math.min(start, end) <= to;

/** Has all of a picture drawn for as long as it is looked at, seen or not: what is saved is whole. */
export type Whole = <T>(look: () => Promise<T>) => Promise<T>;

const ALL: Sight = { from: -Infinity, to: Infinity };

/**
 * Follows an element that is scrolled sideways, so that of a long picture only a part has to be drawn.
 *
 * @param room  Its width in px.
 */
export function useSight(room: number): {
  readonly sight: Sight;
  readonly onScroll: (event: { readonly currentTarget: Element }) => void;
  readonly whole: Whole;
} {
  const isWhole = useSignal(false);
  // In whole widths: it changes seldom.
  const widths = useSignal(0);
  return {
    sight: isWhole.value ? ALL : { from: (widths.value - 1) * room, to: (widths.value + 3) * room },
    onScroll: ({ currentTarget }) => {
      widths.value = room > 0 ? Math.floor(currentTarget.scrollLeft / room) : 0;
    },
    whole: async (look) => {
      isWhole.value = true;
      try {
        await new Promise(requestAnimationFrame);
        return await look();
      } finally {
        isWhole.value = false;
      }
    },
  };
}
